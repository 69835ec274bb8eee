// SPDX-License-Identifier: Apache-2.0
/// The terms that all quantities of the loss are computed from, for one vector of elements.
///
/// The loss is `c₁ softplus(x) + c₂ softplus(-x)` with `c₁ = 1 - z` and `c₂ = q z`, and
/// `softplus(±x) = max(±x, 0) + L` with `L = log(1 + t)` and `t = e^-|x|`. The loss is then
/// `|x| c + (c₁ + c₂) L`, where `c` is `c₁` for positive `x` and `c₂` for negative `x`. For targets
/// in [0, 1] both terms are non-negative, so there is no cancellation.
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
      positiveWeight: positiveWeight, exponential: exponential)
  }

  /// The terms for the smoothed target `z s + o`, with `s = 1 - 2 o`.
  ///
  /// The complement is computed as `(1 - z) s + o`. Subtracting the smoothed target from 1 would
  /// cancel the digits of a small complement.
  @inlinable @inline(__always)
  public init(logit: V, target: V, scale: V, offset: V, positiveWeight: V, exponential: V) {
    self.init(
      logit: logit, target: V.multiplyAdd(target, scale, offset),
      complement: V.multiplyAdd(V(repeating: 1) - target, scale, offset),
      positiveWeight: positiveWeight, exponential: exponential)
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
    V.Scalar._exponentialOfNegative(logit.magnitude)
  }

  /// `|x| p + r log(1 + e^-|x|)`, where `p` is `negative` for negative logits, else `nonnegative`,
  /// and `r` is `logarithm`. If `p` is 0, the product is 0 even for an infinite logit.
  @inlinable @inline(__always)
  public func softplusSum(negative: V, nonnegative: V, logarithm: V) -> V {
    let coefficient = logit.selectBySign(negative: negative, nonnegative: nonnegative)
    let linear = (logit.magnitude * coefficient).zeroed(whereZero: coefficient)
    return V.multiplyAdd(logarithm, V.Scalar._logOnePlus(exponential), linear)
  }
}
