// SPDX-License-Identifier: Apache-2.0
import Synchronization
import WeightedCrossEntropy
import _MatrixKernels

/// Answers the requests of a ``FitPlan`` in passes over rows in memory. One pass serves all models:
/// a tile of standardised rows is multiplied with their coefficients while it is in the cache.
struct RowPass: Sendable {
  let rows: StandardizedRows
  let targets: [Double]
  let weights: [Double]?
  let instructionSet: InstructionSet

  /// The number of models whose logits are in memory at a time.
  private static let group = 16
  /// The bound on the numbers of a block. With more there are several passes. Each thread has them
  /// about four times, once in its cache.
  private static let largestBlock = 1 << 15

  private var kernels: MatrixKernelTable { rows.kernels }

  /// The sums of each request: one, or one for each fold.
  func answers(
    _ requests: [SumRequest], isCancelled: () -> Bool
  ) throws(ClassificationError) -> [[ObjectiveSums]] {
    try partialAnswer(requests, isCancelled: isCancelled).answers(
      to: requests, columnCount: rows.columnCount, foldCount: rows.foldCount)
  }

  /// The exact sums of these rows.
  func partialAnswer(
    _ requests: [SumRequest], isCancelled: () -> Bool
  ) throws(ClassificationError) -> PartialAnswer {
    var answer = PartialAnswer([], columnCount: rows.columnCount, foldCount: rows.foldCount)
    var batch = Batch(rows)
    for request in requests {
      if !batch.isEmpty, batch.size(with: request) > Self.largestBlock {
        answer.append(try partialAnswer(of: batch, isCancelled: isCancelled))
        batch = Batch(rows)
      }
      batch.append(request, try loss(request.positiveWeight))
    }
    answer.append(try partialAnswer(of: batch, isCancelled: isCancelled))
    return answer
  }

  private func partialAnswer(
    of batch: Batch, isCancelled: () -> Bool
  ) throws(ClassificationError) -> PartialAnswer {
    let columns = rows.blocks.tileColumns
    let margins = Mutex([Margins](repeating: Margins(), count: batch.count))
    let sums = try rows.sumOverTiles(
      slot: batch.size, groups: batch.groups, vectorCount: 2 * Self.group + 7,
      isCancelled: isCancelled
    ) { work, sum throws(ClassificationError) in
      let terms = batch.terms[work.fold]
      let logits = work.vector(0)
      let residuals = work.vector(Self.group)
      let curvature = work.vector(2 * Self.group)
      let scratch = work.vector(2 * Self.group + 1)
      let data = RowData(work, targets: targets, weights: weights, vector: 2 * Self.group + 5)
      try withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.group * columns) {
        (products) throws(ClassificationError) in
        guard let gradients = products.baseAddress else { return }
        for first in stride(from: 0, to: terms.count, by: Self.group) {
          let count = min(Self.group, terms.count - first)
          batch.points[work.fold].withUnsafeBufferPointer { points in
            guard let base = points.baseAddress else { return }
            kernels.products(work.tile, base + first * columns, count, logits)
          }
          for model in 0..<count {
            let term = terms[first + model]
            let logits = logits + model * work.tile.stride
            let residual = residuals + model * work.tile.stride
            sum[term.offset] += try data.value(term.loss, logits, gradient: residual)
            work.clearPadding(residual)
            if term.request.wantsMargins {
              let found = Margins(logits, data)
              margins.withLock { $0[term.index].formUnion(found) }
            }
            if term.request.wantsHessian {
              try data.secondDerivative(term.loss, logits, into: curvature)
              work.clearPadding(curvature)
              kernels.addWeightedGram(
                work.tile, curvature, scratch, sum + term.offset + 1 + columns)
            }
          }
          gradients.update(repeating: 0, count: count * columns)
          kernels.addTransposedProducts(work.tile, residuals, count, gradients)
          for model in 0..<count {
            kernels.addScaled(
              1, gradients + model * columns, columns, sum + terms[first + model].offset + 1)
          }
        }
      }
    } pack: { block, output in
      batch.pack(block, into: output)
    }
    return PartialAnswer(sums: sums, margins: margins.withLock { $0 })
  }

  /// Fits models that are too large for a ``FitPlan``, by conjugate gradients. The models after one
  /// that fails are not complete.
  ///
  /// - Parameter progress: Called after each iteration.
  func fit(
    _ models: [FitPlan.Model], isCancelled: () -> Bool, progress: ([FitPlan.Model]) -> Void
  ) throws(ClassificationError) -> [FitPlan.Model] {
    var models = models
    for index in models.indices {
      let model = models[index]
      let objective = LogisticObjective(
        rows: rows, targets: targets,
        weights: model.heldOut.map { fold in
          targets.indices.map { row in
            rows.folds?.assignment[row] == UInt32(fold) ? 0 : weights.map { $0[row] } ?? 1
          }
        } ?? weights, l2: model.iteration.l2, loss: try loss(model.positiveWeight))
      var iteration = model.iteration
      do throws(ClassificationError) {
        try objective.solve(&iteration, isCancelled: isCancelled) {
          models[index].iteration = $0
          progress(models)
        }
        models[index].iteration = iteration
      } catch {
        if error.code == .cancelled { throw error }
        models[index].failure = error
        break
      }
    }
    progress(models)
    return models
  }

  /// The loss of one thread.
  fileprivate func loss(
    _ positiveWeight: Double
  ) throws(ClassificationError) -> WeightedCrossEntropyLoss<Double> {
    try rethrowingLossErrors { () throws(LossError) in
      try WeightedCrossEntropyLoss(
        positiveWeight: .uniform(positiveWeight), threads: 1, instructionSet: instructionSet)
    }
  }
}

