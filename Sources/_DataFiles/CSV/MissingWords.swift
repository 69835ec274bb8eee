// SPDX-License-Identifier: Apache-2.0
/// The words that stand for a missing cell, in upper or lower case, and the empty cell.
public struct MissingWords: Hashable, Sendable {
  /// The words that databases, spreadsheets and other tools write.
  public static let standard = MissingWords([
    "NA", "N/A", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "#NULL!", "None", "NaN", "-NaN", "NaT",
    "\\N", "?", ".", "-", "1.#QNAN", "-1.#QNAN", "1.#IND", "-1.#IND", "#DIV/0!", "#VALUE!", "#REF!",
    "#NUM!", "#NAME?",
  ])

  /// Of models whose file has no list: some words in a column of numbers, none in one of text.
  public static let ofEarlierModels = MissingWords(
    ["NA", "N/A", "#N/A", "n/a", "null", "NULL", "None", "?"], inText: false)

  /// The words without the empty cell.
  public let words: [String]
  /// Whether they are missing in a column of text, too.
  package let inText: Bool
  /// The words that are numbers, such as -999: a cell with the same value is missing.
  let numbers: [Double]
  private let bytes: [[UInt8]]
  /// For each first byte, in lower case, the lengths of the words as bits. Nearly all cells have
  /// another first byte or length.
  private let lengths: [UInt64]

  public init(_ words: [String]) { self.init(words, inText: true) }

  private init(_ words: [String], inText: Bool) {
    self.words = words
    self.inText = inText
    bytes = words.map { $0.utf8.map(Self.lowercased) }
    numbers = words.compactMap { CSVCell.number(in: $0) }.filter { !$0.isNaN }
    var lengths = [UInt64](repeating: 0, count: 256)
    for word in bytes { if let first = word.first { lengths[Int(first)] |= Self.bit(word.count) } }
    self.lengths = lengths
  }

  /// Whether the text, without blanks around it, is empty or one of the words.
  func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    guard lengths[Int(Self.lowercased(first))] & Self.bit(text.count) != 0 else { return false }
    return bytes.contains { $0.elementsEqual(text.lazy.map(Self.lowercased)) }
  }

  private static func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
}
