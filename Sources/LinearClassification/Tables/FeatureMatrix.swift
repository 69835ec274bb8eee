// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// A matrix of features, stored by columns. A column shares its storage with its source.
public struct FeatureMatrix: Sendable {
  /// One feature.
  public enum Column: Sendable {
    /// A number for each row.
    case numbers([Double])
    /// A number for each row, in memory that belongs to someone else.
    case borrowed(BorrowedColumn)
    /// 1 in the rows with the category `code`, 0 in all others. The features of one column of text
    /// share its codes.
    case indicator(codes: [Int32], code: Int32)

    var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .borrowed(let column): column.numbers.count
      case .indicator(let codes, _): codes.count
      }
    }

    /// The value in one row.
    public subscript(row: Int) -> Double {
      switch self {
      case .numbers(let numbers): numbers[row]
      case .borrowed(let column): column.numbers[row]
      case .indicator(let codes, let code): codes[row] == code ? 1 : 0
      }
    }
  }

  /// The number of rows.
  public let rowCount: Int
  /// The features, each with `rowCount` values.
  public let columns: [Column]
  /// The names of the features, for messages and models.
  public let names: [String]

  /// A matrix with the given columns.
  ///
  /// - Parameters:
  ///   - columns: At least one column; all have the same length.
  ///   - names: A name for each column; by default `1`, `2`, `3` and so on.
  /// - Throws: ``ClassificationError`` if there are no columns or their lengths differ.
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
    self.init(rowCount: first.count, columns: columns, names: names)
  }

  /// A matrix with the given elements in row-major order.
  ///
  /// - Complexity: O(n d) time and memory for n rows and d columns.
  public init(
    rowMajor elements: Span<Double>, columnCount: Int, names: [String]? = nil
  ) throws(ClassificationError) {
    guard columnCount > 0 else { throw .noFeatures }
    let rowCount = elements.count / columnCount
    guard rowCount * columnCount == elements.count else {
      throw .lengthMismatch(
        what: "elements of a matrix with \(columnCount) columns",
        expected: (rowCount + 1) * columnCount, received: elements.count)
    }
    let columns = (0..<columnCount).map { column in
      Column.numbers((0..<rowCount).map { elements[$0 * columnCount + column] })
    }
    try self.init(columns: columns, names: names)
  }

  init(rowCount: Int, columns: [Column], names: [String]) {
    self.rowCount = rowCount
    self.columns = columns
    self.names = names
  }

  /// A copy of some of the rows.
  public func rows(_ rows: [Int]) -> FeatureMatrix {
    FeatureMatrix(
      rowCount: rows.count,
      columns: columns.map { column in
        switch column {
        case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
        case .borrowed(let column): .numbers(rows.map { column.numbers[$0] })
        case .indicator(let codes, let code): .indicator(codes: rows.map { codes[$0] }, code: code)
        }
      }, names: names)
  }
}

/// A column in memory that belongs to someone else, such as a column of a row-major array.
///
/// It is read in place: a fit copies only tiles that stay in the cache.
public struct BorrowedColumn: Sendable {
  package let numbers: BorrowedNumbers

  package init(_ numbers: BorrowedNumbers) { self.numbers = numbers }

  /// The numbers of type `Double` at equal distances.
  ///
  /// - Parameters:
  ///   - base: The first number. All must be aligned.
  ///   - stride: The distance of two numbers in bytes; 8 if they are consecutive.
  ///   - count: How many there are.
  ///   - owner: Keeps the memory, which must not change while the owner exists.
  public init(
    _ base: UnsafePointer<Double>, stride: Int = 8, count: Int, owner: some AnyObject & Sendable
  ) {
    numbers = BorrowedNumbers(
      at: base, stride: stride, isFloat: false, count: count, owner: owner)
  }

  /// The numbers of type `Float` at equal distances. Each converts to `Double` exactly.
  ///
  /// - Parameters:
  ///   - base: The first number. All must be aligned.
  ///   - stride: The distance of two numbers in bytes; 4 if they are consecutive.
  ///   - count: How many there are.
  ///   - owner: Keeps the memory, which must not change while the owner exists.
  public init(
    _ base: UnsafePointer<Float>, stride: Int = 4, count: Int, owner: some AnyObject & Sendable
  ) {
    numbers = BorrowedNumbers(at: base, stride: stride, isFloat: true, count: count, owner: owner)
  }
}
