// SPDX-License-Identifier: Apache-2.0
public import _MatrixKernels

// The vector type is private, so that the compiler emits no metadata for it. The functions of
// metadata, such as `__swift_memcpy64_16`, have the same names in all modules, and the linker keeps
// one copy of each. If it kept the copy of this module, older processors would run AVX
// instructions.

/// Eight Doubles in an AVX-512 register, with fused multiply-add.
private struct AVX512MatrixVector: MatrixVector {
  var lanes: SIMD8<Double>

  @inline(__always)
  init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  static var laneCount: Int { 8 }

  @inline(__always)
  init(repeating value: Double) { self.init(lanes: SIMD8<Double>(repeating: value)) }

  @inline(__always)
  init(loading source: UnsafePointer<Double>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Double>.self))
  }

  @inline(__always)
  func store(to destination: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD8<Double>.self)
  }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self { Self(lanes: a.lanes + b.lanes) }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self { Self(lanes: a.lanes - b.lanes) }

  @inline(__always)
  static func * (a: Self, b: Self) -> Self { Self(lanes: a.lanes * b.lanes) }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }

  @inline(__always)
  var sum: Double {
    let half = lanes.lowHalf + lanes.highHalf
    return (half[0] + half[2]) + (half[1] + half[3])
  }
}

/// The matrix kernels with AVX-512. Use them only on a processor that supports these instructions.
public enum AVX512MatrixKernels {
  public static let table = MatrixKernelTable(AVX512MatrixVector.self)
}
