// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// An element weight of 0 masks the element for any logit and target, on every variant.
@Suite struct MaskTests {
  /// Masked elements with all kinds of special numbers, and one of weight 2 after every six.
  private struct Elements<Scalar: LossScalar> {
    var logits: [Scalar] = []
    var targets: [Scalar] = []
    var weights: [Scalar] = []

    init() {
      let hostile: [Scalar] = [
        .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 5,
      ]
      for target in hostile + [0, 1] {
        logits += hostile + [0.5]
        targets += Array(repeating: target, count: hostile.count) + [1]
        weights += Array(repeating: 0, count: hostile.count) + [2]
      }
    }

    /// The result of each element: `result`, or 0 if it is masked.
    func results(unmasked result: Scalar) -> [Scalar] { weights.map { $0 == 0 ? 0 : result } }
  }

  /// The losses to mask elements in.
  private func losses<Scalar: LossScalar>(on variant: Variant) throws -> [WeightedCrossEntropyLoss<
    Scalar
  >] {
    try [0, 0.1].map {
      try WeightedCrossEntropyLoss(
        positiveWeight: 3, labelSmoothing: $0, instructionSet: variant.set)
    }
  }

  @Test(
    "Each quantity of a masked element is exactly 0", arguments: LossQuantity.allCases, Variant.all)
  func elementwise(_ quantity: LossQuantity, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let elements = Elements<Scalar>()
      for loss: WeightedCrossEntropyLoss<Scalar> in try losses(on: variant) {
        let results = try loss.arrays(
          quantity, logits: elements.logits, targets: elements.targets, weights: elements.weights)
        let expected = elements.results(
          unmasked: 2 * (try loss.arrays(quantity, logits: [0.5], targets: [1])[0]))
        #expect(results == expected, "\(differences(results, expected))")
      }
    }
    try check(variant.type)
  }

  @Test("Calls with two results mask both the loss and the gradient", arguments: Variant.all)
  func lossesWithGradient(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let elements = Elements<Scalar>()
      for loss: WeightedCrossEntropyLoss<Scalar> in try losses(on: variant) {
        let (losses, gradient) = try loss.lossWithGradient(
          logits: elements.logits, targets: elements.targets, weights: elements.weights)
        #expect(
          losses == elements.results(unmasked: 2 * (try loss(logits: [0.5], targets: [1])[0])))
        #expect(
          gradient
            == elements.results(unmasked: 2 * (try loss.gradient(logits: [0.5], targets: [1])[0])))
      }
    }
    try check(variant.type)
  }

  @Test(
    "Masked elements do not contribute to a reduction, and their gradient is 0",
    arguments: LossReduction.allCases,
    Variant.all)
  func reductions(_ reduction: LossReduction, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let elements = Elements<Scalar>()
      // Eight elements of weight 2.
      let denominator: Scalar =
        switch reduction {
        case .sum: 1
        case .mean: Scalar(elements.logits.count)
        case .weightedMean: 16
        }
      for loss: WeightedCrossEntropyLoss<Scalar> in try losses(on: variant) {
        let expected = 16 * (try loss(logits: [0.5], targets: [1])[0]) / denominator
        let value = try loss.value(
          of: reduction, logits: elements.logits, targets: elements.targets,
          weights: elements.weights)
        #expect(value == expected)
        let both = try loss.valueWithGradient(
          of: reduction, logits: elements.logits, targets: elements.targets,
          weights: elements.weights)
        #expect(both.value == expected)
        let slope = try loss.gradient(logits: [0.5], targets: [1])[0]
        #expect(both.gradient == elements.results(unmasked: slope * (2 / denominator)))
      }
    }
    try check(variant.type)
  }
}
