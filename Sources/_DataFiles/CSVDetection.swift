// SPDX-License-Identifier: Apache-2.0
/// What the first bytes of a file of comma-separated values say about how it is written.
enum CSVDetection {
  /// The place of the first character: 3 behind a byte order mark of UTF-8, else 0.
  static func textStart(of bytes: UnsafeBufferPointer<UInt8>, path: String) throws(DataFileError)
    -> Int
  {
    if let reason = otherFormats.first(where: { bytes.starts(with: $0.start) })?.reason {
      throw DataFileError(.badData, path: path, reason: reason)
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// How files begin that are often taken for tables, and what to do about it.
  private static let otherFormats: [(start: [UInt8], reason: String)] = [
    ([0xFF, 0xFE], "the text is UTF-16; save it as UTF-8"),
    ([0xFE, 0xFF], "the text is UTF-16; save it as UTF-8"),
    (NPYHeader.magic, "this is an array of NumPy, not a table"),
    ([0x1F, 0x8B], "the file is compressed by gzip; decompress it first"),
    (
      Array("PK\u{3}\u{4}".utf8),
      "this is a ZIP archive, as spreadsheets are; save the table as CSV"
    ),
    (Array("PAR1".utf8), "this is a Parquet file; save the table as CSV"),
  ]

  /// LF, unless the first line break outside quotes is a CR that no LF follows.
  static func newline(of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
    var isQuoted = false
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "\n") where !isQuoted: return UInt8(ascii: "\n")
      case UInt8(ascii: "\r") where !isQuoted:
        let isPair = index + 1 == text.count || text[index + 1] == UInt8(ascii: "\n")
        return isPair ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
      default: break
      }
    }
    return UInt8(ascii: "\n")
  }

  /// The delimiter that every one of the first rows has equally often: tab before semicolon before comma, because a comma may also be
  /// the decimal sign in a file with another delimiter. If there is none, the most frequent one of the first row; else the comma.
  static func delimiter(of text: UnsafeBufferPointer<UInt8>, newline: UInt8) -> UInt8 {
    let candidates: [UInt8] = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    let rows = counts(of: candidates, in: text, newline: newline, rowLimit: 64)
    guard let first = rows.first else { return UInt8(ascii: ",") }
    for (column, candidate) in candidates.enumerated()
    where first[column] > 0 && rows.allSatisfy({ $0[column] == first[column] }) {
      return candidate
    }
    // `max` takes the first of equals, which is then the comma.
    return zip(candidates, first).reversed().max { $0.1 < $1.1 }?.0 ?? UInt8(ascii: ",")
  }

  /// How often each candidate stands outside quotes, row by row. The last row, which the sample may cut off, counts only if it is the only one.
  private static func counts(
    of candidates: [UInt8], in text: UnsafeBufferPointer<UInt8>, newline: UInt8, rowLimit: Int
  ) -> [[Int]] {
    var rows: [[Int]] = []
    var row = [Int](repeating: 0, count: candidates.count)
    var isQuoted = false
    var isBlank = true
    for byte in text {
      if byte == newline, !isQuoted {
        if !isBlank { rows.append(row) }
        if rows.count == rowLimit { return rows }
        row = [Int](repeating: 0, count: candidates.count)
        isBlank = true
        continue
      }
      if byte != UInt8(ascii: "\r") { isBlank = false }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, let column = candidates.firstIndex(of: byte) { row[column] += 1 }
    }
    return rows.isEmpty && !isBlank ? [row] : rows
  }
}
