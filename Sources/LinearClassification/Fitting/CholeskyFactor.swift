// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The Cholesky factor of a Hessian.
///
/// Without a penalty the Hessian may be singular to rounding, for example if features add up to a
/// constant. A pivot without significant digits is replaced by infinity, which leaves its
/// coefficient unchanged, so a step is in the span of the other coefficients.
struct CholeskyFactor: Sendable {
  private var elements: [Double]
  private let count: Int
  private let stride: Int
  private let kernels: MatrixKernelTable

  /// Factorises the Hessian of the sums.
  init(_ sums: ObjectiveSums, kernels: MatrixKernelTable) {
    let (count, stride) = (sums.gradient.count, sums.stride)
    elements = sums.hessian
    self.count = count
    self.stride = stride
    self.kernels = kernels
    elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in 0..<count {
        let start = base + row * stride
        let diagonal = start[row]
        for column in 0..<row {
          let other = base + column * stride
          start[column] = (start[column] - kernels.dot(start, other, column)) / other[column]
        }
        let pivot = diagonal - kernels.dot(start, start, row)
        start[row] = pivot > 1e-13 * diagonal ? pivot.squareRoot() : .infinity
      }
    }
  }

  /// The solution d of `H d = -g`.
  func step(_ gradient: [Double]) -> [Double] {
    var step = gradient.map { -$0 }
    elements.withUnsafeBufferPointer { elements in
      step.withUnsafeMutableBufferPointer { step in
        guard let base = elements.baseAddress, let solution = step.baseAddress else { return }
        for row in 0..<count {
          let start = base + row * stride
          solution[row] = (solution[row] - kernels.dot(start, solution, row)) / start[row]
        }
        for row in (0..<count).reversed() {
          let start = base + row * stride
          solution[row] /= start[row]
          kernels.addScaled(-solution[row], start, row, solution)
        }
      }
    }
    return step
  }
}
