// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// An output of numbers, as given on the command line: `.npy` or `.csv`. A stream is a table.
struct OutputFile {
  let path: String
  let isTable: Bool

  init(parsing argument: String) throws {
    path = try FileName.output(".npy", ".csv")(argument)
    isTable = !argument.lowercased().hasSuffix(".npy")
  }

  private init(standardOutputAsTable: Void) {
    path = StandardOutput.path
    isTable = true
  }

  /// A table on standard output.
  static let standardOutput = OutputFile(standardOutputAsTable: ())

  /// Creates the file.
  ///
  /// - Parameter column: The name of the column of a table.
  func create(
    column: String, elementType: ElementType, shape: [Int]
  ) throws(DataFileError) -> OutputWriter {
    isTable
      ? .table(try CSVWriter(path: path, header: [column]))
      : .array(try NPYWriter(path: path, elementType: elementType, shape: shape))
  }
}

/// A file of numbers in one of the two formats, being written.
enum OutputWriter {
  case table(CSVWriter)
  case array(NPYWriter)

  /// Appends numbers in row-major order.
  func append<Scalar: NumericScalar>(_ numbers: Span<Scalar>) throws(DataFileError) {
    switch self {
    case .table(let writer): try writer.append(column: numbers)
    case .array(let writer): try writer.append(numbers)
    }
  }

  /// The file with all numbers, to be committed.
  func completed() throws(DataFileError) -> AtomicFile {
    switch self {
    case .table(let writer): writer.file
    case .array(let writer): try writer.completed()
    }
  }
}
