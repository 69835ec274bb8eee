// SPDX-License-Identifier: Apache-2.0
/// One number as a vector of one lane, for calls on single elements. The results have the same bits
/// as those of the baseline kernels: on x86-64 both round after each operation, on arm64 both use
/// fused multiply-adds.
public struct ScalarLane<Scalar: KernelScalar>: KernelArithmetic {
  public var value: Scalar

  @inlinable @inline(__always)
  public init(_ value: Scalar) { self.value = value }

  @inlinable @inline(__always)
  public init(repeating value: Scalar) { self.value = value }

  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(a.value + b.value) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { Self(a.value - b.value) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { Self(a.value * b.value) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { Self(a.value / b.value) }

  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self { Self(-a.value) }

  @inlinable @inline(__always)
  public static var isFused: Bool { BaselineKernels.isFused }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(isFused ? c.value.addingProduct(a.value, b.value) : a.value * b.value + c.value)
  }

  @inlinable @inline(__always)
  public var magnitude: Self { Self(value.magnitude) }

  @inlinable @inline(__always)
  public func limited(to limit: Self) -> Self { limit.value < value ? limit : self }

  @inlinable @inline(__always)
  public func zeroed(whereZero factor: Self) -> Self { factor.value == 0 ? Self(0) : self }

  @inlinable @inline(__always)
  public func selectBySign(negative: Self, nonnegative: Self) -> Self {
    value.sign == .minus ? negative : nonnegative
  }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self { Self(value._mantissaAsExponent) }
}
