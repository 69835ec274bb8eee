// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The first cell of a column that is not a number, which is why the column was read as text.
struct TextCell: CustomStringConvertible {
  let label: String
  /// The row, counted from 1 without the header.
  let row: Int
  /// The line of the file; nil if it is not known yet.
  private let line: Int?

  /// `row 78 (line 79) contains "oops"`, and for a number or a date why it was not read as one.
  var description: String {
    "row \(row)" + (line.map { " (line \($0))" } ?? "") + " contains \(quoted(label))"
      + (NumberNotation(of: label)?.advice ?? "")
  }

  /// Whether the description says how to write the cell.
  var hasRemedy: Bool { NumberNotation(of: label).map { $0 != .other } ?? false }

  /// `"5%"; it looks like a percentage; remove the sign`
  var received: String { quoted(label) + NumberNotation.likeness(of: label) }

  /// - Parameter table: The table of the rows, if the row is to be that of the file.
  init(codes: [Int32], labels: [String], in table: CSVTable? = nil) {
    // Labels are in the order of their first row.
    let index = labels.firstIndex { !CSVTable.isNumber($0) } ?? 0
    label = labels.isEmpty ? "" : labels[index]
    let first = codes.firstIndex(of: Int32(index)) ?? 0
    let position = codes.isEmpty ? nil : table?.position(ofRow: first)
    row = position?.row ?? first + 1
    line = position.flatMap { $0.line > 0 ? $0.line : nil }
  }
}
