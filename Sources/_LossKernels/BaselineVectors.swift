// The baseline of each architecture: SSE2 on x86-64, NEON on arm64. The compiler splits a vector into the two registers
// it needs, which also keeps two chains of operations in flight.

/// Sixteen Floats with the baseline instructions.
public struct BaselineFloatVector: FloatVector {
  public var lanes: SIMD16<Float>

  @inlinable @inline(__always)
  public init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    #if arch(arm64)
      Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
    #else
      // Without a fused instruction `addingProduct` calls fmaf a lane at a time, some 60 times slower.
      Self(lanes: a.lanes * b.lanes + c.lanes)
    #endif
  }
}

/// Eight Doubles with the baseline instructions.
public struct BaselineDoubleVector: DoubleVector {
  public var lanes: SIMD8<Double>

  @inlinable @inline(__always)
  public init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    #if arch(arm64)
      Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
    #else
      Self(lanes: a.lanes * b.lanes + c.lanes)
    #endif
  }
}
