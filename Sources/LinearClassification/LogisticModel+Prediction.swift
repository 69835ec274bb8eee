// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy

extension LogisticModel {
  /// The logit of each row.
  ///
  /// - Parameters:
  ///   - features: as many, and in the same order, as in training.
  ///   - threads: the most threads; nil is as many as there are processors.
  ///   - instructionSet: forces a variant of the kernels.
  /// - Throws: `ClassificationError` for another number of features, or one that is not finite.
  /// - Complexity: O(n d), on up to `threads` threads.
  public func logits(
    _ features: FeatureMatrix, threads: Int? = nil, instructionSet: InstructionSet? = nil
  ) throws(ClassificationError) -> [Double] {
    guard features.columns.count == coefficients.count else {
      throw .lengthMismatch(
        what: "features", expected: coefficients.count, received: features.columns.count)
    }
    let instructionSet = try InstructionSet.usable(instructionSet)
    let tiles = StandardizedTiles(features, standardization)
    let objective = LogisticObjective(
      tiles: tiles, targets: [], weights: nil, l2: 0,
      loss: try rethrowingLossErrors { () throws(LossError) in
        try WeightedCrossEntropyLoss(threads: 1)
      },
      chunks: RowChunks(rowCount: features.rowCount, columnCount: tiles.columnCount),
      kernels: instructionSet.matrixKernels, threads: threads ?? WorkerCount.processors)
    let logits = try objective.logits(at: tiles.active.map { coefficients[$0] } + [intercept])
    if let row = logits.firstIndex(where: { !$0.isFinite }) {
      for index in tiles.active where !features.columns[index][row].isFinite {
        throw .invalidFeature(
          value: "\(features.columns[index][row])", row: row + 1, feature: features.names[index])
      }
      throw .invalidLogit(value: "\(logits[row])", row: row + 1)
    }
    return logits
  }
}
