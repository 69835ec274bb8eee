import WeightedCrossEntropy
import _MatrixKernels
import _MatrixKernelsAVX2
import _MatrixKernelsAVX512

extension InstructionSet {
  /// The matrix kernels of this instruction set, which this processor must have.
  var matrixKernels: MatrixKernelTable {
    switch self {
    case .baseline: BaselineMatrixKernels.table
    case .avx2: AVX2MatrixKernels.table
    case .avx512: AVX512MatrixKernels.table
    }
  }
}
