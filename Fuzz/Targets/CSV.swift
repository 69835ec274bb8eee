// SPDX-License-Identifier: Apache-2.0
@testable import _DataFiles

private let name = "t.csv"

/// Reads a table whole and in small blocks, which must agree; reads its columns of numbers by
/// themselves; writes it again.
func fuzzCSV(_ input: Input) {
  var input = input
  var format = CSVFormat(
    delimiter: input.choice(of: nil, .comma, .semicolon, .tab, CSVFormat.Delimiter("|")),
    hasHeader: input.choice(of: true, false, nil))
  let limits = CSVBlockReader.Limits(chunkSize: input.choice(of: 4, 5, 7, 16, 100))
  let partLength = input.choice(of: 1, 2, 7, 100)

  let file: CSVFile
  let table: CSVTable
  let bytes = input.bytes
  do throws(DataFileError) {
    file = try open(bytes, format)
    table = try read(bytes, format)
  } catch {
    check(error, path: name)
    return
  }
  if format.hasHeader == nil {
    let choices = [true, false].map { hasHeader in
      format.hasHeader = hasHeader
      return Result { () throws(DataFileError) in try read(bytes, format) }
    }
    check(
      choices.contains { (try? $0.get()).map { isSame($0, table) } ?? false },
      "the table is neither the one with a header nor the one without")
    format.hasHeader = nil
  }
  // The first block decides about the delimiter, the line breaks and the encoding.
  format.delimiter = CSVFormat.Delimiter(Character(Unicode.Scalar(file.rows.delimiter)))
  let isReadAlike = bytes.prefix(limits.chunkSize).withUnsafeBufferPointer { block in
    CSVDetection.newline(of: block) == file.rows.newline
      && (try? CSVDetection.textStart(of: block, path: name)) != nil
  }
  if isReadAlike {
    do throws(DataFileError) {
      check(isSame(try read(bytes, format, limits), table), "another table in small blocks")
    } catch { fatalError("in small blocks: \(error)") }
  }
  for (index, column) in table.columns.enumerated() {
    checkCells(of: column, rowCount: table.rowCount)
    guard case .numbers(let numbers) = column.values else { continue }
    // The column reader refuses words for a missing number.
    if let again = numbersAlone(bytes, format, index, partLength, as: Double.self) {
      check(areSame(again, numbers), "column \(index) has other numbers alone")
      guard let floats = numbersAlone(bytes, format, index, partLength, as: Float.self) else {
        fatalError("column \(index) has no numbers as Float")
      }
      // Rounded once instead of twice.
      check(
        zip(floats, numbers).allSatisfy {
          $0.isNaN && $1.isNaN || $0 == Float($1) || abs(Double($0) - $1) <= Double($0.ulp)
        }, "column \(index) has other numbers as Float")
    }
  }
  checkWriting(table)
}

private func open(
  _ bytes: [UInt8], _ format: CSVFormat, _ limits: CSVBlockReader.Limits = CSVBlockReader.Limits()
) throws(DataFileError) -> CSVFile {
  try CSVFile(ByteSource(bytes, name: name), format: format, limits: limits)
}

private func read(
  _ bytes: [UInt8], _ format: CSVFormat, _ limits: CSVBlockReader.Limits = CSVBlockReader.Limits()
) throws(DataFileError) -> CSVTable {
  try CSVTable(file: open(bytes, format, limits), textColumns: [], progress: { _ in })
}

private func isSame(_ table: CSVTable, _ other: CSVTable, withLines: Bool = true) -> Bool {
  table.header.names == other.header.names && table.rowCount == other.rowCount
    && zip(table.columns, other.columns).allSatisfy { column, other in
      column.missingCount == other.missingCount
        && column.firstMissing?.row == other.firstMissing?.row
        && (!withLines || column.firstMissing?.line == other.firstMissing?.line)
        && isSame(column.values, other.values)
    }
}

private func isSame(_ values: CSVTable.Values, _ others: CSVTable.Values) -> Bool {
  switch (values, others) {
  case (.numbers(let numbers), .numbers(let others)): areSame(numbers, others)
  case (.categories(let codes, let labels), .categories(let otherCodes, let otherLabels)):
    codes == otherCodes && labels == otherLabels
  default: false
  }
}

private func checkCells(of column: CSVTable.Column, rowCount: Int) {
  switch column.values {
  case .borrowed: check(false, "numbers of a file that belong to someone else")
  case .numbers(let numbers):
    check(numbers.count == rowCount, "\(numbers.count) numbers in \(rowCount) rows")
    check(numbers.count { $0.isNaN } == column.missingCount, "the number of missing numbers")
    check(
      numbers.firstIndex { $0.isNaN } == column.firstMissing.map { $0.row - 1 },
      "the first missing number")
  case .categories(let codes, let labels):
    check(codes.count == rowCount, "\(codes.count) codes in \(rowCount) rows")
    check(codes.allSatisfy { $0 >= -1 && $0 < labels.count }, "a code without a label")
    check(codes.count { $0 < 0 } == column.missingCount, "the number of missing labels")
    check(Set(codes).subtracting([-1]).count == labels.count, "a label without a row")
    check(Set(labels).count == labels.count, "two labels are equal")
  }
}

/// The numbers of a column, read without the others, in parts; nil if a cell is not a number.
private func numbersAlone<Scalar: NumericScalar>(
  _ bytes: [UInt8], _ format: CSVFormat, _ index: Int, _ partLength: Int, as _: Scalar.Type
) -> [Scalar]? {
  do throws(DataFileError) {
    let reader = CSVColumnReader(file: try open(bytes, format), index: index, missing: .nan)
    var numbers: [Scalar] = []
    var part = [Scalar](repeating: 0, count: partLength)
    while true {
      var span = part.mutableSpan
      let count = try reader.read(into: &span)
      numbers += part[..<count]
      if count > 0, reader.location(ofElement: numbers.count - 1)?.row != numbers.count {
        fatalError("row \(numbers.count) has no location")
      }
      if count < partLength { break }
    }
    try reader.rewind()
    check(areSame(try reader.readRemaining(), numbers), "column \(index) differs after rewinding")
    return numbers
  } catch {
    check(error, path: name)
    return nil
  }
}

/// Writes a table and reads it.
private func checkWriting(_ table: CSVTable) {
  var textColumns: Set<String> = []
  var numericColumns: Set<String> = []
  for column in table.columns {
    if case .numbers = column.values {
      numericColumns.insert(column.name)
    } else {
      textColumns.insert(column.name)
    }
  }
  // Columns are text by name.
  guard textColumns.isDisjoint(with: numericColumns) else { return }
  let path = Scratch.path("written.csv")
  do throws(DataFileError) {
    let writer = try CSVWriter(path: path, header: table.header.names)
    for row in 0..<table.rowCount {
      try writer.append(
        table.columns.map { column in
          switch column.values {
          case .numbers(let numbers): numbers[row].isNaN ? .missing : .double(numbers[row])
          case .borrowed: .missing
          case .categories(let codes, let labels):
            codes[row] < 0 ? .missing : .text(labels[Int(codes[row])])
          }
        })
    }
    try writer.finish()
    let again = try CSVTable(
      contentsOf: path, format: CSVFormat(delimiter: .comma), textColumns: textColumns)
    check(isSame(again, table, withLines: false), "another table after writing")
  } catch { fatalError("the written table: \(error)") }
}
