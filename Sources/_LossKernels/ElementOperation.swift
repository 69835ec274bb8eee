// SPDX-License-Identifier: Apache-2.0
/// A quantity computed for each element. Each operation is one expression over `LossTerms`. The
/// loops, the forms and the instruction sets are written once for all operations.
public protocol ElementOperation: SendableMetatype {
  /// Whether each element is divided by the denominator of a mean. Each derivative is; of the
  /// losses only the sum is.
  static var isDivided: Bool { get }

  /// The quantity for a vector of elements.
  ///
  /// - Parameters:
  ///   - divisor: The denominator, if `isDivided`.
  ///   - targetScale: The factor of the derivative in the target, from the chain rule for label
  ///     smoothing.
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
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V)
    -> V
  {
    let (c1, c2) = (terms.negativeCoefficient, terms.positiveCoefficient)
    if V.isFused { return terms.softplusSum(negative: c2, nonnegative: c1, logarithm: c1 + c2) }
    // a (|x| + L) + b L, where the sign of x decides which coefficient is a. Without a fused
    // multiply-add this form has one rounding less for soft targets. It costs one operation, and
    // keeps the error within the documented bound.
    let logarithm = V.Scalar._logOnePlus(terms.exponential)
    let (a, b) = terms.logit.exchangedBySign(c1, c2)
    let larger = (a * (terms.logit.magnitude + logarithm)).zeroed(whereZero: a)
    return V.multiplyAdd(b, logarithm, larger)
  }
}

/// ∂ℓ/∂x = (1 - z) σ(x) - q z σ(-x), with one division: (c₁ - c₂ t) / (1 + t) for x ≥ 0,
/// (c₁ t - c₂) / (1 + t) for x < 0.
public enum GradientOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V)
    -> V
  {
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
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V)
    -> V
  {
    let onePlus = V(repeating: 1) + terms.exponential
    let coefficient = terms.negativeCoefficient + terms.positiveCoefficient
    return (coefficient * terms.exponential)
      / (onePlus * V.multiplyAdd(divisor, terms.exponential, divisor))
  }
}

/// ∂ℓ/∂z = s (q softplus(-x) - softplus(x)) = s (q - 1) L + |x| p, where p is s q for negative x
/// and -s otherwise. For q = 1 and s = 1 the result is exactly -x.
///
/// The scale s multiplies the coefficients, not the sum: s may be 0 and the sum infinite.
public enum TargetDerivativeOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V)
    -> V
  {
    let derivative = terms.softplusSum(
      negative: targetScale * terms.positiveWeight, nonnegative: -targetScale,
      logarithm: targetScale * (terms.positiveWeight - V(repeating: 1)))
    return derivative / divisor
  }
}

/// ∂ℓ/∂q = z softplus(-x)
public enum PositiveWeightDerivativeOperation: ElementOperation {
  @inlinable @inline(__always)
  public static func value<V: KernelArithmetic>(_ terms: LossTerms<V>, divisor: V, targetScale: V)
    -> V
  {
    // As `softplusSum`, but the selection by sign is last, so the compiler vectorises every form.
    let linear = (terms.logit.magnitude * terms.target).zeroed(whereZero: terms.target)
    let chosen = terms.logit.selectBySign(negative: linear, nonnegative: V(repeating: 0))
    return V.multiplyAdd(terms.target, V.Scalar._logOnePlus(terms.exponential), chosen) / divisor
  }
}
