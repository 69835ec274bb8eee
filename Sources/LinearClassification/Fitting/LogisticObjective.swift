// SPDX-License-Identifier: Apache-2.0
import Synchronization
import WeightedCrossEntropy
import _MatrixKernels

/// The objective of a fit, `F(θ) = Σ wᵢ ℓ(tᵢᵀθ, zᵢ, q) + (λ/2) ‖β‖²`, over standardised rows tᵢ
/// that end with a 1: θ = (β, intercept). The intercept has no penalty.
///
/// It minimises by conjugate gradients, with too many coefficients for a ``FitPlan``, as in Galli
/// and Lin, *A Study on Truncated Newton Methods for Linear Classification*, IEEE TNNLS 2022.
struct LogisticObjective: Sendable {
  let rows: StandardizedRows
  let targets: [Double]
  let weights: [Double]?
  let l2: Double
  let loss: WeightedCrossEntropyLoss<Double>

  private var columnCount: Int { rows.columnCount }
  private var kernels: MatrixKernelTable { rows.kernels }

  /// Runs an iteration to its end.
  func solve(
    _ iteration: inout NewtonIteration, isCancelled: () -> Bool,
    progress: (NewtonIteration) -> Void
  ) throws(ClassificationError) {
    // The second derivatives at the last point evaluated. The last point of a line search is the
    // one that it accepts.
    var curvature = [Double](repeating: 0, count: targets.count)
    while !iteration.isDone {
      let trial = iteration.trial
      let sums = try curvature.withUnsafeMutableBufferPointer {
        (buffer) throws(ClassificationError) -> ObjectiveSums in
        try evaluate(at: trial, curvature: buffer)
      }
      guard try iteration.receive(sums) else { continue }
      progress(iteration)
      let accuracy = iteration.stepAccuracy
      let step = try curvature.withUnsafeBufferPointer {
        (buffer) throws(ClassificationError) -> [Double] in
        try newtonStep(
          sums.gradient, curvature: buffer, tolerance: accuracy, isCancelled: isCancelled)
      }
      try iteration.advance(along: step, isExact: true)
    }
  }

  /// The objective and its gradient. Writes the second derivative of each row's term.
  private func evaluate(
    at point: [Double], curvature: UnsafeMutableBufferPointer<Double>
  ) throws(ClassificationError) -> ObjectiveSums {
    let margins = Mutex(Margins())
    let padded = rows.padded(point)
    // Threads write disjoint rows.
    nonisolated(unsafe) let curvature = curvature
    let answer = try rows.sumOverTiles(
      slot: 1 + rows.blocks.tileColumns, groups: [1, columnCount], vectorCount: 4
    ) { work, sum throws(ClassificationError) in
      let (logits, terms) = (work.vector(0), work.vector(1))
      let data = RowData(work, targets: targets, weights: weights, vector: 2)
      kernels.products(work.tile, padded, 1, logits)
      sum[0] += try data.value(loss, logits, gradient: terms)
      work.clearPadding(terms)
      kernels.addTransposedProducts(work.tile, terms, 1, sum + 1)
      // Separable classes make the coefficients diverge only if there is no penalty.
      if l2 == 0 {
        let found = Margins(logits, data)
        margins.withLock { $0.formUnion(found) }
      }
      try data.secondDerivative(loss, logits, into: terms)
      for offset in 0..<work.rowCount { curvature[work.rows[offset]] = terms[offset] }
    }
    var result = ObjectiveSums(
      answer.values, columnCount: columnCount, margins: margins.withLock { $0 })
    result.addPenalty(l2, at: point)
    return result
  }

  /// The product of the Hessian and a vector, from the second derivatives of the rows' terms.
  private func hessianProduct(
    _ vector: [Double], curvature: UnsafeBufferPointer<Double>
  ) throws(ClassificationError) -> [Double] {
    // The threads only read it.
    nonisolated(unsafe) let curvature = curvature
    let padded = rows.padded(vector)
    let answer = try rows.sumOverTiles(
      slot: rows.blocks.tileColumns, groups: [columnCount], vectorCount: 1
    ) { work, sum in
      let products = work.vector(0)
      kernels.products(work.tile, padded, 1, products)
      for offset in 0..<work.rowCount { products[offset] *= curvature[work.rows[offset]] }
      work.clearPadding(products)
      kernels.addTransposedProducts(work.tile, products, 1, sum)
    }
    return answer.values.enumerated().map { column, sum in
      sum + (column < columnCount - 1 ? l2 * vector[column] : 0)
    }
  }

  /// Solves `H d = -g` by conjugate gradients until the residual is at most `tolerance` times the
  /// gradient: the truncated Newton method of Dembo and Steihaug (Mathematical Programming 26,
  /// 1983). Each truncated step is a descent direction.
  private func newtonStep(
    _ gradient: [Double], curvature: UnsafeBufferPointer<Double>, tolerance: Double,
    isCancelled: () -> Bool
  ) throws(ClassificationError) -> [Double] {
    var step = [Double](repeating: 0, count: columnCount)
    var residual = gradient.map { -$0 }
    var direction = residual
    var squaredResidual = dot(residual, residual)
    let target = squaredResidual * tolerance * tolerance
    var remaining = 2 * columnCount + 10
    while squaredResidual > target, remaining > 0 {
      if isCancelled() { throw .cancelled }
      let product = try hessianProduct(direction, curvature: curvature)
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
  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    kernels.dot(a, b, min(a.count, b.count))
  }

  /// Adds a multiple of a vector to another of the same length.
  private func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
    kernels.addScaled(factor, vector, min(vector.count, sum.count), &sum)
  }
}
