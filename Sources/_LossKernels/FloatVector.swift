// SPDX-License-Identifier: Apache-2.0
#if hasFeature(BuiltinModule)
  public import Builtin
#endif

/// A vector of sixteen Floats, the same width on every instruction set; each instruction set adds
/// its `multiplyAdd`.
public protocol FloatVector: LaneVector where Lanes == SIMD16<Float> {
  /// The vector that sums are widened to.
  associatedtype Wide: DoubleVector
  associatedtype Sum = WideSum<Self>
}

extension FloatVector {
  // Flips the sign bit, which the compiler folds into a fused operation. Unary minus subtracts from
  // zero.
  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self {
    Self(bits: a.bits ^ SIMD16(repeating: 0x8000_0000))
  }

  @inlinable @inline(__always)
  public var magnitude: Self { Self(bits: bits & SIMD16(repeating: 0x7FFF_FFFF)) }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self { Self(bits: bits &<< 23) }

  @inlinable @inline(__always)
  var bits: SIMD16<UInt32> { unsafeBitCast(lanes, to: SIMD16<UInt32>.self) }

  @inlinable @inline(__always)
  init(bits: SIMD16<UInt32>) { self.init(lanes: unsafeBitCast(bits, to: Lanes.self)) }
}

#if hasFeature(BuiltinModule)
  // The compiler's vector operations. Those of the standard library are loops over the lanes. The
  // optimizer usually turns these loops into vector instructions, but sometimes it processes some
  // lanes separately.
  extension FloatVector {
    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fadd_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fsub_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fmul_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self {
      Self(vector: Builtin.fdiv_Vec16xFPIEEE32(a.vector, b.vector))
    }

    /// `a * b + c`, rounded once. It is emitted only into callers, which are compiled with the
    /// instruction. A copy in this module would call the C library's `fmaf`.
    @_alwaysEmitIntoClient @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      Self(vector: Builtin.int_fma_Vec16xFPIEEE32(a.vector, b.vector, c.vector))
    }

    @inlinable @inline(__always)
    public func limited(to limit: Self) -> Self {
      let isAbove = Builtin.fcmp_olt_Vec16xFPIEEE32(limit.vector, vector)
      return Self(vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(isAbove, limit.vector, vector))
    }

    @inlinable @inline(__always)
    public func zeroed(whereZero factor: Self) -> Self {
      let zero = Lanes()._storage._value
      let isZero = Builtin.fcmp_oeq_Vec16xFPIEEE32(factor.vector, zero)
      return Self(vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(isZero, zero, vector))
    }

    @inlinable @inline(__always)
    public func selectBySign(negative: Self, nonnegative: Self) -> Self {
      let zero = SIMD16<UInt32>()._storage._value
      let isNegative = Builtin.cmp_slt_Vec16xInt32(bits._storage._value, zero)
      return Self(
        vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(
          isNegative, negative.vector, nonnegative.vector))
    }

    @inlinable @inline(__always)
    var vector: Builtin.Vec16xFPIEEE32 { lanes._storage._value }

    @inlinable @inline(__always)
    init(vector: Builtin.Vec16xFPIEEE32) {
      var lanes = Lanes()
      lanes._storage._value = vector
      self.init(lanes: lanes)
    }
  }
#endif
