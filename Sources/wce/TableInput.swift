import ArgumentParser
import DataFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

/// Whether two paths are spellings of one.
func isSamePath(_ path: String, _ other: String) -> Bool {
  URL(filePath: path).standardizedFileURL == URL(filePath: other).standardizedFileURL
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
