// SPDX-License-Identifier: Apache-2.0
/// What has been read of a column of a table.
struct CSVColumnContent {
  /// The cells of a numeric column.
  var numbers: [Double] = []
  /// The cells of a column of text, from `textStart` on.
  var codes: [Int32] = []
  var labels = LabelSet()
  var missingCount = 0
  var firstMissing: CSVTable.Position?
  /// The first row, counted from 0, that was read as text; the rows before it looked like numbers.
  var textStart = 0

  /// Appends a cell of text. `column` is its index, for an error.
  mutating func append(_ cell: CSVCell, _ column: Int, _ rows: CSVRowScanner) throws(DataFileError)
  {
    let text = cell.labelBytes
    if text.isEmpty {
      noteMissing(rows)
      codes.append(-1)
    } else if let code = labels.code(text) {
      codes.append(code)
    } else {
      throw rows.bad(column, "\(quoted(cell.label)) is not UTF-8; save the file as UTF-8")
    }
  }

  mutating func noteMissing(_ rows: CSVRowScanner) {
    missingCount += 1
    if firstMissing == nil { firstMissing = CSVTable.Position(row: rows.row, line: rows.rowLine) }
  }

  /// Puts the rows of `earlier` before those of this column; its labels come first.
  mutating func prepend(_ earlier: Self) {
    var merged = earlier
    let newCodes = merged.labels.formUnion(labels)
    merged.codes.reserveCapacity(merged.codes.count + codes.count)
    for code in codes { merged.codes.append(code < 0 ? code : newCodes[Int(code)]) }
    merged.missingCount += missingCount
    merged.firstMissing = earlier.firstMissing ?? firstMissing
    self = merged
  }

  /// Makes one category of labels that are equal as strings: the one that came first.
  mutating func mergeEqualLabels() -> [String] {
    guard let (distinct, indices) = labels.indicesOfEqualLabels() else { return labels.labels }
    for row in codes.indices where codes[row] >= 0 { codes[row] = indices[Int(codes[row])] }
    return distinct
  }
}
