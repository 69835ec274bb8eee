// SPDX-License-Identifier: Apache-2.0
/// A notation of numbers or dates that is not read as one.
package enum NumberNotation {
  case decimalComma, thousands, groups, percent, currency, minusSign, otherDigits, noBreakSpace
  case parentheses, unit, date, other

  package init?(of label: String) {
    let scalars = label.unicodeScalars
    if label.wholeMatch(of: /[+-]?\d[\d.,]*\s+[^\s\d]{1,5}/) != nil,
      !Self.has(.currencySymbol, label), !label.contains("%")
    {
      self = .unit
      return
    }
    guard scalars.contains(where: { $0.properties.generalCategory == .decimalNumber }),
      !CSVTable.isNumber(label),
      scalars.allSatisfy({ scalar in
        switch scalar.properties.generalCategory {
        case .decimalNumber, .currencySymbol, .spaceSeparator: true
        default: "+-\u{2212}.,'’%eE/:TZ()".unicodeScalars.contains(scalar)
        }
      })
    else { return nil }
    if scalars.contains(where: { "/:".unicodeScalars.contains($0) })
      || label.wholeMatch(of: /\d{4}-\d\d?-\d\d?.*|\d\d?[.-]\d\d?[.-]\d{2,4}.*/) != nil
    {
      self = .date
    } else if label.contains("\u{2212}") {
      self = .minusSign
    } else if label.contains("%") {
      self = .percent
    } else if Self.has(.currencySymbol, label) {
      self = .currency
    } else if scalars.contains(where: {
      $0.properties.generalCategory == .decimalNumber && !$0.isASCII
    }) {
      self = .otherDigits
    } else if scalars.contains(where: {
      $0.properties.generalCategory == .spaceSeparator && !$0.isASCII
    }) {
      self = .noBreakSpace
    } else if label.wholeMatch(of: /[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?/) != nil {
      self = .thousands
    } else if label.wholeMatch(of: /[+-]?\d*,\d+(?:[eE][+-]?\d+)?/) != nil {
      self = .decimalComma
    } else if label.wholeMatch(of: /[+-]?\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d*)?/) != nil {
      self = .groups
    } else if label.wholeMatch(of: /\([\d.,]+\)/) != nil {
      self = .parentheses
    } else {
      self = .other
    }
  }

  private static func has(_ category: Unicode.GeneralCategory, _ label: String) -> Bool {
    label.unicodeScalars.contains { $0.properties.generalCategory == category }
  }

  /// The likely cause, and what to do, after a label.
  package var advice: String {
    switch self {
    case .decimalComma: ", a number with a decimal comma (--decimal ,)"
    case .thousands: ", a number with a comma between thousands, or a decimal comma (--decimal ,)"
    case .groups: ", a number with a sign between thousands; remove the sign"
    case .percent: ", a percentage; remove the sign"
    case .currency: ", an amount with a currency sign; remove the sign"
    case .minusSign: ", a number with the minus sign U+2212; write an ASCII hyphen"
    case .otherDigits: ", a number with digits that are not ASCII; write ASCII digits"
    case .noBreakSpace: ", a number with a no-break space; remove it"
    case .parentheses: ", a number in parentheses; write a minus sign"
    case .unit: ", a number with a unit; remove the unit"
    case .date: ", a date or a time; compute numbers from it, or exclude it (--exclude)"
    case .other: ", which looks like a number but is not read as one"
    }
  }

  /// The same, after a sentence about a label; empty if nothing is known about it.
  package static func likeness(of label: String) -> String {
    guard let notation = NumberNotation(of: label), notation != .other else { return "" }
    return "; it looks like\(notation.advice.dropFirst())"
  }
}

/// The reason of an error about a cell.
func notANumber(_ label: String) -> String {
  "\(quoted(label)) is not a number\(NumberNotation.likeness(of: label))"
}
