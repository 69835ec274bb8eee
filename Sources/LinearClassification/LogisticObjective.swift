// SPDX-License-Identifier: Apache-2.0
import Synchronization
import WeightedCrossEntropy
import _MatrixKernels

/// The objective of a fit, `F(θ) = Σ wᵢ ℓ(tᵢᵀθ, zᵢ, q) + (λ/2) ‖β‖²`, over standardised rows tᵢ that end with a 1, so that
/// θ = (β, intercept). The last coefficient, the intercept, has no penalty.
struct LogisticObjective: Sendable {
  /// What one pass over the rows computes.
  struct Evaluation {
    var value = 0.0
    var gradient: [Double] = []
    /// Row-major, of `stride` columns; only its lower triangle counts. Empty if it was not asked for.
    var hessian: [Double] = []
    var stride = 0
    /// The smallest logit of a positive row and the largest of a negative one.
    var margins = Margins()
  }

  let tiles: StandardizedTiles
  let targets: [Double]
  let weights: [Double]?
  let l2: Double
  let loss: WeightedCrossEntropyLoss<Double>
  let chunks: RowChunks
  let kernels: MatrixKernelTable
  let threads: Int

  var columnCount: Int { tiles.columnCount }

  /// The objective, its gradient, and if asked for its Hessian, in one pass over the rows.
  ///
  /// - Parameter curvature: if given, the second derivative of each row's term is written there.
  func evaluate(
    at point: [Double], hessian wantsHessian: Bool,
    curvature: UnsafeMutableBufferPointer<Double>? = nil
  ) throws(ClassificationError) -> Evaluation {
    let columns = chunks.tileColumns
    // Of each chunk: the value, the gradient, the Hessian.
    let slot = 1 + columns + (wantsHessian ? columns * columns : 0)
    let margins = Mutex(Margins())
    // Written by the threads that work on disjoint rows.
    nonisolated(unsafe) let curvature = curvature
    let sums = try sumOverChunks(slot: slot, point: point) { work, rows, sum throws(LossError) in
      let count = rows.count
      var gradient = UnsafeMutableBufferPointer(start: work.gradient, count: count).mutableSpan
      sum[0] += try withTerms(rows, work.logits) { (logits, targets, weights) throws(LossError) in
        try loss.valueWithGradient(
          of: .sum, logits: logits, targets: targets, weights: weights, into: &gradient)
      }
      work.clearPadding(work.gradient, from: count)
      kernels.addTransposedProduct(work.tile, work.gradient, sum + 1)
      // Only then can a separated sample make the coefficients grow without limit.
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

  /// The Hessian times a vector, from the second derivatives of the rows' terms.
  func hessianProduct(
    _ vector: [Double], curvature: UnsafeBufferPointer<Double>
  ) throws(ClassificationError) -> [Double] {
    // Only read here.
    nonisolated(unsafe) let curvature = curvature
    let sums = try sumOverChunks(slot: chunks.tileColumns, point: vector) {
      work, rows, sum throws(LossError) in
      for (offset, row) in rows.enumerated() {
        work.gradient[offset] = curvature[row] * work.logits[offset]
      }
      work.clearPadding(work.gradient, from: rows.count)
      kernels.addTransposedProduct(work.tile, work.gradient, sum)
    }
    return (0..<columnCount).map { sums[$0] + ($0 < columnCount - 1 ? l2 * vector[$0] : 0) }
  }

  /// The logit of every row, those of weight 0 too.
  func logits(at point: [Double]) throws(ClassificationError) -> [Double] {
    var failure: ClassificationError?
    let logits = [Double](unsafeUninitializedCapacity: chunks.rowCount) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      do throws(ClassificationError) {
        _ = try sumOverChunks(slot: 0, point: point) { work, rows, _ throws(LossError) in
          for (offset, row) in rows.enumerated() { buffer[row] = work.logits[offset] }
        }
        count = chunks.rowCount
      } catch { failure = error }
    }
    if let failure { throw failure }
    return logits
  }

  private func penalized(
    _ sums: [Double], at point: [Double], hessian wantsHessian: Bool, margins: Margins
  ) -> Evaluation {
    let columns = chunks.tileColumns
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

  /// The sum over all rows of what `body` adds for each tile to some numbers, in a tree of chunks that depends on the shape alone.
  private func sumOverChunks(
    slot: Int, point: [Double],
    _ body: (TileWorkspace, Range<Int>, UnsafeMutablePointer<Double>) throws(LossError) -> Void
  ) throws(ClassificationError) -> [Double] {
    var sums = [Double](repeating: 0, count: max(1, slot * chunks.chunkCount))
    let padded = point + [Double](repeating: 0, count: chunks.tileColumns - point.count)
    let failure = Mutex<LossError?>(nil)
    sums.withUnsafeMutableBufferPointer { buffer in
      guard let address = buffer.baseAddress else { return }
      // Each chunk has its own slot, written by one thread.
      nonisolated(unsafe) let base = address
      nonisolated(unsafe) let body = body
      chunks.forEachChunk(threads: threads) { chunk in
        let work = TileWorkspace(chunks)
        defer { work.deallocate() }
        for rows in chunks.tiles(ofChunk: chunk) {
          let tileWork = work.with(rowCount: rows.count)
          tiles.fill(tileWork.tile, rows: rows, kernels: kernels)
          kernels.product(tileWork.tile, padded, tileWork.logits)
          do throws(LossError) { try body(tileWork, rows, base + chunk * slot) } catch {
            failure.withLock { $0 = error }
            return
          }
        }
      }
      var step = 1
      while step < chunks.chunkCount {
        for chunk in stride(from: 0, to: chunks.chunkCount - step, by: 2 * step) {
          kernels.addScaled(1, base + (chunk + step) * slot, slot, base + chunk * slot)
        }
        step *= 2
      }
    }
    if let error = failure.withLock({ $0 }) { throw .loss(error) }
    return Array(sums.prefix(slot))
  }

  /// Calls `body` with the inputs of the loss for some rows.
  private func withTerms<Result>(
    _ rows: Range<Int>, _ logits: UnsafeMutablePointer<Double>,
    _ body: (Span<Double>, Span<Double>, Span<Double>?) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    let logits = UnsafeBufferPointer(start: logits, count: rows.count).span
    return try body(logits, targets.span.extracting(rows), weights?.span.extracting(rows))
  }
}
