import ArgumentParser
import DataFiles

/// A delimiter as the command line names it: the character itself, or a word for it.
struct DelimiterArgument: ExpressibleByArgument {
  let delimiter: CSVFormat.Delimiter

  init?(argument: String) {
    switch argument {
    case "comma": delimiter = .comma
    case "semicolon": delimiter = .semicolon
    case "tab": delimiter = .tab
    default:
      guard argument.count == 1, let delimiter = argument.first.flatMap(CSVFormat.Delimiter.init) else {
        return nil
      }
      self.delimiter = delimiter
    }
  }
}

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
