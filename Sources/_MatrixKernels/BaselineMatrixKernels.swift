// SPDX-License-Identifier: Apache-2.0
/// Two Doubles in the baseline instruction set of the architecture: SSE2 on x86-64, NEON on arm64.
public struct BaselineMatrixVector: MatrixVector {
  @usableFromInline var lanes: SIMD2<Double>

  @inlinable @inline(__always)
  init(lanes: SIMD2<Double>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static var laneCount: Int { 2 }

  @inlinable @inline(__always)
  public init(repeating value: Double) { self.init(lanes: SIMD2<Double>(repeating: value)) }

  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Double>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD2<Double>.self))
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD2<Double>.self)
  }

  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(lanes: a.lanes + b.lanes) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { Self(lanes: a.lanes - b.lanes) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { Self(lanes: a.lanes * b.lanes) }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    #if arch(arm64)
      Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
    #else
      // Without a fused instruction, `addingProduct` calls `fma` for each lane.
      Self(lanes: a.lanes * b.lanes + c.lanes)
    #endif
  }

  @inlinable @inline(__always)
  public var sum: Double { lanes[0] + lanes[1] }
}

/// The matrix kernels in the baseline instruction set of the architecture.
public enum BaselineMatrixKernels {
  public static let table = MatrixKernelTable(BaselineMatrixVector.self)
}
