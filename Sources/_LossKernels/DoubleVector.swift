// SPDX-License-Identifier: Apache-2.0
#if hasFeature(BuiltinModule)
  public import Builtin
#endif

/// A vector of eight Doubles, the same width on every instruction set; each instruction set adds
/// its `multiplyAdd`.
public protocol DoubleVector: LaneVector where Lanes == SIMD8<Double> {
  associatedtype Sum = CompensatedSum<Self>
}

extension DoubleVector {
  // Flips the sign bit, which the compiler folds into a fused operation. Unary minus subtracts from
  // zero.
  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self {
    Self(bits: a.bits ^ SIMD8(repeating: 0x8000_0000_0000_0000))
  }

  @inlinable @inline(__always)
  public var magnitude: Self { Self(bits: bits & SIMD8(repeating: 0x7FFF_FFFF_FFFF_FFFF)) }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self { Self(bits: bits &<< 52) }

  @inlinable @inline(__always)
  var bits: SIMD8<UInt64> { unsafeBitCast(lanes, to: SIMD8<UInt64>.self) }

  @inlinable @inline(__always)
  init(bits: SIMD8<UInt64>) { self.init(lanes: unsafeBitCast(bits, to: Lanes.self)) }
}

#if hasFeature(BuiltinModule)
  // The compiler's vector operations. Those of the standard library are loops over the lanes. The
  // optimizer usually turns these loops into vector instructions, but sometimes it processes some
  // lanes separately.
  extension DoubleVector {
    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fadd_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fsub_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fmul_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fdiv_Vec8xFPIEEE64(a.vector, b.vector))
    }

    /// `a * b + c`, rounded once. It is emitted only into callers, which are compiled with the
    /// instruction. A copy in this module would call the C library's `fma`.
    @_alwaysEmitIntoClient @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      Self(vector: Builtin.int_fma_Vec8xFPIEEE64(a.vector, b.vector, c.vector))
    }

    @inlinable @inline(__always)
    public func limited(to limit: Self) -> Self {
      let isAbove = Builtin.fcmp_olt_Vec8xFPIEEE64(limit.vector, vector)
      return Self(vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(isAbove, limit.vector, vector))
    }

    @inlinable @inline(__always)
    public func zeroed(whereZero factor: Self) -> Self {
      let zero = Lanes()._storage._value
      let isZero = Builtin.fcmp_oeq_Vec8xFPIEEE64(factor.vector, zero)
      return Self(vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(isZero, zero, vector))
    }

    @inlinable @inline(__always)
    public func selectBySign(negative: Self, nonnegative: Self) -> Self {
      let zero = SIMD8<UInt64>()._storage._value
      let isNegative = Builtin.cmp_slt_Vec8xInt64(bits._storage._value, zero)
      return Self(
        vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(
          isNegative, negative.vector, nonnegative.vector))
    }

    @inlinable @inline(__always)
    var vector: Builtin.Vec8xFPIEEE64 { lanes._storage._value }

    @inlinable @inline(__always)
    init(vector: Builtin.Vec8xFPIEEE64) {
      var lanes = Lanes()
      lanes._storage._value = vector
      self.init(lanes: lanes)
    }

    /// The numbers converted to Double.
    @inlinable @inline(__always)
    init(widening numbers: SIMD8<Float>) {
      self.init(vector: Builtin.fpext_Vec8xFPIEEE32_Vec8xFPIEEE64(numbers._storage._value))
    }
  }
#else
  extension DoubleVector {
    @inlinable @inline(__always)
    init(widening numbers: SIMD8<Float>) { self.init(lanes: Lanes(numbers)) }
  }
#endif
