// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// Says how to write a number that the parser refused: `80%` is 0.8, and `0,8` too.
enum MisreadNumber {
  /// The parser's message about wrong usage, with the number as it should be.
  static func explained(_ message: String) -> String {
    let pattern = /The value '(?<number>[^'\n]*)' is invalid for '-[^\n]*'/
    guard let match = message.firstMatch(of: pattern),
      let number = number(String(match.number))
    else { return message }
    return message.replacing(match.0, with: "\(match.0); write \(number.shown)", maxReplacements: 1)
  }

  private static func number(_ text: String) -> Double? {
    let digits = text.replacing(",", with: ".", maxReplacements: 1)
    guard digits.last == "%" else { return text.contains(",") ? Double(digits) : nil }
    let isSpaced = digits.hasSuffix(" %")
    return Double(digits.dropLast(isSpaced ? 2 : 1)).map { $0 / 100 }
  }
}
