// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The first cell of a column that is not a number, which is why the column was read as text.
struct TextCell: CustomStringConvertible {
  let label: String
  /// The row, counted from 1 without the header.
  let row: Int

  /// `row 78 contains "oops"`
  var description: String { "row \(row) contains \(quoted(label))" }

  init(codes: [Int32], labels: [String]) {
    // Labels are in the order of their first row.
    let index = labels.firstIndex { CSVTable.number($0) == nil } ?? 0
    label = labels.isEmpty ? "" : labels[index]
    row = (codes.firstIndex(of: Int32(index)) ?? 0) + 1
  }
}

extension CSVTable.Column {
  /// A notice about a column of text that probably should be numeric: a typing error in one cell,
  /// decimal commas or percent signs.
  var textNotice: String? {
    guard case .categories(let codes, let labels) = values, !labels.isEmpty,
      labels.count(where: looksLikeNumber) * 2 >= labels.count
    else { return nil }
    let text = TextCell(codes: codes, labels: labels)
    let features =
      labels.count == 1
      ? "its only label became a feature" : "each of its \(labels.count) labels became a feature"
    return "column \(quoted(name)) was read as text because \(text); \(features)"
  }
}

/// Whether the label consists of digits and characters that occur in notations of numbers.
private func looksLikeNumber(_ label: String) -> Bool {
  label.utf8.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    && label.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .decimalNumber, .currencySymbol, .spaceSeparator: true
      default: "+-.,'%eE".unicodeScalars.contains(scalar)
      }
    }
}
