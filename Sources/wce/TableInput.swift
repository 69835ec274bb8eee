// SPDX-License-Identifier: Apache-2.0
import _DataFiles

extension CSVTable {
  /// Reads a table, with a bar on a terminal.
  static func read(
    _ path: String, format: CSVFormat, textColumns: Set<String> = []
  ) throws(DataFileError) -> CSVTable {
    var bar = ProgressBar("reading")
    defer { bar.finish() }
    do throws(DataFileError) {
      return try CSVTable(contentsOf: path, format: format, textColumns: textColumns) {
        bar.update($0)
      }
    } catch {
      guard error.mayHaveWrongDelimiter else { throw error }
      throw DataFileError(
        error.code, path: error.path, at: error.location,
        reason: "\(error.reason) (--delimiter C)")
    }
  }
}
