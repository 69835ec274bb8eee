// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

/// The rows that a command works on, as given on the command line.
enum DataInput {
  /// `DATA.csv`, or a stream: columns with names.
  case table(String)
  /// `DATA.npy`: an array of features.
  case matrix(String)

  init(parsing argument: String) throws {
    let path = FileName.input(argument)
    let isMatrix = path.wholeMatch(of: /(?is).*\.npy(?:\.(?:gz|bz2|xz|zst))?/) != nil
    self = isMatrix ? .matrix(path) : .table(path)
  }

  var path: String {
    switch self {
    case .table(let path), .matrix(let path): path
    }
  }
}

extension CSVTable {
  /// Reads a table and shows the progress on a terminal. The cells can be read again.
  static func read(
    _ path: String, format: CSVFormat, textColumns: Set<String> = []
  ) throws(DataFileError) -> (table: CSVTable, cells: CSVRowReader) {
    var bar = ProgressBar("reading")
    defer { bar.finish() }
    return try read(path, format: format, textColumns: textColumns) { bar.update($0) }
  }
}

extension FeatureMatrix {
  /// Reads a matrix and shows the progress on a terminal.
  static func read(_ path: String) throws -> FeatureMatrix {
    let reader = try NPYReader(path: path)
    return try ToolError.naming(path) { () throws(ClassificationError) in
      var bar = ProgressBar("reading")
      defer { bar.finish() }
      return try FeatureMatrix(reading: reader) { bar.update($0) }
    }
  }
}