/// The layout of a block's numbers: for each request and each of its parts, the value, the gradient
/// and, if requested, the Hessian, with the padding of a tile.
private struct Batch {
  /// What a request needs from the rows of one fold.
  struct Term {
    /// The number of the part in the batch.
    let index: Int
    /// The position of the part's first number.
    let offset: Int
    let request: SumRequest
    let loss: WeightedCrossEntropyLoss<Double>
  }

  /// The terms of each fold.
  private(set) var terms: [[Term]]
  /// Their points for each fold, padded and consecutive.
  private(set) var points: [[Double]]
  /// How many numbers a block has.
  private(set) var size = 0
  private var parts: [Term] = []
  private let rows: StandardizedRows

  init(_ rows: StandardizedRows) {
    self.rows = rows
    terms = Array(repeating: [], count: rows.foldCount)
    points = Array(repeating: [], count: terms.count)
  }

  var isEmpty: Bool { parts.isEmpty }
  /// The number of parts.
  var count: Int { parts.count }
  private var columns: Int { rows.blocks.tileColumns }

  /// How many numbers a part has.
  private func length(_ request: SumRequest) -> Int {
    1 + columns + (request.wantsHessian ? columns * columns : 0)
  }

  /// The size if a request is appended.
  func size(with request: SumRequest) -> Int {
    size + length(request) * request.partCount(foldCount: terms.count)
  }

  mutating func append(_ request: SumRequest, _ loss: WeightedCrossEntropyLoss<Double>) {
    let point = rows.padded(request.point)
    var part: Term?
    for fold in terms.indices where request.rows != .allExcept(fold: fold) {
      let term: Term
      if let part, request.rows != .eachFold {
        term = part
      } else {
        term = Term(index: count, offset: size, request: request, loss: loss)
        parts.append(term)
        size += length(request)
      }
      part = term
      terms[fold].append(term)
      points[fold] += point
    }
  }

  /// The number of sums of each group, without padding.
  var groups: [Int] { parts.flatMap { $0.request.groups(columnCount: rows.columnCount) } }

  /// Copies the numbers of a block without padding.
  func pack(_ block: UnsafePointer<Double>, into output: UnsafeMutablePointer<Double>) {
    var next = output
    func copy(_ offset: Int, _ count: Int) {
      next.update(from: block + offset, count: count)
      next += count
    }
    for part in parts {
      copy(part.offset, 1 + rows.columnCount)
      guard part.request.wantsHessian else { continue }
      for row in 0..<rows.columnCount { copy(part.offset + 1 + columns + row * columns, row + 1) }
    }
  }
}
