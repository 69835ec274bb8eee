// SPDX-License-Identifier: Apache-2.0
/// Reads some columns of a table again, as the texts of their cells, row by row.
package final class CSVRowReader {
  private let file: CSVFile
  private var columns: Set<Int> = []

  init(file: CSVFile) { self.file = file }

  /// Goes to the first row, to read these columns.
  package func start(columns: Set<Int>) throws(DataFileError) {
    self.columns = columns
    try file.rewind()
  }

  /// The cells of the next row from left to right. Call this once for each row of the table.
  package func next() throws(DataFileError) -> [String] {
    try file.explainingChanges { () throws(DataFileError) in
      while true {
        switch file.rows.nextRow() {
        case .blank: return columns.isEmpty ? [] : [""]
        case .endOfBlock: if try !file.refill(&file.rows) { throw file.changed }
        case .cells:
          var cells: [String] = []
          for column in 0..<file.rows.columnCount {
            if columns.contains(column) {
              cells.append(try file.rows.cell(column).label)
            } else {
              try file.rows.skipCell(column)
            }
            try file.rows.endCell(column)
          }
          return cells
        }
      }
    }
  }
}
