// SPDX-License-Identifier: Apache-2.0
/// A table in memory, stored by columns of numbers and of categories.
///
/// A column is numeric if each cell is a number (see `CSVColumnReader`) or missing. A cell is
/// missing if it is empty or one of the format's `MissingWords`.
///
/// Memory: 8 bytes for each number, 4 bytes for each category, and each label once. The file is
/// read once. If the first cells of a column of text look like numbers, their rows are read again.
public struct CSVTable: Sendable {
  /// One column.
  public struct Column: Sendable {
    /// The name, from the header, or the number.
    public let name: String
    /// The cells from top to bottom.
    public let values: Values
    /// The number of missing cells.
    public let missingCount: Int
    /// The first missing cell.
    public let firstMissing: Position?
    /// Whether the column was read as text although its cells may all look like numbers.
    package var isDeclaredText = false
  }

  /// The cells of a column.
  public enum Values: Sendable {
    /// Numbers, NaN if missing.
    case numbers([Double])
    /// Numbers, NaN if missing, in memory that belongs to someone else. No file has them.
    case borrowed(BorrowedNumbers)
    /// Text: the index of the label of each row, or -1 if it is missing, and the labels in the
    /// order of their first row. Labels differ as strings: texts that Unicode considers equal are
    /// one label, spelled as in the first row.
    case categories(codes: [Int32], labels: [String])
  }

  /// A row of the table.
  public struct Position: Hashable, Sendable {
    /// The data row, counted from 1 without the header.
    public let row: Int
    /// The line of the file on which the row starts, counted from 1; 0 if there is no file.
    public let line: Int
  }

  /// The largest number of columns. It limits the memory that a damaged file can take.
  package static let columnLimit = 1 << 20

  /// The names of the columns.
  public let header: CSVHeader
  /// The number of data rows.
  public let rowCount: Int
  /// The columns from left to right.
  public let columns: [Column]
  /// The format with which the table was read.
  package let format: CSVFormat
  private let lines: CSVLines
  /// The rows of the file, counted from 0, if this table has only some of them.
  private let rowNumbers: [Int]?

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: The file. A pipe is first copied to an unnamed temporary file, because rows may have
  ///     to be read twice.
  ///   - format: The format of the file.
  ///   - textColumns: The names of columns that are text even if all cells look like numbers. Names
  ///     of no column are ignored.
  ///   - progress: Called after each block.
  /// - Throws: A `DataFileError`: the file cannot be read or is empty, a row has the wrong number
  ///   of cells, a quote is never closed, or a label or a name is not UTF-8.
  public init(
    contentsOf path: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = [],
    progress: (ReadingProgress) -> Void = { _ in }
  ) throws(DataFileError) {
    self = try Self.read(path, format: format, textColumns: textColumns, progress: progress).table
  }

  /// Reads a table, whose cells can then be read again as they are in the file.
  package static func read(
    _ path: String, format: CSVFormat, textColumns: Set<String>,
    progress: (ReadingProgress) -> Void
  ) throws(DataFileError) -> (table: CSVTable, cells: CSVRowReader) {
    let source = try ByteSource.opened(path: path, isRereadable: true)
    let file = try CSVFile(source, format: format)
    return (
      try CSVTable(file: file, textColumns: textColumns, progress: progress),
      CSVRowReader(file: file)
    )
  }

  /// Reads a table from the bytes of a CSV file, which errors call `name`.
  public init(
    _ bytes: [UInt8], name: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = []
  ) throws(DataFileError) {
    let file = try CSVFile(ByteSource(bytes, name: name), format: format)
    try self.init(file: file, textColumns: textColumns, progress: { _ in })
  }

  init(
    file: CSVFile, textColumns: Set<String>, progress: (ReadingProgress) -> Void
  ) throws(DataFileError) {
    if let error = file.header.encodingError { throw error }
    let builder = try CSVTableBuilder(file: file, textColumns: textColumns)
    try file.explainingChanges { () throws(DataFileError) in
      try builder.readRows(progress)
      try builder.rereadLateTextColumns()
      try file.checkUnchanged()
    }
    header = file.header
    rowCount = builder.rowCount
    columns = builder.columns()
    format = file.format
    lines = builder.lines
    rowNumbers = nil
  }

  /// A table of columns in memory, of the same length.
  ///
  /// - Parameter name: What errors call the table.
  package init(columns: [Column], rowCount: Int, name: String) {
    header = CSVHeader(names: columns.map(\.name), path: name)
    self.columns = columns
    self.rowCount = rowCount
    format = CSVFormat()
    lines = CSVLines()
    rowNumbers = nil
  }

