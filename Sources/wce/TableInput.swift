import DataFiles

extension CSVTable {
  /// Reads a table, with a bar on a terminal.
  static func read(
    _ path: String, format: CSVFormat, textColumns: Set<String> = []
  ) throws(DataFileError) -> CSVTable {
    var bar = ProgressBar("reading")
    defer { bar.finish() }
    return try CSVTable(contentsOf: path, format: format, textColumns: textColumns) { bar.update($0) }
  }
}
