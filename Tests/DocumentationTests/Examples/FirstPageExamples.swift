// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyDifferentiation
import _Differentiation

/// The examples of README.md and of the reference's first page.
@Suite("Examples of the first pages")
struct FirstPageExamples {
  @Test func theLibrary() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let logits: [Float] = [1.5, -0.5, -10]
    let targets: [Float] = [1, 0.5, 0]

    let losses = try loss(logits: logits, targets: targets)  // [1.8127196, 4.620385, 4.53989e-05]
    let mean = try loss.value(of: .mean, logits: logits, targets: targets)  // 2.1443834

    // A training step: value and gradient in one pass.
    let (value, gradient) = try loss.valueWithGradient(of: .mean, logits: logits, targets: targets)

    // TensorFlow's call, argument by argument.
    let tensor = try weightedCrossEntropy(
      targets: [1, 0.5, 0], logits: [1.5, -0.5, -10],
      positiveWeight: PositiveWeight<Float>.uniform(9))
    // end
    try expectShown(losses)
    try expectShown(mean)
    #expect(value == mean)
    #expect(gradient == (try loss.gradient(of: .mean, logits: logits, targets: targets)))
    #expect(tensor.elements == losses)
  }

  @Test func automaticDifferentiation() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let slope = gradient(at: 0) { loss(logit: $0, target: 1) }  // -1.5
    // end
    try expectShown(slope)
  }

  @Test func reference() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3)
    let logits: [Float] = [-1, 0, 1]
    let targets: [Float] = [0, 1, 1]

    let losses = try loss(logits: logits, targets: targets)  // [0.3132617, 2.0794415, 0.93978506]
    let (mean, gradient) = try loss.valueWithGradient(of: .mean, logits: logits, targets: targets)
    // end
    try expectShown(losses)
    #expect(mean == (try loss.value(of: .mean, logits: logits, targets: targets)))
    #expect(gradient.count == 3)
  }
}
