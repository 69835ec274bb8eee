/// A quantity computed element by element. Each is one expression over `LossTerms`; the loops, the forms and the instruction
/// sets are written once for all of them.
public protocol ElementOperation: SendableMetatype {
  /// Whether the denominator of a mean divides each element, as it does derivatives; losses are divided once they are summed.
  static var isDivided: Bool { get }

  /// The quantity, divided by `divisor` if it is divided at all, and for the derivative in the target times `targetScale` (the
  /// chain rule through label smoothing).
  static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V
}

extension ElementOperation {
  @inlinable @inline(__always)
  public static var isDivided: Bool { true }
}

/// ℓ = (1 - z) softplus(x) + q z softplus(-x)
public enum LossOperation: ElementOperation {
  @inlinable @inline(__always)
  public static var isDivided: Bool { false }

  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V {
    let (c1, c2) = (terms.negativeCoefficient, terms.positiveCoefficient)
    if V.isFused { return terms.softplusSum(negative: c2, nonnegative: c1, logarithm: c1 + c2) }
    // As a (|x| + L) + b L, the coefficients in the order of the logit's sign. It takes one operation more and rounds soft targets
    // once less, which keeps them within the documented error where a product is rounded before it is added.
    let logarithm = V.Scalar.logOnePlus(terms.exponential)
    let (a, b) = terms.logit.exchangedBySign(c1, c2)
    let larger = (a * (terms.logit.magnitude + logarithm)).zeroed(whereZero: a)
    return V.multiplyAdd(b, logarithm, larger)
  }
}

/// ∂ℓ/∂x = (1 - z) σ(x) - q z σ(-x), one division: for x ≥ 0 it is (c₁ - c₂ t) / (1 + t), for x < 0 (c₁ t - c₂) / (1 + t).
public enum GradientOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V {
    let c1 = terms.negativeCoefficient
    let c2 = -terms.positiveCoefficient
    let (leading, trailing) = terms.logit.exchangedBySign(c1, c2)
    let numerator = V.multiplyAdd(trailing, terms.exponential, leading)
    return numerator / V.multiplyAdd(divisor, terms.exponential, divisor)
  }
}

/// ∂²ℓ/∂x² = ((1 - z) + q z) σ(x) σ(-x) = (c₁ + c₂) t / (1 + t)²
public enum SecondDerivativeOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V {
    let onePlus = V(repeating: 1) + terms.exponential
    let coefficient = terms.negativeCoefficient + terms.positiveCoefficient
    return (coefficient * terms.exponential) / (onePlus * V.multiplyAdd(divisor, terms.exponential, divisor))
  }
}

/// ∂ℓ/∂z = q softplus(-x) - softplus(x) = (q - 1) L + |x| p, `p` being q for negative x and -1 for others: for q = 1 it is
/// exactly -x.
public enum TargetDerivativeOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V {
    let one = V(repeating: 1)
    let derivative = terms.softplusSum(
      negative: terms.positiveWeight, nonnegative: -one, logarithm: terms.positiveWeight - one)
    return derivative * targetScale / divisor
  }
}

/// ∂ℓ/∂q = z softplus(-x)
public enum PositiveWeightDerivativeOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V) -> V {
    // `softplusSum` with the choice by sign last, which the compiler keeps in vectors in every form.
    let linear = (terms.logit.magnitude * terms.target).zeroed(whereZero: terms.target)
    let chosen = terms.logit.selectBySign(negative: linear, nonnegative: V(repeating: 0))
    return V.multiplyAdd(terms.target, V.Scalar.logOnePlus(terms.exponential), chosen) / divisor
  }
}
