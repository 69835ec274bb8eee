// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA

/// The examples of calls on GPUs. They are compiled; continuous integration has no GPU.
struct GPUExamples {
  @Test(.disabled("needs a GPU"))
  func deviceMemory() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let targets = try DeviceMemory<Float>(copying: [1, 0.5, 0])
    // example
    let logits = try DeviceMemory<Float>(copying: [1.5, -0.5, -10])
    let losses = try DeviceMemory<Float>(count: 3)
    try loss(logits: logits.buffer, targets: targets.buffer, into: losses.buffer)
    let numbers = try losses.elements()
    // end
    #expect(numbers == [1.8127196, 4.620385, 4.53989e-05])
  }

  @Test(.disabled("needs a GPU"))
  func meanWithGradient() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let logits = try DeviceMemory<Float>(copying: [1.5, -0.5, -10])
    let targets = try DeviceMemory<Float>(copying: [1, 0.5, 0])
    let mean = try DeviceMemory<Float>(count: 1)
    let gradient = try DeviceMemory<Float>(count: 3)
    try loss.valueWithGradient(
      of: .mean, logits: logits.buffer, targets: targets.buffer, into: mean.buffer,
      gradient: gradient.buffer)
    let value = try mean.elements()  // [2.1443834]
    // end
    #expect(value == [2.1443834])
  }
}
