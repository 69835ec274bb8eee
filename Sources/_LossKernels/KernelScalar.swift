// SPDX-License-Identifier: Apache-2.0
/// The element types of the kernels. Each brings its two elementary functions, as every number in them (where to cut,
/// the degree of a polynomial) belongs to the precision.
public protocol KernelScalar: BinaryFloatingPoint & BitwiseCopyable & Sendable {
  /// `e^-a` for `a >= 0`, right down to the last subnormal; NaN for NaN.
  static func exponentialOfNegative<V: KernelArithmetic>(_ a: V) -> V where V.Scalar == Self
  /// `log(1 + t)` for `t` in [0, 1]; NaN for NaN.
  static func logOnePlus<V: KernelArithmetic>(_ t: V) -> V where V.Scalar == Self
  /// See `KernelArithmetic.mantissaAsExponent()`.
  var mantissaAsExponent: Self { get }
}
