// SPDX-License-Identifier: Apache-2.0
/// Collects the columns of a table while its rows are read.
///
/// Numbers are stored in a tile of rows by column, and appended to the columns a tile at a time. So
/// the inner loop checks no capacities and changes no reference counts.
final class CSVTableBuilder {
  private(set) var rowCount = 0
  private let file: CSVFile
  private let columnCount: Int
  private var collected: [CSVColumnContent]
  private let tile: UnsafeMutablePointer<Double>
  private let tileRows: Int
  /// Whether each column is numeric so far. Not in `collected`, for speed.
  private let isNumeric: UnsafeMutablePointer<Bool>
  /// Whether the numbers of each column are read without a look at the text of their cells.
  private let isPlain: UnsafeMutablePointer<Bool>
  /// Columns in which text is an error.
  private let numericColumns: Set<Int>
  private let declaredText: Set<Int>
  private(set) var lines = CSVLines()

  init(file: CSVFile, textColumns: Set<String>) throws(DataFileError) {
    self.file = file
    let format = file.format
    let categorical = try file.header.indices(ofList: format.categorical)
    numericColumns = try file.header.indices(ofList: format.numeric)
    declaredText = categorical.union(
      file.header.names.indices.filter { textColumns.contains(file.header.names[$0]) })
    if let both = categorical.intersection(numericColumns).min() {
      throw DataFileError(
        .badData, path: file.path,
        reason: "the column \(quoted(file.header.names[both])) is named both as labels and as "
          + "numbers; name it once")
    }
    let names = file.header.names
    columnCount = names.count
    collected = names.map { _ in CSVColumnContent() }
    tileRows = max(1, (1 << 15) / columnCount)
    tile = .allocate(capacity: tileRows * columnCount)
    isNumeric = .allocate(capacity: columnCount)
    isPlain = .allocate(capacity: columnCount)
    let hasPlainNumbers = !format.hasDecimalComma && format.missing.numbers.isEmpty
    for index in names.indices {
      let isText = declaredText.contains(index)
      (isNumeric + index).initialize(to: !isText)
      (isPlain + index).initialize(to: !isText && hasPlainNumbers)
    }
  }

  deinit {
    tile.deallocate()
    isNumeric.deallocate()
    isPlain.deallocate()
  }

  func readRows(_ progress: (ReadingProgress) -> Void) throws(DataFileError) {
    var rows = file.rows
    // Local, because each access to a property of a class is checked and counted.
    let format = file.format
    var lines = CSVLines()
    var tileCount = 0
    while true {
      switch rows.nextRow() {
      case .cells:
        for column in 0..<columnCount {
          if isPlain[column], let number = rows.number(as: Double.self) {
            tile[column * tileRows + tileCount] = number
          } else {
            let cell = try rows.cell(column)
            try put(cell, column, tileCount, rows, format)
          }
          try rows.endCell(column)
        }
      case .blank:
        try put(.empty, 0, tileCount, rows, format)
      case .endOfBlock:
        progress(file.progress)
        if try file.refill(&rows) { continue }
        try flush(tileCount)
        rowCount = rows.row
        self.lines = lines
        return
      }
      lines.note(row: rows.row, line: rows.rowLine)
      tileCount += 1
      if tileCount == tileRows {
        try flush(tileCount)
        if rows.row == tileCount { reserve(rowsSoFar: rows.row) }
        tileCount = 0
      }
    }
  }

