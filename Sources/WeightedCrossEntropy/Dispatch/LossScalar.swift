// SPDX-License-Identifier: Apache-2.0
public import _LossKernels
import _LossKernelsAVX2
import _LossKernelsAVX512

/// The element types of the loss: `Float` and `Double`.
public protocol LossScalar: KernelScalar {
  /// The kernels of an instruction set that is available.
  static func _kernels(_ instructionSet: InstructionSet) -> KernelTable<Self>
  /// The kernels of `InstructionSet.selected`, or nil if that is an error. They are looked up once,
  /// because a look-up in each call would slow down calls on few elements.
  static var _selectedKernels: KernelTable<Self>? { get }
}

extension Float: LossScalar {
  public static let _selectedKernels = (try? InstructionSet.selected.get()).map(_kernels)

  public static func _kernels(_ instructionSet: InstructionSet) -> KernelTable<Float> {
    switch instructionSet {
    case .baseline: BaselineKernels.float
    case .avx2: AVX2Kernels.float
    case .avx512: AVX512Kernels.float
    }
  }
}

extension Double: LossScalar {
  public static let _selectedKernels = (try? InstructionSet.selected.get()).map(_kernels)

  public static func _kernels(_ instructionSet: InstructionSet) -> KernelTable<Double> {
    switch instructionSet {
    case .baseline: BaselineKernels.double
    case .avx2: AVX2Kernels.double
    case .avx512: AVX512Kernels.double
    }
  }
}
