public import _MatrixKernels

/// Four Doubles in an AVX register, with fused multiply-add.
public struct AVX2MatrixVector: MatrixVector {
  var lanes: SIMD4<Double>

  @inline(__always)
  init(lanes: SIMD4<Double>) { self.lanes = lanes }

  @inline(__always)
  public static var laneCount: Int { 4 }

  @inline(__always)
  public init(repeating value: Double) { self.init(lanes: SIMD4<Double>(repeating: value)) }

  @inline(__always)
  public init(loading source: UnsafePointer<Double>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Double>.self))
  }

  @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD4<Double>.self)
  }

  @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(lanes: a.lanes + b.lanes) }

  @inline(__always)
  public static func - (a: Self, b: Self) -> Self { Self(lanes: a.lanes - b.lanes) }

  @inline(__always)
  public static func * (a: Self, b: Self) -> Self { Self(lanes: a.lanes * b.lanes) }

  @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }

  @inline(__always)
  public var sum: Double {
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
  }
}

/// The matrix kernels with AVX2 and FMA. Nothing here may run before the processor is known to have both.
public enum AVX2MatrixKernels {
  public static let table = MatrixKernelTable(AVX2MatrixVector.self)
}
