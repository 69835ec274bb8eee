// SPDX-License-Identifier: Apache-2.0
import _DataFiles

extension ClassificationError {
  static func oneFold(_ folds: Folds) -> Self {
    Self(
      .invalidFolds, column: folds.column,
      "at least 2 folds are needed, received \(folds.names.count)"
        + (folds.names.first.map { ": every row is in fold \(quoted($0))" } ?? "")
        + "; use other folds, or divide the rows by chance")
  }

  static func foldOfOneClass(
    _ folds: Folds, _ fold: Int, positive: Bool, isWeighted: Bool
  ) -> Self {
    Self(
      .invalidFolds, row: (folds.indices.firstIndex(of: UInt32(fold)) ?? 0) + 1,
      column: folds.column,
      "the fold \(quoted(folds.names[fold])), which begins here, has no "
        + "\(positive ? "negatives" : "positives")\(isWeighted ? " of weight above 0" : ""); "
        + "each fold needs both classes; merge folds, or divide the rows by chance")
  }

  static func fractionalFold(_ value: Double, row: Int) -> Self {
    Self(
      .invalidFolds, row: row,
      "folds must be integers or texts, received \(value.formatted(6))")
  }
}
