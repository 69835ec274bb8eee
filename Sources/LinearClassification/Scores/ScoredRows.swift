// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// Rows of a table with a score, and for a study with a target and a weight.
package struct ScoredRows: Sendable {
  /// The column of the scores.
  package let name: String
  package let scores: [Double]
  package let kind: ScoreKind
  /// The targets and weights; nil if only the scores were read.
  package let labels: Classifier.Labels?
  /// The rows of the table that these are, counted from 0; nil if all are.
  package let rowIndices: [Int]?

  /// Reads the columns of a table, without the rows of weight 0.
  ///
  /// - Throws: `ClassificationError` with the row of a score that is missing, no number or not of
  ///   the kind, or of a target or weight that is missing or not valid.
  package init(
    _ table: CSVTable, scores name: String, kind: ScoreKind, target: TargetColumn? = nil,
    weights: String? = nil
  ) throws(ClassificationError) {
    let index = try table.index(of: name)
    rowIndices = try weights.flatMap { (weights) throws(ClassificationError) in
      try table.rowsOfPositiveWeight(weights)
    }
    let table = rowIndices.map(table.selecting) ?? table
    let column = table.columns[index]
    guard table.rowCount > 0 else { throw .noRows }
    if let position = column.firstMissing {
      throw .file(
        table.badCell(
          position, column: index, "the score is missing; give it a value, or remove the row"),
        code: .missingLabel)
    }
    switch column.values {
    case .numbers(let numbers): scores = numbers
    case .borrowed(let numbers): scores = Array(numbers)
    case .categories(let codes, let labels):
      let cell = TextCell(codes: codes, labels: labels)
      throw table.located(.textScores(cell, column: column.name))
    }
    self.name = column.name
    self.kind = kind
    do throws(ClassificationError) { _ = try kind.logits(scores) } catch {
      throw table.located(error.inColumn(column.name))
    }
    labels = try target.map { target throws(ClassificationError) in
      try Classifier.Labels(table, target: target, weights: weights)
    }
  }
}

extension CSVTable {
  /// The rows whose weight is not 0, counted from 0; nil if there are no others.
  package func rowsOfPositiveWeight(_ name: String) throws(ClassificationError) -> [Int]? {
    let column = columns[try index(of: name)]
    let weights = try locating { () throws(ClassificationError) in
      try TrainingTable.weights(column)
    }
    guard weights.contains(0) else { return nil }
    return weights.indices.filter { weights[$0] != 0 }
  }

  /// The table of some rows.
  package func selecting(_ rows: [Int]) -> CSVTable {
    selecting(rows, columns: Set(columns.indices))
  }

  /// The columns that a text names: one with this name, or several separated by commas.
  package func columnNames(_ text: String) -> [String] {
    if header.names.contains(text) { return [text] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
