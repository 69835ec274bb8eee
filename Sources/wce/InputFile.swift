// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles

/// An input as the command line names it: `FILE.npy`, or `FILE.csv:COLUMN` with a column's name or number. Standard input and other
/// open descriptors (`/dev/stdin`, `/dev/fd/3`) are arrays without a column, tables with one.
struct InputFile: CustomStringConvertible {
  let path: String
  let column: String?

  init(parsing argument: String) throws {
    let argument = try FileName.input(argument)
    // The column follows the first colon after the ending, so that a column's name may hold colons.
    let table = /(?is)(.*?(?:\.(?:csv|tsv|txt)|\/dev\/stdin|\/dev\/fd\/\d+)):(.+)/
    let array = /(?is).*\.npy|\/dev\/stdin|\/dev\/fd\/\d+/
    if let match = argument.wholeMatch(of: table) {
      (path, column) = (String(match.1), String(match.2))
    } else if argument.wholeMatch(of: array) != nil {
      (path, column) = (argument, nil)
    } else {
      throw ValidationError("an input is FILE.npy or FILE.csv:COLUMN, a column's name or number")
    }
  }

  var isStandardInput: Bool { path == "/dev/stdin" }

  var description: String { column.map { "\(path):\($0)" } ?? path }

  /// Opens the file for reading from its start.
  ///
  /// - Parameter isRereadable: whether it will be read twice, which a pipe has to be copied for.
  func open(isRereadable: Bool = false) throws(DataFileError) -> any NumericSource {
    guard let column else { return try NPYReader(path: path, isRereadable: isRereadable) }
    return try CSVColumnReader(
      path: path, column: column, format: CSVFormat(hasHeader: nil), isRereadable: isRereadable)
  }
}
