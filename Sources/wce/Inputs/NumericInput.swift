// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles

/// Numbers in a file, as given on the command line: `FILE.npy`, or `FILE.csv:COLUMN` with the name
/// or number of a column. Open descriptors (`/dev/stdin`, `/dev/fd/3`) are arrays without a column
/// and tables with one.
struct NumericInput: CustomStringConvertible {
  let path: String
  let column: String?

  init(parsing argument: String) throws {
    let argument = FileName.input(
      argument.hasPrefix("-:") ? "/dev/stdin" + argument.dropFirst() : argument)
    // The first colon after the ending starts the column: a column's name may contain colons.
    let table =
      /(?is)(.*?(?:\.(?:csv|tsv|txt)(?:\.(?:gz|bz2|xz|zst))?|\/dev\/stdin|\/dev\/fd\/\d+)):(.+)/
    let array = /(?is).*\.npy(?:\.(?:gz|bz2|xz|zst))?|\/dev\/stdin|\/dev\/fd\/\d+/
    if let match = argument.wholeMatch(of: table) {
      (path, column) = (String(match.1), String(match.2))
    } else if argument.wholeMatch(of: array) != nil {
      (path, column) = (argument, nil)
    } else {
      if argument.lowercased().hasSuffix(".npz") {
        throw ValidationError(
          "a .npz file is an archive of arrays; save one of them as FILE.npy with numpy.save")
      }
      throw ValidationError(
        "expected FILE.npy or FILE.csv:COLUMN, with a column's name or number")
    }
  }

  var isStandardInput: Bool { path == "/dev/stdin" }

  var description: String { column.map { "\(path):\($0)" } ?? path }

  /// Opens the file.
  ///
  /// - Parameter isRereadable: Whether the file is read twice; a pipe is then copied first.
  func open(
    _ options: FormatOptions, isRereadable: Bool = false
  ) throws(DataFileError) -> any NumericSource {
    guard let column else { return try NPYReader(path: path, isRereadable: isRereadable) }
    let reader = try CSVColumnReader(
      path: path, column: column, format: options.format, isRereadable: isRereadable)
    StandardError.note(about: path, reader.header.doubt)
    return reader
  }

  /// Reads one number for each row of a matrix.
  ///
  /// - Parameter name: What the numbers are, for errors: `targets`.
  func read(_ name: String, rowCount: Int, _ options: FormatOptions) throws -> [Double] {
    let source = try open(options)
    func mismatch(_ expected: String, _ received: String) -> ToolError {
      ToolError(
        .badData, about: description,
        "expected \(expected), one for each row of the matrix, received \(received)")
    }
    if let shape = source.shape, shape != [rowCount], shape != [rowCount, 1] {
      throw mismatch("\(name) of shape [\(rowCount)]", "shape \(shape)")
    }
    let numbers = try source.readRemaining(as: Double.self)
    guard numbers.count == rowCount else {
      throw mismatch("\(rowCount) \(name)", "\(numbers.count)")
    }
    return numbers
  }
}
