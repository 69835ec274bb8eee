// SPDX-License-Identifier: Apache-2.0
/// Rows of cells as lines of text, each column as wide as its widest cell and set to the right.
struct TextColumns {
  /// What stands before each cell of a column; the first is at the start of the line.
  var gaps: [String]
  private(set) var rows: [[String]] = []

  init(gaps: [String]) { self.gaps = gaps }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// The lines, without blanks at their ends.
  var lines: [String] {
    let widths = gaps.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = gaps.indices.map { column in
        gaps[column] + String(repeating: " ", count: widths[column] - row[column].count)
          + row[column]
      }
      var line = cells.joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// The width of the columns in a range, with the gaps between them.
  func width(_ columns: Range<Int>) -> Int {
    columns.map { column in
      (rows.map { $0[column].count }.max() ?? 0)
        + (column == columns.lowerBound ? 0 : gaps[column].count)
    }.reduce(0, +)
  }
}

extension String {
  /// The text in lines of at most so many characters, broken at blanks.
  func wrapped(_ width: Int = 80) -> String {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
