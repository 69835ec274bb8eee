// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// Says how to write a number that the parser refused: `80%` is 0.8, and `0,8` too; `$1,000` is
/// 1000, or 1 if the comma is decimal.
enum MisreadNumber {
  /// The parser's message about wrong usage, with the number as it should be.
  static func explained(_ message: String) -> String {
    let pattern = /The value '(?<number>[^'\n]*)' is invalid for '-[^\n]*'/
    guard let match = message.firstMatch(of: pattern),
      let number = number(String(match.number))
    else { return message }
    var advice = number.shown
    if let whole = match.number.wholeMatch(of: /\p{Sc}?([1-9]\d{0,2}(?:,\d{3})+)/) {
      advice = "\(whole.1.replacing(",", with: "")), or \(advice) if the comma is decimal"
    }
    return message.replacing(match.0, with: "\(match.0); write \(advice)", maxReplacements: 1)
  }

  private static func number(_ text: String) -> Double? {
    let isCurrency = text.unicodeScalars.first?.properties.generalCategory == .currencySymbol
    let digits = text.dropFirst(isCurrency ? 1 : 0).replacing(",", with: ".", maxReplacements: 1)
    guard digits.last == "%" else {
      return isCurrency || text.contains(",") ? Double(digits) : nil
    }
    let isSpaced = digits.hasSuffix(" %")
    return Double(digits.dropLast(isSpaced ? 2 : 1)).map { $0 / 100 }
  }
}
