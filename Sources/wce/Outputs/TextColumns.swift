// SPDX-License-Identifier: Apache-2.0
/// Rows of cells as lines of text, each column right-aligned and as wide as its widest cell.
struct TextColumns {
  /// The text before each cell of a column.
  let gaps: [String]
  private var rows: [[String]] = []

  init(gaps: [String]) { self.gaps = gaps }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// The lines, without trailing blanks.
  var lines: [String] {
    let widths = gaps.indices.map(width)
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

  /// The width of the columns in a range, including the gaps between them.
  func width(_ columns: Range<Int>) -> Int {
    columns.map(width).reduce(0, +) + columns.dropFirst().map { gaps[$0].count }.reduce(0, +)
  }

  private func width(_ column: Int) -> Int { rows.map { $0[column].count }.max() ?? 0 }
}

extension String {
  /// The text in lines of at most `width` characters, broken at blanks.
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
