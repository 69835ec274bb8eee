// SPDX-License-Identifier: Apache-2.0
import Synchronization
import WeightedCrossEntropy
import _MatrixKernels

/// The objective of a fit, `F(θ) = Σ wᵢ ℓ(tᵢᵀθ, zᵢ, q) + (λ/2) ‖β‖²`, over standardised rows tᵢ
/// that end with a 1: θ = (β, intercept). The intercept has no penalty.
struct LogisticObjective: Sendable {
  /// The result of one pass over the rows.
  struct Evaluation {
    var value = 0.0
    var gradient: [Double] = []
    /// Row-major, with `stride` columns; only the lower triangle is valid. Empty if not requested.
    var hessian: [Double] = []
    var stride = 0
    var margins = Margins()
  }

  let rows: StandardizedRows
  let targets: [Double]
  let weights: [Double]?
  let l2: Double
  let loss: WeightedCrossEntropyLoss<Double>

  var columnCount: Int { rows.columnCount }
  var kernels: MatrixKernelTable { rows.kernels }

  /// The objective, its gradient and optionally its Hessian, in one pass over the rows.
  ///
  /// - Parameter curvature: If given, receives the second derivative of each row's term.
  func evaluate(
    at point: [Double], hessian wantsHessian: Bool,
    curvature: UnsafeMutableBufferPointer<Double>? = nil
  ) throws(LossError) -> Evaluation {
    let columns = rows.chunks.tileColumns
    // The slot of a chunk holds the value, the gradient and the Hessian.
    let slot = 1 + columns + (wantsHessian ? columns * columns : 0)
    let margins = Mutex(Margins())
    // Threads write disjoint rows.
    nonisolated(unsafe) let curvature = curvature
    let sums = try rows.sumOverChunks(slot: slot, at: point) { work, rows, sum throws(LossError) in
      let count = rows.count
      var gradient = UnsafeMutableBufferPointer(start: work.gradient, count: count).mutableSpan
      sum[0] += try withTerms(rows, work.logits) { (logits, targets, weights) throws(LossError) in
        try loss.valueWithGradient(
          of: .sum, logits: logits, targets: targets, weights: weights, into: &gradient)
      }
      work.clearPadding(work.gradient, from: count)
      kernels.addTransposedProduct(work.tile, work.gradient, sum + 1)
      // Separable classes make the coefficients diverge only if there is no penalty.
      if l2 == 0 {
        let found = Margins(work.logits, targets, weights, rows)
        margins.withLock { $0.formUnion(found) }
      }
      guard wantsHessian || curvature != nil else { return }
      var second = UnsafeMutableBufferPointer(start: work.curvature, count: count).mutableSpan
      try withTerms(rows, work.logits) { (logits, targets, weights) throws(LossError) in
        try loss.secondDerivative(
          of: .sum, logits: logits, targets: targets, weights: weights, into: &second)
      }
      if let curvature {
        for (offset, row) in rows.enumerated() { curvature[row] = work.curvature[offset] }
      }
      guard wantsHessian else { return }
      for row in 0..<count { work.curvature[row] = work.curvature[row].squareRoot() }
      work.clearPadding(work.curvature, from: count)
      kernels.scaleRows(work.tile, work.curvature)
      kernels.addGram(work.tile, sum + 1 + columns)
    }
    return penalized(sums, at: point, hessian: wantsHessian, margins: margins.withLock { $0 })
  }

  /// The product of the Hessian and a vector, from the second derivatives of the rows' terms.
  func hessianProduct(
    _ vector: [Double], curvature: UnsafeBufferPointer<Double>
  ) -> [Double] {
    // The threads only read it.
    nonisolated(unsafe) let curvature = curvature
    let sums = rows.sumOverChunks(slot: rows.chunks.tileColumns, at: vector) { work, rows, sum in
      for (offset, row) in rows.enumerated() {
        work.gradient[offset] = curvature[row] * work.logits[offset]
      }
      work.clearPadding(work.gradient, from: rows.count)
      kernels.addTransposedProduct(work.tile, work.gradient, sum)
    }
    return (0..<columnCount).map { sums[$0] + ($0 < columnCount - 1 ? l2 * vector[$0] : 0) }
  }

  private func penalized(
    _ sums: [Double], at point: [Double], hessian wantsHessian: Bool, margins: Margins
  ) -> Evaluation {
    let columns = rows.chunks.tileColumns
    var evaluation = Evaluation(value: sums[0], stride: columns, margins: margins)
    evaluation.gradient = Array(sums[1..<(1 + columnCount)])
    if wantsHessian { evaluation.hessian = Array(sums[(1 + columns)...]) }
    for column in 0..<(columnCount - 1) {
      evaluation.value += l2 / 2 * point[column] * point[column]
      evaluation.gradient[column] += l2 * point[column]
      if wantsHessian { evaluation.hessian[column * columns + column] += l2 }
    }
    return evaluation
  }

  /// Calls `body` with the logits, targets and weights of some rows.
  private func withTerms<Result>(
    _ rows: Range<Int>, _ logits: UnsafeMutablePointer<Double>,
    _ body: (Span<Double>, Span<Double>, Span<Double>?) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    let logits = UnsafeBufferPointer(start: logits, count: rows.count).span
    return try body(logits, targets.span.extracting(rows), weights?.span.extracting(rows))
  }
}
