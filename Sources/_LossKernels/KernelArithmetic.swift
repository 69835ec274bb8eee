// SPDX-License-Identifier: Apache-2.0
/// The arithmetic that an instruction set gives to the kernels: one or more lanes of one floating-point type.
///
/// The kernels are written once, generic over this protocol, and each instruction set implements it on its concrete `SIMD`
/// type. In generic code Swift's SIMD comparisons and `replacing(with:where:)` become loops over lanes (17 ns an element
/// where the concrete operation takes 1), which is why every such operation is a requirement here.
public protocol KernelArithmetic {
  /// The element type, `Float` or `Double`.
  associatedtype Scalar: KernelScalar

  /// The same value in every lane.
  init(repeating value: Scalar)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self

  /// `a * b + c`, with one rounding where the instruction set has a fused operation, else with two.
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// Whether `multiplyAdd` rounds once.
  static var isFused: Bool { get }

  /// The absolute value.
  var magnitude: Self { get }
  /// `limit` where the lane is greater, else the lane, so that NaN stays.
  func limited(to limit: Self) -> Self
  /// Zero in the lanes where `factor` is zero, else the lane: keeps `0 * infinity` and masked NaN out of a result.
  func zeroed(whereZero factor: Self) -> Self
  /// `negative` in the lanes with the sign bit set, else `nonnegative`.
  func selectBySign(negative: Self, nonnegative: Self) -> Self
  /// `(a, b)` in the lanes with the sign bit clear, `(b, a)` in the others.
  func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self)
  /// The number whose bits are this number's, shifted left until the lowest mantissa bits stand in the exponent's place.
  func mantissaAsExponent() -> Self
}

extension KernelArithmetic {
  @inlinable @inline(__always)
  public func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
    (selectBySign(negative: b, nonnegative: a), selectBySign(negative: a, nonnegative: b))
  }
}
