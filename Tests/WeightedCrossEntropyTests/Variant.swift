// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// The element types that the tests of the loss cover.
enum Precision: CaseIterable, CustomTestStringConvertible, Sendable {
  case float, double

  var type: any LossScalar.Type {
    switch self {
    case .float: Float.self
    case .double: Double.self
    }
  }

  var testDescription: String { "\(type)" }
}

/// An available instruction set with an element type.
struct Variant: CustomTestStringConvertible, Sendable {
  var set: InstructionSet
  var precision: Precision

  static let all = InstructionSet.available.flatMap { set in
    Precision.allCases.map { Variant(set: set, precision: $0) }
  }

  var type: any LossScalar.Type { precision.type }
  var testDescription: String { "\(set.rawValue) \(precision.type)" }
}

extension LossScalar {
  /// The smallest logit x for which `e^-x` is subnormal.
  static var subnormalLogit: Self { significandBitCount < 30 ? 87.3 : 708.3 }

  /// The error of a few roundings of numbers near 1.
  static var tolerance: Self { ulpOfOne * 8 }
}

extension WeightedCrossEntropyLoss {
  /// A quantity of all elements, from an array call.
  func arrays(
    _ quantity: LossQuantity, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws -> [Scalar] {
    switch quantity {
    case .loss: try self(logits: logits, targets: targets, weights: weights)
    case .gradient: try gradient(logits: logits, targets: targets, weights: weights)
    case .secondDerivative: try secondDerivative(logits: logits, targets: targets, weights: weights)
    case .targetDerivative: try targetDerivative(logits: logits, targets: targets, weights: weights)
    case .positiveWeightDerivative:
      try positiveWeightDerivative(logits: logits, targets: targets, weights: weights)
    }
  }

  /// A quantity of one element, from a call on a single element.
  func scalar(_ quantity: LossQuantity, logit: Scalar, target: Scalar) -> Scalar {
    switch quantity {
    case .loss: self(logit: logit, target: target)
    case .gradient: gradient(logit: logit, target: target)
    case .secondDerivative: secondDerivative(logit: logit, target: target)
    case .targetDerivative: targetDerivative(logit: logit, target: target)
    case .positiveWeightDerivative: positiveWeightDerivative(logit: logit, target: target)
    }
  }
}
