// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles

/// The columns that a `wce_table` stands for.
final class TableHandle: @unchecked Sendable {
  /// A column of a caller.
  struct Column {
    /// Nil for a column of a matrix.
    let name: String?
    let values: CSVTable.Values
    var missingCount = 0
    var firstMissing: Int?
    var isText = false
    /// The type, if no feature can have it. Such a column has no values.
    var unsupported: String?
  }

  let rowCount: Int
  private(set) var columns: [Column]

  /// What errors call a table.
  static let name = "the table"

  init(rowCount: Int, columns: [Column] = []) {
    self.rowCount = rowCount
    self.columns = columns
  }

  func append(_ column: Column) throws(CallError) {
    guard columns.count < CSVTable.columnLimit else {
      throw CallError(WCE_ERROR_SIZE, "a table has at most \(CSVTable.columnLimit) columns")
    }
    columns.append(column)
  }

  /// Whether the columns that are not named otherwise are those of a matrix.
  var isMatrix: Bool { columns.contains { $0.name == nil } }

  /// The table as the tool reads it. A column of a matrix is named by its number.
  var table: CSVTable {
    CSVTable(
      columns: columns.enumerated().map { index, column in
        CSVTable.Column(
          name: column.name ?? "\(index + 1)", values: column.values,
          missingCount: column.missingCount, firstMissing: column.firstMissing,
          isDeclaredText: column.isText)
      }, rowCount: rowCount, name: Self.name)
  }

  /// Throws an error if a column that is used has a type that no feature can have.
  func check(used: some Sequence<Int>) throws(CallError) {
    for index in used {
      let column = columns[index]
      guard let type = column.unsupported else { continue }
      throw CallError(
        WCE_ERROR_DATA,
        "column \(quoted(column.name ?? "\(index + 1)")): a feature cannot have the type "
          + "\(quoted(type)); convert it to numbers or texts, or exclude it")
    }
  }

  /// The features of the columns of a matrix.
  func matrix() throws(ClassificationError) -> FeatureMatrix {
    var features: [FeatureMatrix.Column] = []
    for column in columns where column.name == nil {
      switch column.values {
      case .numbers(let numbers): features.append(.numbers(numbers))
      case .borrowed(let numbers): features.append(.borrowed(BorrowedColumn(numbers)))
      case .categories: continue
      }
    }
    return try FeatureMatrix(columns: features)
  }
}

extension TableHandle.Column {
  /// A column of numbers, NaN where they are missing.
  init(name: String?, _ numbers: CSVTable.Values) {
    self.init(name: name, values: numbers)
    guard name != nil else { return }
    switch numbers {
    case .numbers(let numbers): countMissing(numbers, where: \.isNaN)
    case .borrowed(let numbers):
      if !numbers.haveNoNaN { countMissing(numbers, where: \.isNaN) }
    case .categories(let codes, _):
      countMissing(codes) { $0 < 0 }
      isText = true
    }
  }

  private mutating func countMissing<Cell>(
    _ cells: some Sequence<Cell>, where isMissing: (Cell) -> Bool
  ) {
    for (row, cell) in cells.enumerated() where isMissing(cell) {
      if missingCount == 0 { firstMissing = row }
      missingCount += 1
    }
  }

  /// A column of labels. The labels get the order of their first row, as in a file.
  init(name: String?, codes: [Int32], labels: [String]) {
    var order = [Int32](repeating: -1, count: labels.count)
    var used: [String] = []
    var known: [String: Int32] = [:]
    let codes = codes.map { code in
      guard code >= 0 else { return Int32(-1) }
      if order[Int(code)] < 0 {
        let label = labels[Int(code)]
        let index = known[label] ?? Int32(used.count)
        if index == used.count {
          used.append(label)
          known[label] = index
        }
        order[Int(code)] = index
      }
      return order[Int(code)]
    }
    self.init(name: name, .categories(codes: codes, labels: used))
  }
}

/// Calls a caller's function when the memory of a column is no longer read.
final class ReleasedMemory: @unchecked Sendable {
  private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  private let owner: UnsafeMutableRawPointer?

  init(
    _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    _ owner: UnsafeMutableRawPointer?
  ) {
    self.release = release
    self.owner = owner
  }

  deinit { release?(owner) }
}
