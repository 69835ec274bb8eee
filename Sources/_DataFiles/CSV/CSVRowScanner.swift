// SPDX-License-Identifier: Apache-2.0
/// Reads the rows of blocks, cell by cell.
///
/// For each row call `nextRow()`; for each column `number`, `cell` or `skipCell`, then `endCell`.
struct CSVRowScanner {
  /// The result of `nextRow()`.
  enum Row {
    case cells
    /// A blank line in a table of one column: a row with an empty cell, which is not read.
    case blank
    case endOfBlock
  }

  /// The current data row, counted from 1.
  private(set) var row = 0
  /// The line of the file on which that row starts.
  private(set) var rowLine = 1

  let delimiter: UInt8
  let newline: UInt8
  var header: CSVHeader
  var columnCount: Int
  private var position: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>
  /// The line of `position`.
  private var line: Int
  /// The line of the first byte: 2 after a line that names the delimiter.
  private let firstLine: Int
  /// The pending blank lines in a table of one column. They are rows only if another row follows.
  private var blankCount = 0

  init(
    block: UnsafeMutableBufferPointer<UInt8>, delimiter: UInt8, newline: UInt8, header: CSVHeader,
    firstLine: Int = 1
  ) {
    line = firstLine
    self.firstLine = firstLine
    // A block is never empty.
    position = block.baseAddress.unsafelyUnwrapped
    end = position + block.count
    self.delimiter = delimiter
    self.newline = newline
    self.header = header
    columnCount = header.names.count
  }

  /// Continues with the next block.
  mutating func resume(with block: UnsafeMutableBufferPointer<UInt8>) {
    position = block.baseAddress.unsafelyUnwrapped
    end = position + block.count
  }

  /// Starts the next row. Blank lines that cannot be rows are skipped.
  @inline(__always)
  mutating func nextRow() -> Row {
    while position < end {
      if let length = lineBreakLength(at: position) {
        position += length
        line += 1
        if columnCount == 1 { blankCount += 1 }
        continue
      }
      row += 1
      rowLine = line - blankCount
      if blankCount == 0 { return .cells }
      blankCount -= 1
      return .blank
    }
    return .endOfBlock
  }

  /// Reads a number in an unquoted cell, the common case. If `nil`, call `cell(_:)` instead.
  @inline(__always)
  mutating func number<Scalar: NumericScalar>(as type: Scalar.Type) -> Scalar? {
    var cursor = UnsafePointer(position)
    while cursor.pointee == UInt8(ascii: " "), delimiter != UInt8(ascii: " ") { cursor += 1 }
    guard let decimal = DecimalNumber(&cursor),
      cursor.pointee == delimiter || lineBreakLength(at: cursor) != nil,
      let value = decimal.rounded(to: type)
    else { return nil }
    position = UnsafeMutablePointer(mutating: cursor)
    return value
  }

  /// Reads any cell. `column` is for errors.
  mutating func cell(_ column: Int) throws(DataFileError) -> CSVCell {
    let start = position
    guard start.pointee == UInt8(ascii: "\"") else {
      skipPlainCell()
      return CSVCell(
        bytes: UnsafeBufferPointer(start: start, count: position - start), isQuoted: false)
    }
    // Doubled quotes are replaced in place, because bytes are read only once.
    let text = start + 1
    var target = text
    position += 1
    while position < end {
      if position.pointee == UInt8(ascii: "\"") {
        position += 1
        guard position < end, position.pointee == UInt8(ascii: "\"") else {
          try checkEndOfQuotedCell(column)
          return CSVCell(
            bytes: UnsafeBufferPointer(start: text, count: target - text), isQuoted: true)
        }
      } else if position.pointee == newline {
        line += 1
      }
      target.pointee = position.pointee
      target += 1
      position += 1
    }
    throw bad(column, "a quote is opened here and never closed")
  }

  /// Moves past a cell.
  @inline(__always)
  mutating func skipCell(_ column: Int) throws(DataFileError) {
    if position.pointee == UInt8(ascii: "\"") {
      _ = try cell(column)
    } else {
      skipPlainCell()
    }
  }

