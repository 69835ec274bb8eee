import ArgumentParser
import DataFiles

/// An input as the command line names it: `FILE.npy`, or `FILE.csv:COLUMN` with a column's name or number.
struct InputFile: ExpressibleByArgument, CustomStringConvertible {
  let path: String
  let column: String?

  init?(argument: String) {
    if argument.hasSuffix(".npy") {
      path = argument
      column = nil
      return
    }
    // The column follows the first colon after the ending, so that a column's name may hold colons.
    guard
      let ending = Self.tableEndings.compactMap({ argument.firstRange(of: $0 + ":") }).min(by: {
        $0.lowerBound < $1.lowerBound
      }),
      ending.upperBound < argument.endIndex
    else { return nil }
    path = String(argument[..<argument.index(before: ending.upperBound)])
    column = String(argument[ending.upperBound...])
  }

  private static let tableEndings = [".csv", ".tsv", ".txt"]

  var description: String { column.map { "\(path):\($0)" } ?? path }

  /// Opens the file for reading from its start.
  func open() throws(DataFileError) -> any NumericSource {
    if let column { try CSVColumnReader(path: path, column: column) } else { try NPYReader(path: path) }
  }
}
