// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _MatrixKernels

/// The methods that compute a Newton step, the solution d of `H d = -g`.
extension LogisticObjective {
  /// Solves by a Cholesky factorisation of the Hessian.
  ///
  /// Without a penalty the Hessian may be singular to rounding, for example if features add up to a
  /// constant. A pivot without significant digits is replaced by infinity, which leaves its
  /// coefficient unchanged, so the step is in the span of the other coefficients.
  func choleskyStep(_ evaluation: Evaluation) -> [Double] {
    let count = columnCount
    let stride = evaluation.stride
    var factor = evaluation.hessian
    var step = evaluation.gradient.map { -$0 }
    factor.withUnsafeMutableBufferPointer { buffer in
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
      step.withUnsafeMutableBufferPointer { step in
        guard let solution = step.baseAddress else { return }
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

  /// Solves by conjugate gradients until the residual is at most `tolerance` times the gradient:
  /// the truncated Newton method of Dembo and Steihaug (Mathematical Programming 26, 1983). Each
  /// truncated step is a descent direction.
  func conjugateGradientStep(
    _ evaluation: Evaluation, curvature: UnsafeBufferPointer<Double>, tolerance: Double,
    monitor: TrainingMonitor
  ) throws(ClassificationError) -> [Double] {
    var step = [Double](repeating: 0, count: columnCount)
    var residual = evaluation.gradient.map { -$0 }
    var direction = residual
    var squaredResidual = dot(residual, residual)
    let target = squaredResidual * tolerance * tolerance
    var remaining = 2 * columnCount + 10
    while squaredResidual > target, remaining > 0 {
      if monitor.isCancelled() { throw .cancelled }
      let product = hessianProduct(direction, curvature: curvature)
      let curvatureAlong = dot(direction, product)
      // Without a penalty the Hessian may be singular, and the direction may have no curvature.
      guard curvatureAlong > 1e-16 * dot(direction, direction) else { break }
      let length = squaredResidual / curvatureAlong
      add(length, direction, to: &step)
      add(-length, product, to: &residual)
      let next = dot(residual, residual)
      let previous = direction
      direction = residual
      add(next / squaredResidual, previous, to: &direction)
      squaredResidual = next
      remaining -= 1
    }
    return step
  }

  /// The dot product of two vectors of the same length.
  func dot(_ a: [Double], _ b: [Double]) -> Double { kernels.dot(a, b, min(a.count, b.count)) }

  /// Adds a multiple of a vector to another of the same length.
  func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
    kernels.addScaled(factor, vector, min(vector.count, sum.count), &sum)
  }
}
