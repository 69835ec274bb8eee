// SPDX-License-Identifier: Apache-2.0
import SystemPackage

/// An error about a data file: what was wrong, and where.
///
/// The description is one line: the path, the location if there is one, and the reason. Control and
/// format characters in names and cells are escaped.
public struct DataFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of an error. More may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    /// An input does not exist or cannot be opened (`EX_NOINPUT`, 66).
    public static let missingInput = Code(description: "missingInput")
    /// An output cannot be created: its directory does not exist, permission is denied, or the path
    /// is a directory (`EX_CANTCREAT`, 73).
    public static let cannotCreate = Code(description: "cannotCreate")
    /// Reading or writing failed: a full disk, a device error (`EX_IOERR`, 74).
    public static let inputOutput = Code(description: "inputOutput")
    /// The memory does not suffice for the data of a file (`EX_OSERR`, 71).
    public static let notEnoughMemory = Code(description: "notEnoughMemory")
    /// The content of a file is invalid (`EX_DATAERR`, 65).
    public static let badData = Code(description: "badData")
  }

  /// A location in a file.
  public struct Location: Hashable, Sendable, CustomStringConvertible {
    /// The element of an array, counted from 0 in row-major order.
    public private(set) var element: Int?
    /// The data row of a table, counted from 1 without the header.
    public private(set) var row: Int?
    /// The line of the file on which the row or the header starts, counted from 1.
    public private(set) var line: Int?
    /// The name of the column, if the error is about one cell.
    public private(set) var column: String?

    /// An element of an array.
    public static func element(_ index: Int) -> Location { Location(element: index) }
    /// A row of a table, or a cell if `column` is not `nil`.
    public static func row(_ row: Int, line: Int, column: String?) -> Location {
      Location(row: row, line: line, column: column)
    }
    /// A line of the file that is not a data row.
    public static func line(_ line: Int) -> Location { Location(line: line) }

    /// The location as messages give it: `row 3 (line 4), column "age"`.
    public var description: String {
      let inFile = line.flatMap { $0 > 0 ? " (line \($0))" : nil } ?? ""
      let place = row.map { "row \($0)\(inFile)" } ?? line.map { "line \($0)" }
      return [element.map { "element \($0)" }, place, column.map { "column \(quoted($0))" }]
        .compactMap { $0 }.joined(separator: ", ")
    }
  }

  /// The kind of error.
  public let code: Code
  /// The file, as the caller named it.
  public let path: String
  /// The location in the file, if there is one.
  public let location: Location?
  /// Whether the error may come from a wrong delimiter, given or detected.
  public let mayHaveWrongDelimiter: Bool
  /// What was wrong and, if it helps, how to fix it.
  public let reason: String

  /// Creates an error about the file at `path`.
  public init(
    _ code: Code, path: String, at location: Location? = nil, mayHaveWrongDelimiter: Bool = false,
    reason: String
  ) {
    self.code = code
    self.path = path
    self.location = location
    self.mayHaveWrongDelimiter = mayHaveWrongDelimiter
    self.reason = reason
  }

  /// `PATH: LOCATION: REASON` on one line.
  public var description: String {
    let place = location.map { "\($0): " } ?? ""
    return "\(displayed(path)): \(place)\(reason)"
  }
}

extension DataFileError {
  static func failed(_ action: String, _ path: String, _ error: Errno) -> DataFileError {
    DataFileError(.inputOutput, path: path, reason: "\(action) failed: \(error.reason)")
  }

  static func cannotCreate(_ path: String, _ error: Errno) -> DataFileError {
    let reason =
      switch error {
      case .noSuchFileOrDirectory: "its directory does not exist"
      case .notDirectory: "a part of the path is not a directory"
      default: error.reason
      }
    return DataFileError(.cannotCreate, path: path, reason: "cannot be written: \(reason)")
  }
}

/// Runs `body`, and replaces an `Errno` that it throws. Its other errors are `DataFileError`s.
func mappingErrno<Result>(
  to error: (Errno) -> DataFileError, _ body: () throws -> Result
) throws(DataFileError) -> Result {
  do { return try body() } catch let error as DataFileError {
    throw error
  } catch let failure {
    throw error(failure as? Errno ?? .ioError)
  }
}
