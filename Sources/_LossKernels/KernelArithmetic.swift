// SPDX-License-Identifier: Apache-2.0
/// The arithmetic that the kernels need from an instruction set, on one or more lanes of one
/// floating-point type.
///
/// The kernels are generic over this protocol, and each instruction set implements it on concrete
/// SIMD types. In generic code Swift's SIMD comparisons and `replacing(with:where:)` are loops over
/// the lanes, which take 17 ns per element instead of 1. Therefore these operations are
/// requirements here.
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

  /// `a / b` for a in [0, 1] and b in [2, 3], rounded as a division. A processor without a quick
  /// division may use the range.
  static func fraction(_ a: Self, _ b: Self) -> Self

  /// `a * b + c`, rounded once if `isFused`, otherwise twice.
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// Whether the instruction set has a fused multiply-add.
  static var isFused: Bool { get }

  /// The absolute value.
  var magnitude: Self { get }
  /// The minimum of each lane and `limit`. NaN stays NaN.
  func limited(to limit: Self) -> Self
  /// Zero in the lanes where `factor` is zero, otherwise the lane. It replaces `0 * infinity` and
  /// masked NaN.
  func zeroed(whereZero factor: Self) -> Self
  /// `negative` in the lanes with the sign bit set, otherwise `nonnegative`.
  func selectBySign(negative: Self, nonnegative: Self) -> Self
  /// `(a, b)` in the lanes with the sign bit clear, `(b, a)` in the others.
  func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self)
  /// The bits shifted left, so that the lowest bits of the mantissa become the exponent.
  func mantissaAsExponent() -> Self
}

extension KernelArithmetic {
  @inlinable @inline(__always)
  public static func fraction(_ a: Self, _ b: Self) -> Self { a / b }

  @inlinable @inline(__always)
  public func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
    (selectBySign(negative: b, nonnegative: a), selectBySign(negative: a, nonnegative: b))
  }
}