  /// Moves past the delimiter after a cell, or past the line break after the last cell.
  @inline(__always)
  mutating func endCell(_ column: Int) throws(DataFileError) {
    if column + 1 < columnCount {
      guard position.pointee == delimiter else { throw ragged("has only \(column + 1)") }
      position += 1
    } else {
      guard let length = lineBreakLength(at: position) else { throw ragged("has more") }
      position += length
      line += 1
    }
  }

  /// Reads the cells of the first row, which determines the number of columns.
  mutating func cells() throws(DataFileError) -> [CSVCell] {
    var cells: [CSVCell] = []
    while true {
      cells.append(try cell(cells.count))
      guard cells.count <= CSVTable.columnLimit else {
        throw bad(cells.count, "there are more than \(CSVTable.columnLimit) columns")
      }
      if position.pointee == delimiter {
        position += 1
      } else {
        columnCount = cells.count
        try endCell(cells.count - 1)
        return cells
      }
    }
  }

  /// Starts to count the data rows, after the first row or with it. In a table of one column the
  /// blank lines before it are then rows too.
  mutating func startCounting(header: CSVHeader, isFirstRowData: Bool) {
    row = 0
    self.header = header
    columnCount = header.names.count
    blankCount = isFirstRowData && columnCount == 1 ? rowLine - firstLine : 0
  }

  // MARK: The bytes

  @inline(__always)
  private func lineBreakLength(at position: UnsafePointer<UInt8>) -> Int? {
    if position.pointee == newline { return 1 }
    return position.pointee == UInt8(ascii: "\r") && position[1] == newline ? 2 : nil
  }

  /// Moves to the next delimiter or line break. A block ends with a line break.
  @inline(__always)
  private mutating func skipPlainCell() {
    while true {
      let bytes = UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
      let marks = Self.firstEqual(bytes, delimiter) | Self.firstEqual(bytes, newline)
      if marks != 0 {
        position += marks.trailingZeroBitCount / 8
        break
      }
      position += 8
    }
    if position.pointee == newline, newline == UInt8(ascii: "\n"),
      position[-1] == UInt8(ascii: "\r")
    {
      position -= 1
    }
  }

  /// Sets the top bit of the first byte equal to `byte`. Higher bits are unspecified.
  ///
  /// Source: Henry S. Warren, "Hacker's Delight", 2nd edition, section 6-1.
  @inline(__always)
  private static func firstEqual(_ bytes: UInt64, _ byte: UInt8) -> UInt64 {
    let difference = bytes ^ (0x0101_0101_0101_0101 &* UInt64(byte))
    return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
  }

  private func checkEndOfQuotedCell(_ column: Int) throws(DataFileError) {
    guard position < end, position.pointee != delimiter, lineBreakLength(at: position) == nil else {
      return
    }
    throw bad(column, "unexpected text after the closing quote")
  }

  // MARK: The errors

  /// An error about a cell of the current row.
  @inline(never)
  func bad(_ column: Int, _ reason: String) -> DataFileError {
    let name = header.names.indices.contains(column) ? header.names[column] : "\(column + 1)"
    return DataFileError(
      .badData, path: header.path,
      at: header.names.isEmpty ? .line(rowLine) : .row(row, line: rowLine, column: name),
      reason: reason)
  }

  @inline(never)
  private func ragged(_ received: String) -> DataFileError {
    // With a wrong delimiter each row parses as one column, until a cell contains a comma.
    let isOneColumn = columnCount == 1
    let table = isOneColumn ? "1 column" : "\(columnCount) columns"
    let question =
      isOneColumn
      ? "; is the first row the header, and is the delimiter right?" : ""
    return DataFileError(
      .badData, path: header.path, at: .row(row, line: rowLine, column: nil),
      mayHaveWrongDelimiter: isOneColumn,
      reason: "the table has \(table), this row \(received)\(question)")
  }
}
