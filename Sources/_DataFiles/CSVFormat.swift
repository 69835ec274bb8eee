// SPDX-License-Identifier: Apache-2.0
/// How a file of comma-separated values is written; see RFC 4180.
///
/// Cells may stand in double quotes, with a quote inside written twice; a quoted cell may contain delimiters and line breaks. Lines
/// end with LF, CRLF, or CR alone if the whole file has it so; the last line needs no end. A byte order mark of UTF-8 is skipped.
/// A quote inside an unquoted cell is an ordinary character. Blanks around a number or an unquoted name do not count.
public struct CSVFormat: Hashable, Sendable {
  /// The character between cells.
  public struct Delimiter: Hashable, Sendable, CustomStringConvertible {
    let byte: UInt8

    /// `,`
    public static let comma = Delimiter(byte: UInt8(ascii: ","))
    /// `;`
    public static let semicolon = Delimiter(byte: UInt8(ascii: ";"))
    /// The tabulator.
    public static let tab = Delimiter(byte: UInt8(ascii: "\t"))

    private init(byte: UInt8) { self.byte = byte }

    /// Any ASCII character that cannot be part of a number, a quote, a blank or a line break; otherwise `nil`.
    public init?(_ character: Character) {
      guard let byte = character.asciiValue, !character.isLetter, !character.isNumber,
        !"\"'+-. _\r\n".contains(character), byte >= 0x20 || character == "\t", byte != 0x7F
      else { return nil }
      self.byte = byte
    }

    /// The character.
    public var description: String { String(Unicode.Scalar(byte)) }
  }

  /// The delimiter; `nil` to find out which of tab, semicolon and comma the first lines have.
  public var delimiter: Delimiter?
  /// Whether the first row holds the names of the columns. Without it they are called `1`, `2`, `3` and so on. `nil` to find
  /// out: a first row of nothing but numbers is data.
  public var hasHeader: Bool?

  /// By default the delimiter is detected and the first row is the header.
  public init(delimiter: Delimiter? = nil, hasHeader: Bool? = true) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
  }
}
