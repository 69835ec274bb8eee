// SPDX-License-Identifier: Apache-2.0
/// What went wrong with a data file, and where.
///
/// The description is one line: the path, the place in the file where there is one, and the reason. Control
/// characters in names and cells are escaped, so that it stays one line whatever the file holds.
public struct DataFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, as a program's exit status tells it apart (sysexits).
  public enum Category: Hashable, Sendable {
    /// An input does not exist or cannot be opened for reading (`EX_NOINPUT`, 66).
    case missingInput
    /// An output cannot be created: no such directory, no permission, a directory in its place (`EX_CANTCREAT`, 73).
    case cannotCreate
    /// Reading or writing failed on the way: a full disk, a device error (`EX_IOERR`, 74).
    case inputOutput
    /// The content is not what it has to be (`EX_DATAERR`, 65).
    case badData
  }

  /// A place inside a file.
  public enum Location: Hashable, Sendable, CustomStringConvertible {
    /// An element of an array, counted from 0 in row-major order.
    case element(Int)
    /// A data row of a table, counted from 1 without the header; the line of the file on which the row starts,
    /// counted from 1; and the name of the column, where one cell is meant.
    case row(Int, line: Int, column: String?)
    /// A line of the file, counted from 1, which belongs to no data row (the header).
    case line(Int)

    /// The place as an error message says it: `row 3 (line 4), column "age"`.
    public var description: String {
      switch self {
      case .element(let index): "element \(index)"
      case .row(let row, let line, nil): "row \(row) (line \(line))"
      case .row(let row, let line, let column?):
        "row \(row) (line \(line)), column \(quoted(column))"
      case .line(let line): "line \(line)"
      }
    }
  }

  /// The kind of failure.
  public let category: Category
  /// The file, as the caller named it.
  public let path: String
  /// The place in the file, where one can be named.
  public let location: Location?
  /// What was wrong, and where that helps what would be right.
  public let reason: String

  /// Makes an error about the file at `path`.
  public init(_ category: Category, path: String, at location: Location? = nil, reason: String) {
    self.category = category
    self.path = path
    self.location = location
    self.reason = reason
  }

  /// `PATH: PLACE: REASON` on one line.
  public var description: String {
    let place = location.map { "\($0): " } ?? ""
    return "\(escapingControlCharacters(path)): \(place)\(reason)"
  }
}

extension DataFileError {
  static let delimiterQuestion = "is the delimiter another?"

  /// Whether the delimiter may be another than was given or found out.
  package var asksForDelimiter: Bool { reason.hasSuffix(Self.delimiterQuestion) }
}

/// The text in double quotes, on one line, shortened where it is long. A quote or a backslash inside has a backslash before it.
package func quoted(_ text: some StringProtocol, limit: Int = 60) -> String {
  let shown = text.unicodeScalars.prefix(limit)
  let isWhole = shown.endIndex == text.unicodeScalars.endIndex
  let escaped = shown.map { scalar in
    scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : escapingControlCharacters("\(scalar)")
  }
  return "\"\(escaped.joined())\(isWhole ? "" : "…")\""
}

/// The text with every control character written as an escape, so that a message stays on one line and
/// cannot steer a terminal.
package func escapingControlCharacters(_ text: some StringProtocol) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: escaped += scalar.escaped(asASCII: true)
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
