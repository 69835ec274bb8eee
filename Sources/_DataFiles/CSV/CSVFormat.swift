// SPDX-License-Identifier: Apache-2.0
/// The format of a CSV file, after RFC 4180.
///
/// A cell may be in double quotes, with quotes inside it doubled; it may then contain delimiters
/// and line breaks. A quote inside an unquoted cell is an ordinary character. Blanks around numbers
/// and unquoted names are ignored. Lines end with LF or CRLF, or all of them with CR; the last line
/// need not end. A byte order mark of UTF-8 is skipped.
public struct CSVFormat: Hashable, Sendable {
  /// The character between cells.
  public struct Delimiter: Hashable, Sendable, CustomStringConvertible {
    let byte: UInt8

    /// `,`
    public static let comma = Delimiter(byte: UInt8(ascii: ","))
    /// `;`
    public static let semicolon = Delimiter(byte: UInt8(ascii: ";"))
    /// A tab.
    public static let tab = Delimiter(byte: UInt8(ascii: "\t"))

    private init(byte: UInt8) { self.byte = byte }

    /// An ASCII character; `nil` for quotes, line breaks and the characters of numbers.
    public init?(_ character: Character) {
      guard let byte = character.asciiValue, !character.isLetter, !character.isNumber,
        !"\"'+-._\r\n".contains(character), byte >= 0x20 || character == "\t", byte != 0x7F
      else { return nil }
      self.byte = byte
    }

    public var description: String { String(Unicode.Scalar(byte)) }
  }

  /// The delimiter, or `nil` to detect tab, semicolon, comma or `|` from the first rows, or from a
  /// first line such as `sep=;`.
  public var delimiter: Delimiter?
  /// Whether the first row has the names of the columns; otherwise they are `1`, `2`, `3` and so
  /// on. If `nil`, it is detected: a first row with only numbers is data, unless they are 0, 1, 2
  /// and so on or its first cell is blank, as data frames are written.
  public var hasHeader: Bool?
  /// The words that stand for a missing cell.
  public var missing = MissingWords.standard
  /// Whether numbers have a comma before their decimals. A number with a point is then text.
  public var hasDecimalComma = false
  /// Columns that are text even if all cells look like numbers. An element may be a list of columns
  /// separated by commas.
  public var categorical: [String] = []
  /// Columns of numbers, in which any other cell is an error. Elements are like those of
  /// `categorical`.
  public var numeric: [String] = []

  /// Creates a format. By default the delimiter is detected and the first row is the header.
  public init(delimiter: Delimiter? = nil, hasHeader: Bool? = true) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
  }
}
