// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _MatrixKernels
import _MatrixKernelsAVX2
import _MatrixKernelsAVX512

extension InstructionSet {
  /// The given instruction set, or the selected one if nil. The loss rejects an instruction set
  /// that this processor does not support.
  static func usable(_ forced: InstructionSet?) throws(ClassificationError) -> InstructionSet {
    try rethrowingLossErrors { () throws(LossError) in
      let chosen = if let forced { forced } else { try InstructionSet.selected.get() }
      return try WeightedCrossEntropyLoss<Double>(instructionSet: chosen).instructionSet ?? chosen
    }
  }

  /// The matrix kernels of this instruction set, which this processor must support.
  var matrixKernels: MatrixKernelTable {
    switch self {
    case .baseline: BaselineMatrixKernels.table
    case .avx2: AVX2MatrixKernels.table
    case .avx512: AVX512MatrixKernels.table
    }
  }
}
