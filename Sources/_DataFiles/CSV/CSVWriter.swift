// SPDX-License-Identifier: Apache-2.0
/// Writes a CSV file (RFC 4180), completely or not at all (`AtomicFile`).
///
/// Lines end with LF. Text is quoted if necessary. Numbers are the shortest text that reads back as
/// the same number (`0.1`, `1e-07`), or `inf`, `-inf` and `nan`.
///
/// ```swift
/// let writer = try CSVWriter(path: "loss.csv", header: ["loss"])
/// try writer.append([0.25])
/// try writer.finish()
/// ```
public final class CSVWriter {
  /// One cell.
  public enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case float(Float)
    case double(Double)
    /// An empty cell.
    case missing
  }

  /// The file with the rows so far, for `AtomicFile.commit(_:)`.
  public let file: AtomicFile
  private let columnCount: Int
  /// The bytes of the current row.
  private var line: [UInt8] = []

  /// Starts a file and writes the header.
  ///
  /// - Parameters:
  ///   - path: The target, which `finish()` creates.
  ///   - header: The names of the columns, at least one.
  /// - Throws: A `DataFileError` with the code `cannotCreate`.
  public init(path: String, header: [String]) throws(DataFileError) {
    precondition(!header.isEmpty, "a table has at least one column")
    file = try AtomicFile(path: path)
    columnCount = header.count
    try append(header.map { .text($0) })
  }

  /// The target, as the caller named it.
  public var path: String { file.path }

  /// Appends a row with as many cells as the header.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`.
  public func append(_ row: [Cell]) throws(DataFileError) {
    precondition(row.count == columnCount, "a row has as many cells as the header")
    for (index, cell) in row.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      switch cell {
      case .text(let text): append(text)
      case .integer(let number): line += "\(number)".utf8
      case .float(let number): append(number)
      case .double(let number): append(number)
      case .missing:
        // A blank line is not always a row.
        if columnCount == 1 { line += "\"\"".utf8 }
      }
    }
    try endRow()
  }

  /// Appends a row for each number, to a table of one column.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func append<Scalar: NumericScalar>(column numbers: Span<Scalar>) throws(DataFileError) {
    precondition(columnCount == 1, "the table has one column")
    for index in numbers.indices {
      append(numbers[index])
      try endRow()
    }
  }

  /// Puts the file in place of the target.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`. The target is then unchanged.
  public func finish() throws(DataFileError) { try file.commit() }

  @inline(__always)
  private func append<Scalar: NumericScalar>(_ number: Scalar) {
    let text = number.description
    if number.isFinite, text.hasSuffix(".0") {
      line += text.utf8.dropLast(2)
    } else {
      line += text.utf8
    }
  }

  private func append(_ text: String) {
    let needsQuotes =
      text.isEmpty
      ? columnCount == 1
      : text.utf8.contains { ",\"\r\n;\t|".utf8.contains($0) } || text.utf8.first == 0x20
        || text.utf8.last == 0x20 || CSVDetection.isMark(text)
    guard needsQuotes else {
      line += text.utf8
      return
    }
    line.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      line.append(byte)
      if byte == UInt8(ascii: "\"") { line.append(byte) }
    }
    line.append(UInt8(ascii: "\""))
  }

  private func endRow() throws(DataFileError) {
    line.append(UInt8(ascii: "\n"))
    try line.withUnsafeBufferPointer { bytes throws(DataFileError) in
      try file.write(UnsafeRawBufferPointer(bytes))
    }
    line.removeAll(keepingCapacity: true)
  }
}
