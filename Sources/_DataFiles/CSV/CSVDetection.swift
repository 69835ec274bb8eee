// SPDX-License-Identifier: Apache-2.0
/// Detects the format of a CSV file from its first bytes.
enum CSVDetection {
  /// The offset of the text: 3 after a byte order mark of UTF-8, else 0.
  static func textStart(of bytes: UnsafeBufferPointer<UInt8>, path: String) throws(DataFileError)
    -> Int
  {
    if let reason = otherFormats.first(where: { bytes.starts(with: $0.start) })?.reason {
      throw DataFileError(.badData, path: path, reason: reason)
    }
    return bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
  }

  /// Whether a file that begins with this text is read otherwise.
  static func isMark(_ text: String) -> Bool {
    text.utf8.starts(with: byteOrderMark)
      || otherFormats.contains { text.utf8.starts(with: $0.start) }
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The first bytes of other files that users try to read as tables, and what to do.
  private static let otherFormats: [(start: [UInt8], reason: String)] = [
    ([0xFF, 0xFE], "the text is UTF-16; save it as UTF-8"),
    ([0xFE, 0xFF], "the text is UTF-16; save it as UTF-8"),
    (NPYHeader.magic, "this is a NumPy array, not a table"),
    ([0x1F, 0x8B], "the file is compressed with gzip; decompress it first"),
    (
      Array("PK\u{3}\u{4}".utf8),
      "this is a ZIP archive, such as a spreadsheet; save the table as CSV"
    ),
    (Array("PAR1".utf8), "this is a Parquet file; save the table as CSV"),
  ]

  /// LF, unless the first line break outside quotes is a CR without LF.
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

  /// The first of tab, semicolon and comma that occurs equally often in each of the first rows. The
  /// comma comes last because it may be the decimal separator. If there is none, the most frequent
  /// one in the first row, or the comma.
  static func delimiter(of text: UnsafeBufferPointer<UInt8>, newline: UInt8) -> UInt8 {
    let candidates: [UInt8] = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    let rows = counts(of: candidates, in: text, newline: newline, rowLimit: 64)
    guard let first = rows.first else { return UInt8(ascii: ",") }
    for (column, candidate) in candidates.enumerated()
    where first[column] > 0 && rows.allSatisfy({ $0[column] == first[column] }) {
      return candidate
    }
    // `max` returns the first of equal counts: the comma comes first.
    return zip(candidates, first).reversed().max { $0.1 < $1.1 }?.0 ?? UInt8(ascii: ",")
  }

  /// The number of each candidate outside quotes, in each row. The last row, which may be cut off,
  /// counts only if it is the only one.
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
