// SPDX-License-Identifier: Apache-2.0
/// Reads one column of numbers of a CSV file, or of a pipe, in bounded memory.
///
/// Each row must have the right number of cells; of the other columns only the quotes are checked.
/// Numbers are decimal numbers as in C's `strtod` (`1`, `-1.5e-3`, `.5`, `+2`; not hexadecimal),
/// and `inf`, `infinity` and `nan` in any case. Blanks around them are ignored, as is the locale.
/// Numbers are rounded correctly to the type read into; one that is too large is infinite.
public final class CSVColumnReader: NumericSource {
  /// How an empty cell is read.
  public enum MissingPolicy: Hashable, Sendable {
    /// As an error with the row and the column.
    case error
    /// As NaN.
    case nan
  }

  /// The columns of the table.
  public var header: CSVHeader { file.header }
  /// The index of the column.
  public let column: Int
  /// How an empty cell is read.
  public let missing: MissingPolicy
  /// The number of rows, or `nil` until the end has been read.
  public private(set) var shape: [Int]?
  private let file: CSVFile
  private let hasDecimalComma: Bool
  /// The lines of the rows of the last read.
  private var lines = CSVLines()

  /// Opens a column.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - column: The name of the column, or its number from 1 if no column has that name.
  ///   - format: The format of the file.
  ///   - missing: How an empty cell is read; by default it is an error.
  ///   - isRereadable: Whether a pipe can be rewound: it is copied to an unnamed temporary file.
  /// - Throws: A `DataFileError`: the file cannot be opened, is empty or has no such column.
  public convenience init(
    path: String, column: String, format: CSVFormat = CSVFormat(), missing: MissingPolicy = .error,
    isRereadable: Bool = false
  ) throws(DataFileError) {
    let source = try ByteSource.opened(path: path, isRereadable: isRereadable)
    try self.init(file: CSVFile(source, format: format), column: column, missing: missing)
  }

  convenience init(file: CSVFile, column: String, missing: MissingPolicy) throws(DataFileError) {
    self.init(file: file, index: try file.header.index(of: column), missing: missing)
  }

  init(file: CSVFile, index: Int, missing: MissingPolicy) {
    self.file = file
    hasDecimalComma = file.format.hasDecimalComma
    column = index
    self.missing = missing
  }

  /// The file, as the caller named it.
  public var path: String { file.path }
  /// `float64`.
  public var elementType: ElementType { .float64 }
  /// `nil`.
  public var remainingCount: Int? { nil }
  /// How much of the file has been read, in whole blocks.
  public var progress: ReadingProgress { file.progress }

  /// Reads the next rows; see `NumericSource`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>)
    throws(DataFileError) -> Int
  {
    try file.explainingChanges { () throws(DataFileError) in try readRows(into: &buffer) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func readRows<Scalar: NumericScalar>(
    into buffer: inout MutableSpan<Scalar>
  ) throws(DataFileError) -> Int {
    var rows = file.rows
    var lines = CSVLines()
    defer { (file.rows, self.lines) = (rows, lines) }
    var count = 0
    while count < buffer.count {
      switch rows.nextRow() {
      case .cells:
        for index in 0..<column {
          try rows.skipCell(index)
          try rows.endCell(index)
        }
        buffer[count] = try number(&rows)
        try rows.endCell(column)
        for index in (column + 1)..<max(column + 1, rows.columnCount) {
          try rows.skipCell(index)
          try rows.endCell(index)
        }
      case .blank:
        buffer[count] = try number(.empty, rows)
      case .endOfBlock:
        if try file.refill(&rows) { continue }
        shape = [rows.row]
        return count
      }
      lines.note(row: rows.row, line: rows.rowLine)
      count += 1
    }
    return count
  }

  /// The row, line and column; see `NumericSource`.
  public func location(ofElement index: Int) -> DataFileError.Location? {
    let row = index + 1
    guard row <= file.rows.row, let line = lines.line(ofRow: row) else { return nil }
    return .row(row, line: line, column: header.names[column])
  }

  /// Goes back to the first row; see `NumericSource`.
  public func rewind() throws(DataFileError) { try file.rewind() }

  @inline(__always)
  private func number<Scalar: NumericScalar>(_ rows: inout CSVRowScanner) throws(DataFileError)
    -> Scalar
  {
    if !hasDecimalComma, let number = rows.number(as: Scalar.self) { return number }
    let cell = try rows.cell(column)
    return try number(cell, rows)
  }

  private func number<Scalar: NumericScalar>(
    _ cell: CSVCell, _ rows: CSVRowScanner
  ) throws(DataFileError) -> Scalar {
    if let number = cell.number(as: Scalar.self, hasDecimalComma: hasDecimalComma) { return number }
    guard cell.isEmpty else { throw rows.bad(column, notANumber(cell.label)) }
    if missing == .nan { return .nan }
    throw rows.bad(column, "the cell is empty")
  }
}
