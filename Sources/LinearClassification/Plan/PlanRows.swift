// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _WorkerThreads

/// Consecutive blocks of rows, which answer the requests of a plan.
///
/// A block has 2,048 rows (``rowsPerBlock``); the last may have fewer. Equal blocks give equal
/// bits, wherever they are. So if each part of a table begins at a multiple of 2,048 rows, and its
/// ``firstBlock`` is that multiple, the result has the bits of a fit in memory.
public struct PlanRows: Sendable {
  /// The number of rows of each block but the last.
  public static let rowsPerBlock = RowBlocks.rowsPerBlock

  /// The number of the first block.
  public let firstBlock: Int
  /// The number of rows.
  public var rowCount: Int { features.rowCount }
  private let features: FeatureMatrix
  private let targets: [Double]
  private let weights: [Double]?
  private let folds: [Int]?

  /// Rows.
  ///
  /// - Parameters:
  ///   - features: n rows; n may be 0.
  ///   - targets: n numbers in [0, 1]; for a study 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  ///   - folds: The fold of each row, for a study: from 0 to below the schema's number of folds.
  ///   - firstBlock: The number of the first block, at least 0. All parts of a table have different
  ///     blocks. The numbers need not be consecutive.
  /// - Throws: ``ClassificationError`` if a length differs, or the number is out of range.
  public init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, folds: [Int]? = nil,
    firstBlock: Int = 0
  ) throws(ClassificationError) {
    func check(_ what: String, _ count: Int?) throws(ClassificationError) {
      guard let count, count != features.rowCount else { return }
      throw .lengthMismatch(what: what, expected: features.rowCount, received: count)
    }
    try check("targets", targets.count)
    try check("weights", weights?.count)
    try check("folds", folds?.count)
    guard (0...1 << 61).contains(firstBlock) else {
      throw .invalidSetting(
        name: "the first block", value: firstBlock, expected: "at least 0 and at most 2^61")
    }
    self.features = features
    self.targets = targets
    self.weights = weights
    self.folds = folds
    self.firstBlock = firstBlock
  }

  /// The answer of these rows.
  ///
  /// - Parameters:
  ///   - request: What a plan needs.
  ///   - threads: The maximum number of threads; nil means all processors. The answer has the same
  ///     bits for any number.
  /// - Throws: ``ClassificationError`` if a number in the rows is not valid, the rows are not those
  ///   of the schema, or this processor lacks the instruction set.
  public func answer(
    _ request: PlanRequest, threads: Int? = nil
  ) throws(ClassificationError) -> PlanAnswer {
    guard PlanSchema.Shape(features).areIndicators == request.shape.areIndicators else {
      throw .otherFeatures(expected: request.shape.areIndicators, features)
    }
    let count = request.shape.foldCount
    if count > 1, let row = targets.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw .softTarget(targets[row], row: row + 1)
    }
    if let folds {
      if let row = folds.firstIndex(where: { $0 < 0 || $0 >= count }) {
        throw .foldOutOfRange(folds[row], count: count, row: row + 1)
      }
    } else if count > 1, rowCount > 0 {
      throw .lengthMismatch(what: "folds", expected: rowCount, received: 0)
    }
    let sums = try InMemoryRows(
      features: features, targets: targets, weights: weights,
      folds: count > 1
        ? StratifiedFolds(assignment: (folds ?? []).map { UInt32($0) }, count: count) : nil,
      instructionSet: InstructionSet.usable(request.instructionSet),
      threads: threads ?? WorkerThreads.processorCount
    ).sums(request.content)
    let blockCount = (rowCount + Self.rowsPerBlock - 1) / Self.rowsPerBlock
    return PlanAnswer(
      sums, to: request.checksum, blocks: PlanBlocks(firstBlock..<firstBlock + blockCount),
      rowCount: rowCount)
  }
}

/// Rows in memory, which answer a ``PlanContent``.
struct InMemoryRows: Sendable {
  let features: FeatureMatrix
  let targets: [Double]
  let weights: [Double]?
  let folds: StratifiedFolds?
  let instructionSet: InstructionSet
  let threads: Int

  private var order: RowOrder {
    RowOrder(rowCount: features.rowCount, weights: weights, folds: folds)
  }

  /// A pass over standardised rows.
  func pass(_ standardization: Standardization) -> RowPass {
    RowPass(
      rows: StandardizedRows(
        features, standardization, folds: folds, kernels: instructionSet.matrixKernels,
        threads: threads),
      targets: targets, weights: weights, instructionSet: instructionSet)
  }

  /// The exact sums of these rows.
  func sums(
    _ content: PlanContent, isCancelled: () -> Bool = { false }
  ) throws(ClassificationError) -> PlanSums {
    switch content {
    case .moments: .moments(try moments())
    case .deviations(let means):
      .deviations(
        WorkerThreads.map(Array(zip(features.columns, means)), threads: threads) {
          [order, kernels = instructionSet.matrixKernels] column, means in
          Moments.squaredDeviations(column, from: means, rows: order, kernels: kernels)
        })
    case .sums(let standardization, let requests):
      .sums(try pass(standardization).partialAnswer(requests, isCancelled: isCancelled))
    case .counts(let standardization, let requests):
      .sums(try counts(requests, pass(standardization).rows))
    }
  }

  private func moments() throws(ClassificationError) -> MomentSums {
    try ClassSums.check(targets: targets, weights: weights)
    let order = order
    let columns = WorkerThreads.map(features.columns, threads: threads) {
      [kernels = instructionSet.matrixKernels] column in
      Moments.sums(column, rows: order, kernels: kernels)
    }
    for (index, sums) in columns.enumerated() where sums == nil {
      let column = features.columns[index]
      for row in 0..<features.rowCount where !(abs(column[row]) < Moments.limit) {
        throw .invalidFeature(value: column[row], row: row + 1, feature: features.names[index])
      }
    }
    return MomentSums(
      classes: ClassSums.ofFolds(targets: targets, weights: weights, folds: folds),
      counts: order.counts, columns: columns.map { $0 ?? [] },
      hasZeroWeights: weights?.contains(0) == true)
  }

  /// Counts the rows of each model between its thresholds.
  private func counts(
    _ requests: [CountRequest], _ rows: StandardizedRows
  ) throws(ClassificationError) -> PartialAnswer {
    var answer = PartialAnswer(sums: BinnedSums(groups: []), margins: [])
    // One at a time, because the logits of all take much memory.
    for request in requests {
      let logits = try rows.logits(at: request.points)
      var sums = BinnedSums(groups: [request.size])
      for block in RowBlocks.all(rowCount: features.rowCount) {
        var counts = [Double](repeating: 0, count: request.size)
        for row in block {
          let weight = weights.map { $0[row] } ?? 1
          let fold = Int(folds?.assignment[row] ?? 0)
          guard weight > 0, request.points[fold] != nil else { continue }
          let bin = request.bin(logits[row].logistic)
          let list = 2 * fold + (targets[row] == 1 ? 1 : 0)
          counts[list * (request.thresholds.count + 1) + bin] += weight
        }
        sums.add(counts)
      }
      answer.append(PartialAnswer(sums: sums, margins: []))
    }
    return answer
  }
}

extension CountRequest {
  /// The number of thresholds that a probability reaches.
  fileprivate func bin(_ probability: Double) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if probability >= thresholds[middle] { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
