// SPDX-License-Identifier: Apache-2.0
// The standard library's operations on SIMD types of floating-point numbers are loops over the lanes, which the optimizer has to put
// together again. It mostly does, but now and then takes some lanes apart, and a kernel's speed then hangs on how it is written. The
// compiler's own operations, from which the library's are made, are whole from the start. Where a compiler does not offer them, the
// loops at the end give the same bits.

#if hasFeature(BuiltinModule)
  public import Builtin

  extension SIMD16<Float> {
    @usableFromInline typealias Vector = Builtin.Vec16xFPIEEE32

    @inlinable @inline(__always)
    init(vector: Vector) {
      self.init()
      _storage._value = vector
    }

    @inlinable @inline(__always)
    var vector: Vector { _storage._value }

    @inlinable @inline(__always)
    public static func sum(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fadd_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func difference(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fsub_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func product(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fmul_Vec16xFPIEEE32(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func quotient(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fdiv_Vec16xFPIEEE32(a.vector, b.vector))
    }

    /// `a b + c`, rounded once. Only in callers that have the instruction: a copy here would call the C library's `fma`.
    @_alwaysEmitIntoClient @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      Self(vector: Builtin.int_fma_Vec16xFPIEEE32(a.vector, b.vector, c.vector))
    }

    /// `chosen` in the lanes where `a < b`, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, isLessThan b: Self, else other: Self)
      -> Self
    {
      Self(
        vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(
          Builtin.fcmp_olt_Vec16xFPIEEE32(a.vector, b.vector), chosen.vector, other.vector))
    }

    /// `chosen` in the lanes where `a == b`, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, equals b: Self, else other: Self)
      -> Self
    {
      Self(
        vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(
          Builtin.fcmp_oeq_Vec16xFPIEEE32(a.vector, b.vector), chosen.vector, other.vector))
    }

    /// `chosen` in the lanes where `a` has the sign bit set, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, whereNegative a: Self, else other: Self) -> Self {
      let (bits, zero) = (unsafeBitCast(a, to: SIMD16<Int32>.self), SIMD16<Int32>())
      let isNegative = Builtin.cmp_slt_Vec16xInt32(bits._storage._value, zero._storage._value)
      return Self(
        vector: Builtin.select_Vec16xInt1_Vec16xFPIEEE32(isNegative, chosen.vector, other.vector))
    }
  }

  extension SIMD8<Double> {
    @usableFromInline typealias Vector = Builtin.Vec8xFPIEEE64

    @inlinable @inline(__always)
    init(vector: Vector) {
      self.init()
      _storage._value = vector
    }

    @inlinable @inline(__always)
    var vector: Vector { _storage._value }

    @inlinable @inline(__always)
    public static func sum(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fadd_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func difference(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fsub_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func product(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fmul_Vec8xFPIEEE64(a.vector, b.vector))
    }

    @inlinable @inline(__always)
    public static func quotient(_ a: Self, _ b: Self) -> Self {
      Self(vector: Builtin.fdiv_Vec8xFPIEEE64(a.vector, b.vector))
    }

    /// The same numbers as Doubles.
    @inlinable @inline(__always)
    public init(widening numbers: SIMD8<Float>) {
      self.init(vector: Builtin.fpext_Vec8xFPIEEE32_Vec8xFPIEEE64(numbers._storage._value))
    }

    /// `a b + c`, rounded once. Only in callers that have the instruction: a copy here would call the C library's `fma`.
    @_alwaysEmitIntoClient @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      Self(vector: Builtin.int_fma_Vec8xFPIEEE64(a.vector, b.vector, c.vector))
    }

    /// `chosen` in the lanes where `a < b`, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, isLessThan b: Self, else other: Self)
      -> Self
    {
      Self(
        vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(
          Builtin.fcmp_olt_Vec8xFPIEEE64(a.vector, b.vector), chosen.vector, other.vector))
    }

    /// `chosen` in the lanes where `a == b`, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, equals b: Self, else other: Self)
      -> Self
    {
      Self(
        vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(
          Builtin.fcmp_oeq_Vec8xFPIEEE64(a.vector, b.vector), chosen.vector, other.vector))
    }

    /// `chosen` in the lanes where `a` has the sign bit set, `other` elsewhere.
    @inlinable @inline(__always)
    public static func select(_ chosen: Self, whereNegative a: Self, else other: Self) -> Self {
      let (bits, zero) = (unsafeBitCast(a, to: SIMD8<Int64>.self), SIMD8<Int64>())
      let isNegative = Builtin.cmp_slt_Vec8xInt64(bits._storage._value, zero._storage._value)
      return Self(
        vector: Builtin.select_Vec8xInt1_Vec8xFPIEEE64(isNegative, chosen.vector, other.vector))
    }
  }
#else
  extension SIMD where Scalar: BinaryFloatingPoint {
    @inlinable @inline(__always)
    public static func sum(_ a: Self, _ b: Self) -> Self { a + b }

    @inlinable @inline(__always)
    public static func difference(_ a: Self, _ b: Self) -> Self { a - b }

    @inlinable @inline(__always)
    public static func product(_ a: Self, _ b: Self) -> Self { a * b }

    @inlinable @inline(__always)
    public static func quotient(_ a: Self, _ b: Self) -> Self { a / b }

    @inlinable @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      c.addingProduct(a, b)
    }

    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, isLessThan b: Self, else other: Self)
      -> Self
    {
      other.replacing(with: chosen, where: a .< b)
    }

    @inlinable @inline(__always)
    public static func select(_ chosen: Self, where a: Self, equals b: Self, else other: Self)
      -> Self
    {
      other.replacing(with: chosen, where: a .== b)
    }

    @inlinable @inline(__always)
    public static func select(_ chosen: Self, whereNegative a: Self, else other: Self) -> Self {
      var result = other
      for lane in a.indices where a[lane].sign == .minus { result[lane] = chosen[lane] }
      return result
    }
  }

  extension SIMD8<Double> {
    @inlinable @inline(__always)
    public init(widening numbers: SIMD8<Float>) { self.init(numbers) }
  }
#endif
