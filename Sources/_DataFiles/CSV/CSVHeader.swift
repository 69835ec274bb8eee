// SPDX-License-Identifier: Apache-2.0
/// The names of the columns of a table.
public struct CSVHeader: Sendable {
  /// The names from left to right, or `1`, `2`, `3` and so on for a table without a header.
  public let names: [String]
  let path: String
  /// An error about the first name that is not UTF-8. Thrown when a whole table is read or a lookup
  /// fails; ignored when another column is read.
  let encodingError: DataFileError?
  /// The first and, if there is one, the second column of each name.
  private let columns: [String: (first: Int, second: Int?)]

  init(names: [String], path: String, encodingError: DataFileError? = nil) {
    self.names = names
    self.path = path
    self.encodingError = encodingError
    columns = Dictionary(names.enumerated().map { ($1, ($0, nil)) }) { known, other in
      (known.first, known.second ?? other.first)
    }
  }

  /// Finds a column by its name or, if no column has that name, by its number from 1.
  ///
  /// In a table with the header `2,1`, the column `1` is the second.
  ///
  /// - Throws: A `DataFileError`: there is no such column (the error lists the columns, or says
  ///   that a name is not UTF-8), or several columns have the name.
  public func index(of column: String) throws(DataFileError) -> Int {
    if columns[column] == nil, let number = Int(column), (1..<names.count + 1).contains(number) {
      return number - 1
    }
    return try index(named: column)
  }

  /// Finds a column by its name.
  ///
  /// - Throws: As `index(of:)`.
  public func index(named column: String) throws(DataFileError) -> Int {
    switch columns[column] {
    case (let first, let second?)?:
      throw bad(
        "columns \(first + 1) and \(second + 1) are both named \(quoted(column)); "
          + "give the column by its number")
    case (let first, nil)?: return first
    case nil: break
    }
    if let encodingError { throw encodingError }
    let shown = names.prefix(20).map { quoted($0) }.joined(separator: ", ")
    let hidden = names.count > 20 ? " and \(names.count - 20) more" : ""
    throw bad("there is no column \(quoted(column)); the columns are \(shown)\(hidden)")
  }

  private func bad(_ reason: String) -> DataFileError {
    DataFileError(.badData, path: path, reason: reason)
  }
}
