// SPDX-License-Identifier: Apache-2.0
/// A cell in the memory of its block, valid until the next block.
struct CSVCell {
  /// The text without the quotes around it.
  var bytes: UnsafeBufferPointer<UInt8>
  var isQuoted: Bool

  /// The cell of a blank line.
  static var empty: CSVCell {
    CSVCell(bytes: UnsafeBufferPointer(start: nil, count: 0), isQuoted: false)
  }

  /// The text without leading and trailing blanks.
  var trimmed: UnsafeBufferPointer<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }),
      let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return Self.empty.bytes }
    return UnsafeBufferPointer(rebasing: bytes[first...last])
  }

  /// The text as a label or a name: blanks around it are part of it only inside quotes.
  var labelBytes: UnsafeBufferPointer<UInt8> { isQuoted ? bytes : trimmed }

  /// The label for messages, with replacement characters for bytes that are not UTF-8.
  var label: String { String(decoding: labelBytes, as: UTF8.self) }

  var isUTF8: Bool { String(validating: labelBytes, as: UTF8.self) != nil }

  /// Whether the cell has nothing but blanks.
  var isEmpty: Bool { trimmed.isEmpty }

  /// The label in a column of text; `nil` if it is missing. Blanks inside quotes are a label.
  @inline(__always)
  func label(unlessIn words: MissingWords) -> UnsafeBufferPointer<UInt8>? {
    let text = labelBytes
    guard !text.isEmpty else { return nil }
    guard words.inText else { return text }
    let word = isQuoted ? trimmed : text
    return !word.isEmpty && words.contains(word) ? nil : text
  }

  /// The number in the cell, correctly rounded, or `nil` if it is not a number.
  ///
  /// Numbers are decimal numbers, and `inf`, `infinity` and `nan` in upper or lower case with an
  /// optional sign. The bytes after the cell must be readable; see `CSVBlockReader.slack`.
  func number<Scalar: NumericScalar>(
    as type: Scalar.Type, hasDecimalComma: Bool = false
  ) -> Scalar? {
    let text = trimmed
    if hasDecimalComma { return Self.numberWithComma(text) }
    guard var position = text.baseAddress else { return nil }
    if let decimal = DecimalNumber(&position) {
      guard position == text.baseAddress.map({ $0 + text.count }) else { return nil }
      // The standard library also rounds correctly and ignores the locale.
      return decimal.rounded(to: type) ?? Scalar(String(decoding: text, as: UTF8.self))
    }
    return Self.specialNumber(text)
  }

  /// The cell in a column of numbers: NaN if the number is missing, `nil` if the cell is text.
  func tableNumber(_ format: CSVFormat) -> Double? {
    if format.missing.contains(trimmed) { return .nan }
    guard let number = number(as: Double.self, hasDecimalComma: format.hasDecimalComma) else {
      return nil
    }
    return format.missing.numbers.contains(number) ? .nan : number
  }

  /// The number in a text.
  static func number(in text: String, hasDecimalComma: Bool = false) -> Double? {
    let slack = CSVBlockReader.slack
    return (Array(text.utf8) + [UInt8](repeating: 0, count: slack)).withUnsafeBufferPointer {
      CSVCell(bytes: UnsafeBufferPointer(rebasing: $0.dropLast(slack)), isQuoted: false)
        .number(as: Double.self, hasDecimalComma: hasDecimalComma)
    }
  }

  /// The number with a comma before the decimals. A point may separate thousands, so a text with
  /// one is no number.
  private static func numberWithComma<Scalar: NumericScalar>(
    _ text: UnsafeBufferPointer<UInt8>
  ) -> Scalar? {
    guard !text.contains(UInt8(ascii: ".")) else { return nil }
    let size = text.count + CSVBlockReader.slack
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { copy in
      copy.initialize(repeating: 0)
      for (index, byte) in text.enumerated() {
        copy[index] = byte == UInt8(ascii: ",") ? UInt8(ascii: ".") : byte
      }
      return CSVCell(bytes: UnsafeBufferPointer(rebasing: copy[..<text.count]), isQuoted: false)
        .number(as: Scalar.self)
    }
  }

  private static func specialNumber<Scalar: NumericScalar>(_ text: UnsafeBufferPointer<UInt8>)
    -> Scalar?
  {
    guard text.count <= "-infinity".utf8.count else { return nil }
    var word = Substring(String(decoding: text, as: UTF8.self).lowercased())
    let sign = word.first
    if sign == "-" || sign == "+" { word.removeFirst() }
    switch word {
    case "inf", "infinity": return sign == "-" ? -.infinity : .infinity
    case "nan": return .nan
    default: return nil
    }
  }
}
