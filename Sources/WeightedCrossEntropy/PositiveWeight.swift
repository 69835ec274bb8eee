/// The weight q of the positive class (TensorFlow's `pos_weight`): above 1 it raises recall, below 1 precision.
///
/// One weight for every element, or one for each class along an axis that is named: shapes are never broadcast silently.
/// Weights are checked when a loss is made of them: each must be finite and at least 0.
public enum PositiveWeight<Scalar: LossScalar>: Hashable, Sendable {
  /// The same weight for every element.
  case uniform(Scalar)
  /// One weight for each class. `axis` counts from 0, or from the end where it is negative: -1 is the last. The logits must
  /// have that axis, and it must be as long as there are weights.
  case perClass([Scalar], axis: Int)
}

extension PositiveWeight: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The same weight for every element.
  public init(floatLiteral value: Double) { self = .uniform(Scalar(value)) }

  /// The same weight for every element.
  public init(integerLiteral value: Int) { self = .uniform(Scalar(value)) }
}

extension PositiveWeight {
  /// The first weight that is not finite and at least 0.
  var invalid: LossError.Problem? {
    func isValid(_ weight: Scalar) -> Bool { weight.isFinite && weight >= 0 }
    switch self {
    case .uniform(let weight):
      return isValid(weight) ? nil : .invalidPositiveWeight(value: "\(weight)", index: nil)
    case .perClass(let weights, axis: _):
      return weights.firstIndex { !isValid($0) }.map {
        .invalidPositiveWeight(value: "\(weights[$0])", index: $0)
      }
    }
  }
}
