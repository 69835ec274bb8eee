// SPDX-License-Identifier: Apache-2.0
/// The element types of the kernels. Each has its own elementary functions, because their constants
/// and the degrees of their polynomials depend on the precision.
public protocol KernelScalar: BinaryFloatingPoint & BitwiseCopyable & Sendable {
  /// `e^-a` for `a >= 0`, accurate for subnormal results too; NaN for NaN.
  static func _exponentialOfNegative<V: KernelArithmetic>(_ a: V) -> V where V.Scalar == Self
  /// `log(1 + t)` for `t` in [0, 1]; NaN for NaN.
  static func _logOnePlus<V: KernelArithmetic>(_ t: V) -> V where V.Scalar == Self
  /// See `KernelArithmetic.mantissaAsExponent()`.
  var _mantissaAsExponent: Self { get }
}
