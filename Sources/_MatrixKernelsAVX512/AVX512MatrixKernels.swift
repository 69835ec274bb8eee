// SPDX-License-Identifier: Apache-2.0
public import _MatrixKernels

// The vector types are private, so that no metadata is made for them: its functions,
// `__swift_memcpy64_16` for one, have names that all modules share, and the linker may take this
// target's, with its instructions, for a type of a program that has no business with AVX.

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

/// The matrix kernels with AVX-512. Nothing here may run before the processor is known to have it.
public enum AVX512MatrixKernels {
  public static let table = MatrixKernelTable(AVX512MatrixVector.self)
}
