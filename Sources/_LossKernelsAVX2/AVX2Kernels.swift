public import _LossKernels

/// Sixteen Floats in two AVX registers, with fused multiply-add.
public struct AVX2FloatVector: FloatVector {
  public var lanes: SIMD16<Float>

  @inline(__always)
  public init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }
}

/// Eight Doubles in two AVX registers, with fused multiply-add.
public struct AVX2DoubleVector: DoubleVector {
  public var lanes: SIMD8<Double>

  @inline(__always)
  public init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }
}

/// The kernels with AVX2 and FMA. Nothing here may run before the processor is known to have both.
public enum AVX2Kernels {
  public static let float = KernelTable(AVX2FloatVector.self)
  public static let double = KernelTable(AVX2DoubleVector.self)
}
