// SPDX-License-Identifier: Apache-2.0
/// The names of the columns of a table.
public struct CSVHeader: Hashable, Sendable {
  /// The names from left to right, as the header has them, or `1`, `2`, `3` … for a table without one.
  public let names: [String]
  let path: String
  /// What is wrong where a name is not UTF-8, and is shown with replacement characters. It matters to a table, whose columns are all used, and
  /// to one who looks for such a name, but not to a reader of another column.
  let encodingError: DataFileError?

  init(names: [String], path: String, encodingError: DataFileError? = nil) {
    self.names = names
    self.path = path
    self.encodingError = encodingError
  }

  /// Finds a column by its name, or else by its number, counted from 1.
  ///
  /// A name wins over a number: in a table with the header `2,1`, the column `1` is the second.
  ///
  /// - Throws: A `DataFileError` for a column that is not there, which lists those that are (or says that their names cannot be read), and for a
  ///   name that two columns have.
  public func index(of column: String) throws(DataFileError) -> Int {
    if !names.contains(column), let number = Int(column), names.indices.contains(number - 1) {
      return number - 1
    }
    return try index(named: column)
  }

  /// Finds a column by its name alone.
  ///
  /// - Throws: As `index(of:)`.
  public func index(named column: String) throws(DataFileError) -> Int {
    if let index = names.firstIndex(of: column) {
      if let second = names[(index + 1)...].firstIndex(of: column) {
        throw bad(
          "the name \(quoted(column)) belongs to several columns, the first of them \(index + 1) and \(second + 1); name one by its number"
        )
      }
      return index
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
