// SPDX-License-Identifier: Apache-2.0
/// A whole table in memory, by columns: numbers as they are, text as categories.
///
/// A column is numeric if every cell that is not missing is a number (see `CSVColumnReader`). In a numeric column a cell is missing if it is
/// empty or says `NA`, `N/A`, `#N/A`, `n/a`, `null`, `NULL`, `None` or `?`; it is then NaN, and a cell that says `nan` counts as missing too.
/// In a column of text only an empty cell is missing: `NA` may be a label there.
///
/// Memory: 8 bytes a number, 4 bytes a category, and each label once. The file is read once; where a column turns out to be text after
/// cells that look like numbers, the rows before that one are read again.
public struct CSVTable: Sendable {
  /// One column.
  public struct Column: Sendable {
    /// Its name, from the header or its number.
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
    /// Numbers; NaN where one is missing.
    case numbers([Double])
    /// Text: for each row the index of its label, or -1 where it is missing; the labels in the order of their first row. All of them differ
    /// as strings: what Unicode counts as the same text is one label, as it is written first.
    case categories(codes: [Int32], labels: [String])
  }

  /// A place in the table.
  public struct Position: Hashable, Sendable {
    /// The data row, counted from 1 without the header.
    public let row: Int
    /// The line of the file on which the row starts, counted from 1.
    public let line: Int
  }

  /// The names of the columns.
  public let header: CSVHeader
  /// The number of data rows.
  public let rowCount: Int
  /// The columns from left to right.
  public let columns: [Column]

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: The file. A pipe is copied to an unnamed temporary file first, since some rows may have to be read twice.
  ///   - format: How the file is written.
  ///   - textColumns: Names of columns whose cells are labels even if all of them look like numbers. A name that no column has does nothing.
  ///   - progress: Called now and then, with what has been read.
  /// - Throws: A `DataFileError`: the file cannot be read, is empty, a row has another number of cells than the header, a quote is
  ///   never closed, or a label or the name of a column is not UTF-8.
  public init(
    contentsOf path: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = [],
    progress: (ReadingProgress) -> Void = { _ in }
  ) throws(DataFileError) {
    let file = try CSVFile(file: InputFile(path: path).spooledIfStream(), format: format)
    try self.init(file: file, textColumns: textColumns, progress: progress)
  }

  /// Reads a table from the bytes of a file of comma-separated values.
  ///
  /// - Parameters:
  ///   - bytes: The text, as UTF-8.
  ///   - name: What errors call it, in the place of a path.
  ///   - format: How the text is written.
  ///   - textColumns: As above.
  /// - Throws: As above.
  public init(
    _ bytes: [UInt8], name: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = []
  ) throws(DataFileError) {
    let file = try CSVFile(file: InputFile(bytes, name: name), format: format)
    try self.init(file: file, textColumns: textColumns, progress: { _ in })
  }

  init(
    file: CSVFile, textColumns: Set<String>, progress: (ReadingProgress) -> Void
  ) throws(DataFileError) {
    if let error = file.header.encodingError { throw error }
    let builder = CSVTableBuilder(file: file, textColumns: textColumns)
    try builder.readRows(progress)
    try builder.rereadLateTextColumns()
    header = file.header
    rowCount = builder.rowCount
    columns = builder.columns()
  }

  /// The column with the given name or number; see `CSVHeader.index(of:)`.
  public func column(_ name: String) throws(DataFileError) -> Column {
    columns[try header.index(of: name)]
  }

  /// An error about a cell of this table, for a caller that demands more of it than the reader.
  public func badCell(_ position: Position, column: Int, _ reason: String) -> DataFileError {
    DataFileError(
      .badData, path: header.path,
      at: .row(position.row, line: position.line, column: header.names[column]), reason: reason)
  }
}
