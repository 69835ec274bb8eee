// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// What is wrong with the columns of a table, for learning or for prediction. Rows are counted from 1 without the header.
public enum TableProblem: Hashable, Sendable, CustomStringConvertible {
  /// Two columns have one name, so that a model could not tell them apart.
  case duplicateColumn(String)
  /// The target and the weights are the same column.
  case targetIsWeights(String)
  /// The target holds numbers other than 0 and 1.
  case targetNumber(column: String, value: String, row: Int)
  /// The target holds labels of which none is known to be the positive one.
  case targetLabels(column: String, labels: [String])
  /// No row of the target has the label that is to be the positive one.
  case positiveNotFound(column: String, positive: String, labels: [String])
  /// A weight is negative or infinite.
  case invalidWeight(column: String, value: String, row: Int)
  /// The weights are text.
  case textWeights(column: String, label: String, row: Int)
  /// A column of text has too many different labels.
  case tooManyCategories(column: String, text: TextCell, count: Int, limit: Int)
  /// Every row has a missing cell.
  case allRowsDropped
  /// The model expects numbers where there is text.
  case numberExpected(column: String, label: String, row: Int)
  /// The model expects labels where there are numbers.
  case textExpected(column: String)
  /// A label that the model has not seen.
  case unseenCategory(column: String, label: String, row: Int)

  /// One line.
  public var description: String {
    switch self {
    case .duplicateColumn(let name):
      "two columns have the name \(quoted(name)); give them different names"
    case .targetIsWeights(let name):
      "the column \(quoted(name)) cannot be both the target and the weights"
    case .targetNumber(let column, let value, let row):
      "row \(row), column \(quoted(column)): the target must be 0 or 1, received \(value); if another value is positive, name it"
    case .targetLabels(let column, let labels):
      "column \(quoted(column)): the labels are \(list(labels)); name the positive one, and everything else is negative"
    case .positiveNotFound(let column, let positive, let labels):
      "column \(quoted(column)): no row has the positive label \(quoted(positive)); the labels are \(list(labels))"
    case .invalidWeight(let column, let value, let row):
      "row \(row), column \(quoted(column)): weights must be finite and at least 0, received \(value)"
    case .textWeights(let column, let label, let row):
      "row \(row), column \(quoted(column)): weights must be numbers, received \(quoted(label))"
    case .tooManyCategories(let column, let text, let count, let limit):
      "column \(quoted(column)) is text, as \(text), and has \(count) different labels, of which at most \(limit) can become features; group them, or leave the column out"
    case .allRowsDropped: "every row has a missing cell, and no row is left"
    case .numberExpected(let column, let label, let row):
      "row \(row), column \(quoted(column)): the model expects numbers in this column, received \(quoted(label))"
    case .textExpected(let column):
      "column \(quoted(column)): the model expects labels in this column, and it was read as numbers"
    case .unseenCategory(let column, let label, let row):
      "row \(row), column \(quoted(column)): the model has not seen the label \(quoted(label)) in training; correct it, or let unseen labels count as none"
    }
  }

  private func list(_ labels: [String]) -> String {
    let shown = labels.prefix(10).map { quoted($0) }.joined(separator: ", ")
    return labels.count > 10 ? "\(shown) and \(labels.count - 10) more" : shown
  }
}
