// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

// The vector types are private, so that the compiler emits no metadata for them. The functions of
// metadata, such as `__swift_memcpy64_16`, have the same names in all modules, and the linker keeps
// one copy of each. If it kept the copy of this module, older processors would run AVX
// instructions.

/// Sixteen Floats in one AVX-512 register.
private struct AVX512FloatVector: FloatVector {
  typealias Wide = AVX512DoubleVector
  var lanes: SIMD16<Float>

  @inline(__always)
  init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    fusedMultiplyAdd(a, b, c)
  }
}

/// Eight Doubles in one AVX-512 register.
private struct AVX512DoubleVector: DoubleVector {
  var lanes: SIMD8<Double>

  @inline(__always)
  init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    fusedMultiplyAdd(a, b, c)
  }
}

/// The kernels for processors with AVX2, FMA and AVX-512 F, DQ, BW and VL. Do not call them on
/// other processors.
public enum AVX512Kernels {
  public static let float = KernelTable(AVX512FloatVector.self)
  public static let double = KernelTable(AVX512DoubleVector.self)
}