  /// Rereads the first rows of text columns, up to the first cell that is not a number.
  func rereadLateTextColumns() throws(DataFileError) {
    let late = collected.indices.filter { !isNumeric[$0] && collected[$0].textStart > 0 }
    guard let end = late.map({ collected[$0].textStart }).max() else { return }
    try file.rewind()
    // The codes of these rows exist twice when an array grows and when the parts are joined.
    let codeSize = MemoryLayout<Int32>.stride
    try requireMemory(
      late.reduce(0) { $0 + 3 * codeSize * collected[$1].textStart }, for: file.path)
    var earlier = [CSVColumnContent](repeating: CSVColumnContent(), count: columnCount)
    var rows = file.rows
    let words = file.format.missing
    while rows.row < end {
      switch rows.nextRow() {
      case .cells:
        for column in 0..<columnCount {
          if !isNumeric[column], rows.row <= collected[column].textStart {
            let cell = try rows.cell(column)
            try earlier[column].append(cell, column, rows, words)
          } else {
            try rows.skipCell(column)
          }
          try rows.endCell(column)
        }
      case .blank:
        try earlier[0].append(.empty, 0, rows, words)
      case .endOfBlock:
        guard try file.refill(&rows) else { throw file.changed }
      }
    }
    for column in late { collected[column].prepend(earlier[column]) }
  }

  /// The finished columns. Call this once.
  func columns() -> [CSVTable.Column] {
    collected.indices.map { index in
      let values: CSVTable.Values
      if isNumeric[index] {
        values = .numbers(collected[index].numbers)
      } else {
        let labels = collected[index].mergeEqualLabels()
        values = .categories(codes: collected[index].codes, labels: labels)
      }
      return CSVTable.Column(
        name: file.header.names[index], values: values, missingCount: collected[index].missingCount,
        firstMissing: collected[index].firstMissing, isDeclaredText: declaredText.contains(index))
    }
  }

  /// Stores a cell that `CSVRowScanner.number` cannot read.
  private func put(
    _ cell: CSVCell, _ column: Int, _ tileRow: Int, _ rows: CSVRowScanner, _ format: CSVFormat
  ) throws(DataFileError) {
    if isNumeric[column] {
      if let number = cell.tableNumber(format) {
        tile[column * tileRows + tileRow] = number
        if number.isNaN { collected[column].noteMissing(rows) }
        return
      }
      guard !numericColumns.contains(column) else {
        throw rows.bad(column, notANumber(cell.label))
      }
      isNumeric[column] = false
      isPlain[column] = false
      collected[column] = CSVColumnContent(textStart: rows.row - 1)
    }
    try collected[column].append(cell, column, rows, format.missing)
  }

  private func flush(_ count: Int) throws(DataFileError) {
    try requireMemoryForTile()
    for column in 0..<columnCount where isNumeric[column] {
      collected[column].numbers.append(
        contentsOf: UnsafeBufferPointer(start: tile + column * tileRows, count: count))
    }
  }

  /// Checks that the columns can grow by a tile: by its numbers, and by the labels of the next one.
  private func requireMemoryForTile() throws(DataFileError) {
    var growth = 0
    var largest = 0
    for column in 0..<columnCount {
      let (more, storage) = collected[column].byteCountToGrow(by: tileRows, isNumeric[column])
      growth += more
      if more > 0 { largest = max(largest, storage) }
    }
    if growth > 0 { try requireMemory(growth + largest, for: file.path) }
  }

  /// Reserves memory for the estimated number of rows, so that growing arrays are not copied.
  private func reserve(rowsSoFar: Int) {
    let progress = file.progress
    guard let total = progress.totalByteCount, progress.byteCount > 0 else { return }
    // The current block counts as read, so the estimate is too low for small files. The limit keeps
    // the size of all columns an `Int`.
    let estimate = Int(
      min(Double(rowsSoFar) * Double(total) / Double(progress.byteCount) * 1.02, 0x1p36))
    let byteCount = estimate * columnCount * MemoryLayout<Double>.stride
    // A sparse file has fewer rows than its size suggests; the columns then grow with the data.
    guard (try? requireMemory(byteCount, for: file.path)) != nil else { return }
    for column in 0..<columnCount {
      if isNumeric[column] {
        collected[column].numbers.reserveCapacity(estimate)
      } else {
        collected[column].codes.reserveCapacity(estimate)
      }
    }
  }
}
