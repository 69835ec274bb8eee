// SPDX-License-Identifier: Apache-2.0
/// The quantities that the loss computes for each element.
public enum LossQuantity: CaseIterable, Sendable {
  case loss, gradient, secondDerivative, targetDerivative, positiveWeightDerivative
}

/// An exact value and the scale for its errors, both in a wide type.
public struct ExactValue<Real: WideReal>: Sendable {
  public var value: Real
  /// Errors are measured in units in the last place of this number. It is the magnitude of the
  /// value, or for a difference the magnitude of the larger operand, because a difference may
  /// nearly cancel.
  public var scale: Real

  /// A value that is not a difference.
  public init(_ value: Real) {
    self.value = value
    scale = value.magnitude
  }

  /// The sum of two numbers.
  init(_ a: Real, plus b: Real) {
    value = a + b
    if a.isNegative == b.isNegative {
      scale = value.magnitude
    } else {
      scale = (a.magnitude - b.magnitude).isNegative ? b.magnitude : a.magnitude
    }
  }
}

/// The loss and its derivatives, computed from their definitions in a wide type.
public struct LossReference<Real: WideReal>: Sendable {
  private let positiveWeight, labelSmoothing: Real

  /// A reference for a positive weight q and a label smoothing ε.
  public init(positiveWeight: Double, labelSmoothing: Double = 0) {
    self.positiveWeight = Real(positiveWeight)
    self.labelSmoothing = Real(labelSmoothing)
  }

  /// The exact value of a quantity for a finite logit and target.
  public func callAsFunction(
    _ quantity: LossQuantity, logit: Double, target: Double
  ) -> ExactValue<Real> {
    let one = Real(1)
    let kept = one - labelSmoothing
    let target = Real(target)
    let halfSmoothing = labelSmoothing.scaled(byPowerOfTwo: -1)
    let negative = (one - target) * kept + halfSmoothing
    let smoothed = target * kept + halfSmoothing
    let positive = positiveWeight * smoothed

    let t = Real.exponentialOfNegative(Real(logit.magnitude))
    let isNegative = logit < 0
    switch quantity {
    case .gradient:
      let (big, small) = (one / (one + t), t / (one + t))
      return ExactValue(
        negative * (isNegative ? small : big), plus: -(positive * (isNegative ? big : small)))
    case .secondDerivative:
      return ExactValue((negative + positive) * (t / ((one + t) * (one + t))))
    case .loss, .targetDerivative, .positiveWeightDerivative:
      let small = Real.logOnePlus(t)
      let big = Real(logit.magnitude) + small
      // softplus(logit) and softplus(-logit)
      let (ofLogit, ofNegative) = isNegative ? (small, big) : (big, small)
      switch quantity {
      case .loss: return ExactValue(negative * ofLogit, plus: positive * ofNegative)
      case .targetDerivative:
        return ExactValue(kept * (positiveWeight * ofNegative), plus: -(kept * ofLogit))
      default: return ExactValue(smoothed * ofNegative)
      }
    }
  }
}
