// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

// The vector types are private, so that no metadata is made for them: its functions, `__swift_memcpy64_16` for one, have names that
// all modules share, and the linker may take this target's, with its instructions, for a type of a program that has no business with AVX.

/// Sixteen Floats in two AVX registers, with fused multiply-add.
private struct AVX2FloatVector: FloatVector {
  var lanes: SIMD16<Float>

  @inline(__always)
  init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: SIMD16<Float>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes))
  }
}

/// Eight Doubles in two AVX registers, with fused multiply-add.
private struct AVX2DoubleVector: DoubleVector {
  var lanes: SIMD8<Double>

  @inline(__always)
  init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: SIMD8<Double>.fusedMultiplyAdd(a.lanes, b.lanes, c.lanes))
  }
}

/// The kernels with AVX2 and FMA. Nothing here may run before the processor is known to have both.
public enum AVX2Kernels {
  public static let float = KernelTable(AVX2FloatVector.self)
  public static let double = KernelTable(AVX2DoubleVector.self)
}
