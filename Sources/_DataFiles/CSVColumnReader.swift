// SPDX-License-Identifier: Apache-2.0
/// One column of numbers of a CSV file, read from front to back in bounded memory.
///
/// The number of rows, and with it `shape`, is known when the end has been read. Rows are checked for their number of cells, and other
/// columns only for their quotes. Numbers are rounded correctly to the type read into: decimal numbers as C's `strtod` takes them (`1`,
/// `-1.5e-3`, `.5`, `+2`; not hexadecimal), `inf`, `infinity` and `nan` in any case, blanks around. A number too large for
/// the type is infinite. The locale does not matter. See `CSVFormat` for the format of the file; it may be a pipe.
public final class CSVColumnReader: NumericSource {
  /// What becomes of an empty cell.
  public enum MissingPolicy: Hashable, Sendable {
    /// It is an error that names row and column.
    case error
    /// It is read as NaN.
    case nan
  }

  /// The columns of the table.
  public var header: CSVHeader { file.header }
  /// The index of the column in the header, from 0.
  public let column: Int
  /// What becomes of an empty cell.
  public let missing: MissingPolicy
  /// The shape, once the last row has been read.
  public private(set) var shape: [Int]?
  private let file: CSVFile
  /// Of the rows that were read last: from which row on, and by how much, a row's line is ahead of its number. Few, as most rows take a line.
  private var lineLeads: [(row: Int, lead: Int)] = []

  /// Opens a column.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - column: The name of the column, or its number from 1 where no column has that name.
  ///   - format: How the file is written.
  ///   - missing: What becomes of an empty cell; an error by default.
  ///   - isRereadable: Whether `rewind()` has to work for a pipe too, which is then copied to an unnamed temporary file first.
  /// - Throws: A `DataFileError` for a file that cannot be opened or is empty, or a column that is not there.
  public convenience init(
    path: String, column: String, format: CSVFormat = CSVFormat(), missing: MissingPolicy = .error,
    isRereadable: Bool = false
  ) throws(DataFileError) {
    let file = try InputFile.opened(path: path, isRereadable: isRereadable)
    try self.init(file: CSVFile(file: file, format: format), column: column, missing: missing)
  }

  convenience init(file: CSVFile, column: String, missing: MissingPolicy) throws(DataFileError) {
    self.init(file: file, index: try file.header.index(of: column), missing: missing)
  }

  init(file: CSVFile, index: Int, missing: MissingPolicy) {
    self.file = file
    column = index
    self.missing = missing
  }

  /// The file, as the caller named it.
  public var path: String { file.path }
  /// `float64`.
  public var elementType: ElementType { .float64 }
  /// How much of the file has been read, to the block.
  public var progress: ReadingProgress { file.progress }

  /// Reads the next rows; see `NumericSource`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>)
    throws(DataFileError) -> Int
  {
    var rows = file.rows
    defer { file.rows = rows }
    lineLeads.removeAll(keepingCapacity: true)
    var lead = -1
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
      if rows.rowLine - rows.row != lead {
        lead = rows.rowLine - rows.row
        lineLeads.append((rows.row, lead))
      }
      count += 1
    }
    return count
  }

  /// The row, its line and the column.
  public func location(ofElement index: Int) -> DataFileError.Location? {
    let row = index + 1
    guard row <= file.rows.row, let lead = lineLeads.last(where: { $0.row <= row })?.lead else {
      return nil
    }
    return .row(row, line: row + lead, column: header.names[column])
  }

  /// Goes back to the first row. A pipe that is not rereadable cannot: it throws.
  public func rewind() throws(DataFileError) { try file.rewind() }

  @inline(__always)
  private func number<Scalar: NumericScalar>(_ rows: inout CSVRowScanner) throws(DataFileError)
    -> Scalar
  {
    if let number = rows.number(as: Scalar.self) { return number }
    let cell = try rows.cell(column)
    return try number(cell, rows)
  }

  private func number<Scalar: NumericScalar>(
    _ cell: CSVCell, _ rows: CSVRowScanner
  ) throws(DataFileError) -> Scalar {
    if let number = cell.number(as: Scalar.self) { return number }
    guard cell.isEmpty else { throw rows.bad(column, "\(quoted(cell.label)) is not a number") }
    if missing == .nan { return .nan }
    throw rows.bad(column, "the cell is empty")
  }
}