  private init(_ table: CSVTable, columns: [Column], rowNumbers: [Int]) {
    header = table.header
    format = table.format
    lines = table.lines
    self.columns = columns
    self.rowNumbers = rowNumbers
    rowCount = rowNumbers.count
  }

  /// The place of a row, counted from 0, in the file.
  package func position(ofRow row: Int) -> Position {
    let number = (rowNumbers.map { $0[row] } ?? row) + 1
    return Position(row: number, line: lines.line(ofRow: number) ?? 0)
  }

  /// A table of some of the rows, counted from 0 and in ascending order. Its labels are those that
  /// occur in them, and a column that was text because of other rows has numbers. The columns that
  /// are not `needed` have no cells.
  package func selecting(_ rows: [Int], columns needed: Set<Int>) -> CSVTable {
    let columns = columns.enumerated().map { index, column in
      needed.contains(index)
        ? column.selecting(rows, format, position)
        : Column(name: column.name, values: .numbers([]), missingCount: 0, firstMissing: nil)
    }
    return CSVTable(self, columns: columns, rowNumbers: rows.map { rowNumbers?[$0] ?? $0 })
  }

  /// The column with the given name or number; see `CSVHeader.index(of:)`.
  public func column(_ name: String) throws(DataFileError) -> Column {
    columns[try header.index(of: name)]
  }

  /// An error about a cell, for callers with requirements of their own.
  public func badCell(_ position: Position, column: Int, _ reason: String) -> DataFileError {
    DataFileError(
      .badData, path: header.path,
      at: .row(position.row, line: position.line, column: header.names[column]), reason: reason)
  }

  /// The text as a cell in a column of numbers: NaN if the number is missing, `nil` if it is text.
  package static func number(_ text: String) -> Double? {
    var text = text
    let isMissing = text.withUTF8 {
      MissingWords.standard.contains(CSVCell(bytes: $0, isQuoted: false).trimmed)
    }
    return isMissing ? .nan : CSVCell.number(in: text)
  }
}

extension CSVTable {
  /// Whether a label of a table looks like a number.
  package static func isNumber(_ label: String) -> Bool {
    CSVCell.number(in: label).map { !$0.isNaN } == true
  }
}

extension CSVTable.Column {
  /// A column in memory.
  ///
  /// - Parameter firstMissing: The first missing cell, counted from 0.
  package init(
    name: String, values: CSVTable.Values, missingCount: Int, firstMissing: Int?,
    isDeclaredText: Bool
  ) {
    self.init(
      name: name, values: values, missingCount: missingCount,
      firstMissing: firstMissing.map { CSVTable.Position(row: $0 + 1, line: 0) },
      isDeclaredText: isDeclaredText)
  }

  /// Whether the cell in a row, counted from 0, is missing.
  package func isMissing(_ row: Int) -> Bool {
    switch values {
    case .numbers(let numbers): numbers[row].isNaN
    case .borrowed(let numbers): numbers[row].isNaN
    case .categories(let codes, _): codes[row] < 0
    }
  }

  fileprivate func selecting(
    _ rows: [Int], _ format: CSVFormat, _ position: (Int) -> CSVTable.Position
  ) -> CSVTable.Column {
    let missing = missingCount == 0 ? [] : rows.filter(isMissing)
    let selected: CSVTable.Values
    switch values {
    case .numbers(let numbers): selected = .numbers(rows.map { numbers[$0] })
    case .borrowed(let numbers): selected = .numbers(rows.map { numbers[$0] })
    case .categories(let codes, let labels):
      var newCodes = [Int32](repeating: -1, count: labels.count)
      var used: [String] = []
      let selectedCodes = rows.map { row in
        let code = Int(codes[row])
        if code >= 0, newCodes[code] < 0 {
          newCodes[code] = Int32(used.count)
          used.append(labels[code])
        }
        return code < 0 ? -1 : newCodes[code]
      }
      let numbers =
        isDeclaredText
        ? []
        : used.compactMap {
          CSVCell.number(in: $0, hasDecimalComma: format.hasDecimalComma)
        }
      selected =
        numbers.isEmpty || numbers.count < used.count
        ? .categories(codes: selectedCodes, labels: used)
        : .numbers(selectedCodes.map { $0 < 0 ? .nan : numbers[Int($0)] })
    }
    return CSVTable.Column(
      name: name, values: selected, missingCount: missing.count,
      firstMissing: missing.first.map(position), isDeclaredText: isDeclaredText)
  }
}
