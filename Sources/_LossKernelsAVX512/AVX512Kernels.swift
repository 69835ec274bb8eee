// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

// The vector types are private, so that no metadata is made for them: its functions, `__swift_memcpy64_16` for one, have names that
// all modules share, and the linker may take this target's, with its instructions, for a type of a program that has no business with AVX.

/// Sixteen Floats in an AVX-512 register, with fused multiply-add.
private struct AVX512FloatVector: FloatVector {
  var lanes: SIMD16<Float>

  @inline(__always)
  init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: SIMD16<Float>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes))
  }
}

/// Eight Doubles in an AVX-512 register, with fused multiply-add.
private struct AVX512DoubleVector: DoubleVector {
  var lanes: SIMD8<Double>

  @inline(__always)
  init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: SIMD8<Double>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes))
  }
}

/// The kernels with AVX512 and FMA. Nothing here may run before the processor is known to have both.
public enum AVX512Kernels {
  public static let float = KernelTable(AVX512FloatVector.self)
  public static let double = KernelTable(AVX512DoubleVector.self)
}
