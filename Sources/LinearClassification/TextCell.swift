// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The first cell of a column that is no number, which makes the column one of text.
public struct TextCell: Hashable, Sendable, CustomStringConvertible {
  /// What it says.
  public var label: String
  /// Its row, counted from 1 without the header.
  public var row: Int

  /// `row 78 has "oops"`
  public var description: String { "row \(row) has \(quoted(label))" }

  init(codes: [Int32], labels: [String]) {
    // Labels are in the order of their first row.
    let index = labels.firstIndex { CSVTable.number($0) == nil } ?? 0
    label = labels.isEmpty ? "" : labels[index]
    row = (codes.firstIndex(of: Int32(index)) ?? 0) + 1
  }
}

extension CSVTable.Column {
  /// What should be known of a column of text that was probably meant as numbers: a slip in one cell, decimal commas, percent signs.
  var textNotice: String? {
    guard case .categories(let codes, let labels) = values, !labels.isEmpty,
      labels.count(where: looksLikeNumber) * 2 >= labels.count
    else { return nil }
    let text = TextCell(codes: codes, labels: labels)
    let meaning =
      labels.count == 1
      ? "its only label became a feature" : "its \(labels.count) labels became a feature each"
    return "column \(quoted(name)) is text, as \(text); \(meaning)"
  }
}

/// Whether there are digits, and around them nothing but what stands in numbers of some notation.
private func looksLikeNumber(_ label: String) -> Bool {
  label.utf8.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    && label.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .decimalNumber, .currencySymbol, .spaceSeparator: true
      default: "+-.,'%eE".unicodeScalars.contains(scalar)
      }
    }
}
