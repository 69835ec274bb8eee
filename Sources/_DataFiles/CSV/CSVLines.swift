// SPDX-License-Identifier: Apache-2.0
/// The lines on which the rows of a table start.
struct CSVLines {
  /// (row, line − row), one entry wherever the difference changes. A usual file has one.
  private var leads: [(row: Int, lead: Int)] = []
  private var lead = -1

  /// Adds the next row; both numbers count from 1.
  @inline(__always)
  mutating func note(row: Int, line: Int) {
    if line - row != lead { append(row, line - row) }
  }

  @inline(never)
  private mutating func append(_ row: Int, _ lead: Int) {
    self.lead = lead
    leads.append((row, lead))
  }

  /// The line of a row, `nil` before the first one.
  func line(ofRow row: Int) -> Int? {
    var (low, high) = (0, leads.count)
    while low < high {
      let middle = (low + high) / 2
      if leads[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : row + leads[low - 1].lead
  }
}
