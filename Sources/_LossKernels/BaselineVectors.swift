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
    Self(lanes: isFused ? c.lanes.addingProduct(a.lanes, b.lanes) : a.lanes * b.lanes + c.lanes)
  }
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
    Self(lanes: isFused ? c.lanes.addingProduct(a.lanes, b.lanes) : a.lanes * b.lanes + c.lanes)
  }
}
