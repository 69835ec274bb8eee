// SPDX-License-Identifier: Apache-2.0
// The baseline of each architecture: SSE2 on x86-64, NEON on arm64. The compiler splits a vector into the two registers
// it needs, which also keeps two chains of operations in flight.

/// What every processor of the architecture has.
public enum Baseline {
  /// Whether there is a fused multiply-add. Without one `addingProduct` calls fmaf a lane at a time, some 60 times slower than a product
  /// and a sum.
  @inlinable @inline(__always)
  public static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }
}

/// Sixteen Floats with the baseline instructions.
public struct BaselineFloatVector: FloatVector {
  public var lanes: SIMD16<Float>

  @inlinable @inline(__always)
  public init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static var isFused: Bool { Baseline.isFused }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    isFused ? Self(lanes: SIMD16<Float>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes)) : a * b + c
  }

  #if arch(x86_64)
    // Without an instruction to select, two selections are six operations; this is four.
    @inlinable @inline(__always)
    public func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
      let (aBits, bBits) = (
        unsafeBitCast(a.lanes, to: SIMD16<Int32>.self),
        unsafeBitCast(b.lanes, to: SIMD16<Int32>.self)
      )
      let difference = (aBits ^ bBits) & (unsafeBitCast(lanes, to: SIMD16<Int32>.self) &>> 31)
      return (
        Self(lanes: unsafeBitCast(aBits ^ difference, to: SIMD16<Float>.self)),
        Self(lanes: unsafeBitCast(bBits ^ difference, to: SIMD16<Float>.self))
      )
    }
  #endif
}

/// Eight Doubles with the baseline instructions.
public struct BaselineDoubleVector: DoubleVector {
  public var lanes: SIMD8<Double>

  @inlinable @inline(__always)
  public init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static var isFused: Bool { Baseline.isFused }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    isFused ? Self(lanes: SIMD8<Double>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes)) : a * b + c
  }

  #if arch(x86_64)
    // Without an instruction to select, two selections are six operations; this is four.
    @inlinable @inline(__always)
    public func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
      let (aBits, bBits) = (
        unsafeBitCast(a.lanes, to: SIMD8<Int64>.self), unsafeBitCast(b.lanes, to: SIMD8<Int64>.self)
      )
      let difference = (aBits ^ bBits) & (unsafeBitCast(lanes, to: SIMD8<Int64>.self) &>> 63)
      return (
        Self(lanes: unsafeBitCast(aBits ^ difference, to: SIMD8<Double>.self)),
        Self(lanes: unsafeBitCast(bBits ^ difference, to: SIMD8<Double>.self))
      )
    }
  #endif
}
