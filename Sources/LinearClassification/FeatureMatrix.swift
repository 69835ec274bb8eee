// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The features of some rows, column by column, in the storage of whoever made them: a table's columns are shared, not copied.
public struct FeatureMatrix: Sendable {
  /// One feature.
  public enum Column: Sendable {
    /// A number for each row.
    case numbers([Double])
    /// 1 in the rows that have the category `code`, 0 in the others: a column of text becomes one such feature for each category, and
    /// they all share its codes.
    case indicator(codes: [Int32], code: Int32)

    var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .indicator(let codes, _): codes.count
      }
    }

    /// The value in one row.
    public subscript(row: Int) -> Double {
      switch self {
      case .numbers(let numbers): numbers[row]
      case .indicator(let codes, let code): codes[row] == code ? 1 : 0
      }
    }
  }

  /// The number of rows.
  public let rowCount: Int
  /// The features, each with `rowCount` values.
  public let columns: [Column]
  /// Their names, in messages and in models.
  public let names: [String]

  /// A matrix of columns.
  ///
  /// - Parameters:
  ///   - columns: At least one; all of one length.
  ///   - names: One for each column; `1`, `2`, `3` … if left out.
  /// - Throws: `ClassificationError` where there are no columns, or the lengths differ.
  public init(columns: [Column], names: [String]? = nil) throws(ClassificationError) {
    guard let first = columns.first else { throw .noFeatures }
    let names = names ?? columns.indices.map { "\($0 + 1)" }
    guard names.count == columns.count else {
      throw .lengthMismatch(
        what: "names of features", expected: columns.count, received: names.count)
    }
    for (column, name) in zip(columns, names) where column.count != first.count {
      throw .lengthMismatch(
        what: "values of the feature \(quoted(name))", expected: first.count, received: column.count
      )
    }
    self.columns = columns
    self.names = names
    rowCount = first.count
  }

  /// A matrix from its elements in row-major order.
  ///
  /// - Complexity: O(n d) time, and as much memory as the elements take.
  public init(
    rowMajor elements: Span<Double>, columnCount: Int, names: [String]? = nil
  ) throws(ClassificationError) {
    guard columnCount > 0 else { throw .noFeatures }
    let rowCount = elements.count / columnCount
    guard rowCount * columnCount == elements.count else {
      throw .lengthMismatch(
        what: "elements of a matrix with \(columnCount) columns",
        expected: (rowCount + 1) * columnCount,
        received: elements.count)
    }
    let columns = (0..<columnCount).map { column in
      Column.numbers((0..<rowCount).map { elements[$0 * columnCount + column] })
    }
    try self.init(columns: columns, names: names)
  }

  /// Some of the rows, copied.
  public func rows(_ rows: [Int]) -> FeatureMatrix {
    FeatureMatrix(
      rowCount: rows.count,
      columns: columns.map { column in
        switch column {
        case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
        case .indicator(let codes, let code): .indicator(codes: rows.map { codes[$0] }, code: code)
        }
      }, names: names)
  }

  init(rowCount: Int, columns: [Column], names: [String]) {
    self.rowCount = rowCount
    self.columns = columns
    self.names = names
  }
}
