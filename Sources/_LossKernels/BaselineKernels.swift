// SPDX-License-Identifier: Apache-2.0
/// The kernels for the baseline instruction set, which every processor of the architecture
/// supports: SSE2 on x86-64, NEON on arm64.
public enum BaselineKernels {
  public static let float = KernelTable(BaselineFloatVector.self)
  public static let double = KernelTable(BaselineDoubleVector.self)

  /// Whether the baseline has a fused multiply-add. Without one, `addingProduct` calls the C
  /// library for each lane and takes about 60 times as long as a product and a sum.
  @inlinable @inline(__always)
  public static var isFused: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }
}

// A vector uses several registers, so the processor always has independent operations to overlap.

/// Sixteen Floats in four registers.
private struct BaselineFloatVector: FloatVector {
  typealias Wide = BaselineDoubleVector
  var lanes: SIMD16<Float>

  @inline(__always)
  init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inline(__always)
  static var isFused: Bool { BaselineKernels.isFused }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    isFused ? fusedMultiplyAdd(a, b, c) : a * b + c
  }

  #if arch(x86_64)
    // SSE2 has no select instruction. Two selections take six operations; this takes four.
    @inline(__always)
    func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
      let signs = unsafeBitCast(
        unsafeBitCast(lanes, to: SIMD16<Int32>.self) &>> 31, to: SIMD16<UInt32>.self)
      let difference = (a.bits ^ b.bits) & signs
      return (Self(bits: a.bits ^ difference), Self(bits: b.bits ^ difference))
    }
  #endif
}

/// Eight Doubles in four registers.
private struct BaselineDoubleVector: DoubleVector {
  var lanes: SIMD8<Double>

  @inline(__always)
  init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inline(__always)
  static var isFused: Bool { BaselineKernels.isFused }

  @inline(__always)
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    isFused ? fusedMultiplyAdd(a, b, c) : a * b + c
  }

  #if arch(x86_64)
    @inline(__always)
    func exchangedBySign(_ a: Self, _ b: Self) -> (Self, Self) {
      let signs = unsafeBitCast(
        unsafeBitCast(lanes, to: SIMD8<Int64>.self) &>> 63, to: SIMD8<UInt64>.self)
      let difference = (a.bits ^ b.bits) & signs
      return (Self(bits: a.bits ^ difference), Self(bits: b.bits ^ difference))
    }
  #endif
}
