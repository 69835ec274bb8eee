// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyDifferentiation
import _Differentiation

/// The examples of documentation comments.
@Suite("Examples of the reference")
struct ReferenceExamples {
  @Test func loss() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let mean = try loss.value(of: .mean, logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])
    // end
    #expect(abs(mean - 1.8282495) < 1e-6)
  }

  @Test func accumulator() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let parts: [(logits: [Float], targets: [Float])] = [([1.5, -0.1], [1, 0.5]), ([-10], [0])]
    // example
    var accumulator = try LossAccumulator(loss)
    for part in parts {
      try accumulator.append(logits: part.logits.span, targets: part.targets.span)
    }
    let mean = try accumulator.value(of: .mean)
    // end
    #expect(mean == (try loss.value(of: .mean, logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])))
  }

  @Test func differentiable() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    let (logits, targets): ([Float], [Float]) = ([1.5, -0.1, -10], [1, 0.5, 0])
    // example
    let (value, gradient) = valueWithGradient(at: logits) {
      loss.differentiableValue(of: .mean, logits: $0, targets: targets)
    }
    // end
    #expect(value == (try loss.value(of: .mean, logits: logits, targets: targets)))
    #expect(gradient.base == (try loss.gradient(of: .mean, logits: logits, targets: targets)))
  }
}
