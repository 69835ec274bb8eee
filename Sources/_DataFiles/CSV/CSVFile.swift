// SPDX-License-Identifier: Apache-2.0
/// A CSV file whose header has been read.
final class CSVFile {
  let header: CSVHeader
  /// The scanner of the data rows. For speed, loops move it to a local variable and back.
  var rows: CSVRowScanner
  private let blocks: CSVBlockReader
  let format: CSVFormat

  init(
    _ source: ByteSource, format: CSVFormat, limits: CSVBlockReader.Limits = CSVBlockReader.Limits()
  ) throws(DataFileError) {
    blocks = try CSVBlockReader(source, format: format, limits: limits)
    self.format = format
    (header, rows) = try Self.begin(blocks, format)
  }

  var path: String { header.path }
  var isStream: Bool { blocks.source.size == nil }
  var progress: ReadingProgress {
    ReadingProgress(byteCount: blocks.consumedByteCount, totalByteCount: blocks.source.size)
  }

  /// Gives the scanner the next block. Returns `false` at the end of the file.
  func refill(_ rows: inout CSVRowScanner) throws(DataFileError) -> Bool {
    guard let block = try blocks.nextBlock() else { return false }
    rows.resume(with: block)
    return true
  }

  /// Goes back to the first data row.
  func rewind() throws(DataFileError) {
    guard !isStream else {
      throw DataFileError(.inputOutput, path: path, reason: "a pipe can be read only once")
    }
    try blocks.rewind()
    let (again, rows) = try Self.begin(blocks, format)
    // The number of columns is an index into storage that exists.
    guard again.names == header.names else { throw changed }
    self.rows = rows
  }

  var changed: DataFileError { blocks.source.changed }

  /// Throws an error if the file has changed since it was opened.
  func checkUnchanged() throws(DataFileError) { try blocks.source.checkUnchanged() }

  /// Runs `body`. If it fails and the file has changed, throws the error about the change.
  func explainingChanges<Result>(
    _ body: () throws(DataFileError) -> Result
  ) throws(DataFileError) -> Result {
    do throws(DataFileError) { return try body() } catch { throw blocks.source.explained(error) }
  }

  /// Reads the names of the columns. The scanner is then at the first data row.
  private static func begin(
    _ blocks: CSVBlockReader, _ format: CSVFormat
  ) throws(DataFileError) -> (CSVHeader, CSVRowScanner) {
    let path = blocks.source.path
    let hasHeader = format.hasHeader
    let unnamed = CSVHeader(names: [], path: path)
    var leading: CSVRowScanner?
    while let block = try blocks.nextBlock() {
      var rows =
        leading
        ?? CSVRowScanner(
          block: block, delimiter: blocks.delimiter, newline: blocks.newline, header: unnamed,
          firstLine: blocks.firstLine)
      rows.resume(with: block)
      guard case .cells = rows.nextRow() else {
        leading = rows
        continue
      }
      let start = rows
      // Reading a row overwrites doubled quotes.
      let original = hasHeader == true ? [] : Array(block)
      let cells = try rows.cells()
      let numbers = cells.map { cell in
        cell.isEmpty ? nil : cell.number(as: Double.self, hasDecimalComma: format.hasDecimalComma)
      }
      let isNumbered = isNumbered(cells, numbers)
      let isData = !isNumbered && isData(cells, numbers)
      let isHeader = hasHeader ?? !isData
      let names = isHeader ? cells.map(\.label) : (1...cells.count).map { "\($0)" }
      let header = CSVHeader(
        names: names, path: path, encodingError: isHeader ? encodingError(cells, rows) : nil,
        doubt: hasHeader == nil ? doubt(cells, numbers, isNumbered, isData) : nil,
        isNumbered: isHeader && isNumbered, isRow: isHeader)
      if !isHeader {
        _ = block.update(fromContentsOf: original)
        rows = start
      }
      rows.startCounting(header: header, isFirstRowData: !isHeader)
      return (header, rows)
    }
    let expected = hasHeader == true ? "; a header with the names of the columns is expected" : ""
    throw DataFileError(.badData, path: path, reason: "the file is empty\(expected)")
  }

  /// Whether a first row is 0, 1, 2 and so on, perhaps after a blank cell over the names of rows. A
  /// single 0 may as well be data.
  private static func isNumbered(_ cells: [CSVCell], _ numbers: [Double?]) -> Bool {
    let rest = cells.first.map(\.isEmpty) == true ? numbers.dropFirst() : numbers[...]
    return rest.count + numbers.count > 2
      && zip(rest, 0...).allSatisfy { number, index in number == Double(index) }
  }

  /// Whether a first row is data: it has only numbers, and the first cell is not blank, as it is
  /// over the names of rows.
  private static func isData(_ cells: [CSVCell], _ numbers: [Double?]) -> Bool {
    numbers.first.map { $0 != nil } == true
      && zip(cells, numbers).allSatisfy { $0.isEmpty || $1 != nil }
  }

  private static func doubt(
    _ cells: [CSVCell], _ numbers: [Double?], _ isNumbered: Bool, _ isData: Bool
  ) -> CSVHeader.Doubt? {
    if isNumbered { return .numberedHeader }
    if isData { return numbers == [0] ? .zeroAsData : nil }
    return numbers.firstIndex { $0 != nil }.map { .headerWithNumber(cells[$0].label) }
  }

  /// An error about the first name that is not UTF-8.
  private static func encodingError(_ cells: [CSVCell], _ rows: CSVRowScanner) -> DataFileError? {
    cells.firstIndex { !$0.isUTF8 }.map { column in
      rows.bad(
        column,
        "the name of column \(column + 1), \(quoted(cells[column].label)), is not UTF-8; "
          + "save the file as UTF-8")
    }
  }
}
