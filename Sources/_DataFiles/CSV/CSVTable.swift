// SPDX-License-Identifier: Apache-2.0
/// A table in memory, stored by columns of numbers and of categories.
///
/// A column is numeric if each cell is a number (see `CSVColumnReader`) or missing. In a numeric
/// column a cell is missing if it is empty, `NA`, `N/A`, `#N/A`, `n/a`, `null`, `NULL`, `None`, `?`
/// or `nan`. In a column of text only an empty cell is missing: `NA` may be a label.
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
  }

  /// The cells of a column.
  public enum Values: Sendable {
    /// Numbers, NaN if missing.
    case numbers([Double])
    /// Text: the index of the label of each row, or -1 if it is missing, and the labels in the
    /// order of their first row. Labels differ as strings: texts that Unicode considers equal are
    /// one label, spelled as in the first row.
    case categories(codes: [Int32], labels: [String])
  }

  /// A row of the table.
  public struct Position: Hashable, Sendable {
    /// The data row, counted from 1 without the header.
    public let row: Int
    /// The line of the file on which the row starts, counted from 1.
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
    let source = try ByteSource.opened(path: path, isRereadable: true)
    try self.init(
      file: CSVFile(source, format: format), textColumns: textColumns, progress: progress)
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
    let builder = CSVTableBuilder(file: file, textColumns: textColumns)
    try file.explainingChanges { () throws(DataFileError) in
      try builder.readRows(progress)
      try builder.rereadLateTextColumns()
      try file.checkUnchanged()
    }
    header = file.header
    rowCount = builder.rowCount
    columns = builder.columns()
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
    let slack = CSVBlockReader.slack
    return (Array(text.utf8) + [UInt8](repeating: 0, count: slack)).withUnsafeBufferPointer {
      CSVCell(bytes: UnsafeBufferPointer(rebasing: $0.dropLast(slack)), isQuoted: false).tableNumber
    }
  }
}
