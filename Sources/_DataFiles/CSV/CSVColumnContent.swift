// SPDX-License-Identifier: Apache-2.0
/// The cells read so far of a column of a table.
struct CSVColumnContent {
  /// The cells of a numeric column.
  var numbers: [Double] = []
  /// The cells of a column of text, from `textStart` on.
  var codes: [Int32] = []
  var labels = LabelSet()
  var missingCount = 0
  var firstMissing: CSVTable.Position?
  /// The first row read as text, counted from 0. The rows before it looked like numbers.
  var textStart = 0

  /// Appends a cell of text. `column` is for errors.
  mutating func append(
    _ cell: CSVCell, _ column: Int, _ rows: CSVRowScanner, _ words: MissingWords
  ) throws(DataFileError) {
    guard let text = cell.label(unlessIn: words) else {
      noteMissing(rows)
      codes.append(-1)
      return
    }
    if labels.isFull {
      throw rows.bad(column, "there are more than \(LabelSet.limit) different labels")
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

  /// The bytes that a numeric column or one of text takes in addition for `count` more rows, if it
  /// must grow, and the size of its storage.
  func byteCountToGrow(by count: Int, _ isNumeric: Bool) -> (growth: Int, storage: Int) {
    if isNumeric { return (numbers.byteCountToGrow(by: count), numbers.storageByteCount) }
    let (growth, storage) = labels.byteCountToGrow(by: count)
    return (codes.byteCountToGrow(by: count) + growth, codes.storageByteCount + storage)
  }

  /// Inserts the rows of `earlier` before those of this column. Its labels come first.
  mutating func prepend(_ earlier: Self) {
    var merged = earlier
    let newCodes = merged.labels.formUnion(labels)
    merged.codes.reserveCapacity(merged.codes.count + codes.count)
    for code in codes { merged.codes.append(code < 0 ? code : newCodes[Int(code)]) }
    merged.missingCount += missingCount
    merged.firstMissing = earlier.firstMissing ?? firstMissing
    self = merged
  }

  /// Merges labels that are equal as strings into the first of them, and returns the labels.
  mutating func mergeEqualLabels() -> [String] {
    guard let (distinct, indices) = labels.indicesOfEqualLabels() else { return labels.labels }
    for row in codes.indices where codes[row] >= 0 { codes[row] = indices[Int(codes[row])] }
    return distinct
  }
}
