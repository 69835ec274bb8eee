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
    // Latin text in UTF-16 has zeros in every other byte. A quoted name may begin so, too, but no
    // zero follows the line feed after a row.
    let isUTF16 =
      bytes.count >= 4
      && (bytes[0] == 0
        ? bytes[2] == 0
        : bytes[1] == 0 && bytes[3] == 0
          && bytes.indices.allSatisfy {
            bytes[$0] != UInt8(ascii: "\n") || ($0 + 1 < bytes.count && bytes[$0 + 1] == 0)
          })
    if isUTF16 {
      throw DataFileError(.badData, path: path, reason: utf16)
    }
    return bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
  }

  /// Whether a file that begins with this text is read otherwise.
  static func isMark(_ text: String) -> Bool {
    text.utf8.starts(with: byteOrderMark) || text.utf8.prefix(2).contains(0)
      || otherFormats.contains { text.utf8.starts(with: $0.start) }
  }

  /// A first line that names the delimiter, such as `sep=;`, which spreadsheets write.
  static func declaration(
    of text: UnsafeBufferPointer<UInt8>, newline: UInt8
  ) -> (delimiter: UInt8, length: Int)? {
    let start = Array("sep=".utf8)
    guard text.starts(with: start) else { return nil }
    let rest = text[start.count...].prefix(3)
    guard let delimiter = rest.first, ",;\t| ".utf8.contains(delimiter),
      let end = rest.dropFirst().firstIndex(of: newline),
      end == start.count + 1 || text[end - 1] == UInt8(ascii: "\r")
    else { return nil }
    return (delimiter, end + 1)
  }

  private static let utf16 = "the text is UTF-16; save it as UTF-8"
  private static let json = "this is JSON, not a table; convert it to CSV"
  private static let html = "this is an HTML page, not a table"
  private static let pickle = "this is a Python pickle; save the table as CSV"
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The first bytes of other files that users try to read as tables, and what to do.
  private static let otherFormats: [(start: [UInt8], reason: String)] = [
    ([0xFF, 0xFE], utf16),
    ([0xFE, 0xFF], utf16),
    (NPYHeader.magic, "this is a NumPy array, not a table"),
    (Array("SQLite format 3".utf8), "this is an SQLite database; export the table as CSV"),
    (Array("{\"".utf8), json), (Array("{\n".utf8), json), (Array("{\r\n".utf8), json),
    (Array("[{".utf8), json), (Array("[\n".utf8), json), (Array("[\r\n".utf8), json),
    (Array("<!DOCTYPE".utf8), html), (Array("<!doctype".utf8), html), (Array("<html".utf8), html),
    (Array("<?xml".utf8), "this is XML, not a table; convert it to CSV"),
    ([0x1F, 0x8B], "the data are compressed with gzip; decompress them first"),
    (Array("BZh91AY&SY".utf8), "the data are compressed with bzip2; decompress them first"),
    ([0xFD] + Array("7zXZ".utf8), "the data are compressed with xz; decompress them first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "the data are compressed with zstd; decompress them first"),
    (
      Array("PK\u{3}\u{4}".utf8),
      "this is a ZIP archive; save a spreadsheet as CSV, or an array of a .npz file with numpy.save"
    ),
    ([0xD0, 0xCF, 0x11, 0xE0], "this is a spreadsheet in the format .xls; save the table as CSV"),
    (Array("PAR1".utf8), "this is a Parquet file; save the table as CSV"),
    (Array("ARROW1".utf8), "this is an Arrow file; save the table as CSV"),
    ([0x89] + Array("HDF\r\n".utf8), "this is an HDF5 file; save the table as CSV"),
    ([0x80, 4, 0x95], pickle), ([0x80, 5, 0x95], pickle),
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

  /// The first of tab, semicolon, comma and `|` that occurs equally often in each of the first
  /// rows. The comma comes after the semicolon because it may be the decimal separator. If there is
  /// none, the most frequent one in the first row, or the comma.
  static func delimiter(
    of text: UnsafeBufferPointer<UInt8>, newline: UInt8, hasDecimalComma: Bool = false
  ) -> UInt8 {
    let candidates = "\t;,|".utf8.filter { !hasDecimalComma || $0 != UInt8(ascii: ",") }
    let rows = counts(of: candidates, in: text, newline: newline, rowLimit: 64)
    guard let first = rows.first else { return UInt8(ascii: ",") }
    for (column, candidate) in candidates.enumerated()
    where first[column] > 0 && rows.allSatisfy({ $0[column] == first[column] }) {
      return candidate
    }
    // `max` returns the first of equal counts, which must be the comma.
    let order = ",;\t|".utf8.compactMap { byte in
      candidates.firstIndex(of: byte).map { (byte, first[$0]) }
    }
    return order.max { $0.1 < $1.1 }?.0 ?? UInt8(ascii: ",")
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
