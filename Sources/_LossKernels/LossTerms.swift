// SPDX-License-Identifier: Apache-2.0
/// What every quantity of the loss is made of, for one vector of elements.
///
/// With the coefficients `c₁ = 1 - z` of softplus(x) and `c₂ = q z` of softplus(-x), and softplus(±x) = max(±x, 0) + L where
/// `L = log(1 + t)`, `t = e^-|x|`, the loss is `|x| c + (c₁ + c₂) L`, `c` being `c₁` for positive `x` and `c₂` for negative:
/// a sum of two non-negative numbers for any target in [0, 1], so nothing cancels.
public struct LossTerms<V: KernelArithmetic> {
  public var logit: V
  public var target: V
  public var positiveWeight: V
  /// `c₁ = 1 - z`
  public var negativeCoefficient: V
  /// `c₂ = q z`
  public var positiveCoefficient: V
  /// `t = e^-|x|`
  public var exponential: V

  @inlinable @inline(__always)
  public init(logit: V, target: V, positiveWeight: V, exponential: V) {
    self.init(
      logit: logit, target: target, complement: V(repeating: 1) - target,
      positiveWeight: positiveWeight,
      exponential: exponential)
  }

  /// The terms for a target that smoothing moves to `z s + o`, with `s = 1 - 2 o`.
  ///
  /// Its complement is computed as `(1 - z) s + o`: subtracting the moved target from 1 would leave few digits of a small
  /// complement.
  @inlinable @inline(__always)
  public init(logit: V, target: V, scale: V, offset: V, positiveWeight: V, exponential: V) {
    self.init(
      logit: logit, target: V.multiplyAdd(target, scale, offset),
      complement: V.multiplyAdd(V(repeating: 1) - target, scale, offset),
      positiveWeight: positiveWeight,
      exponential: exponential)
  }

  @inlinable @inline(__always)
  init(logit: V, target: V, complement: V, positiveWeight: V, exponential: V) {
    self.logit = logit
    self.target = target
    self.positiveWeight = positiveWeight
    negativeCoefficient = complement
    positiveCoefficient = positiveWeight * target
    self.exponential = exponential
  }

  /// `e^-|x|` of logits.
  @inlinable @inline(__always)
  public static func exponential(_ logit: V) -> V {
    V.Scalar.exponentialOfNegative(logit.magnitude)
  }

  /// `|x| p + r log(1 + e^-|x|)` where `p` is `negative` for negative logits and `nonnegative` for others; the product
  /// with an infinite `|x|` is 0 where `p` is 0.
  @inlinable @inline(__always)
  public func softplusSum(negative: V, nonnegative: V, logarithm: V) -> V {
    let coefficient = logit.selectBySign(negative: negative, nonnegative: nonnegative)
    let linear = (logit.magnitude * coefficient).zeroed(whereZero: coefficient)
    return V.multiplyAdd(logarithm, V.Scalar.logOnePlus(exponential), linear)
  }
}
