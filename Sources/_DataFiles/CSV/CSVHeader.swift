// SPDX-License-Identifier: Apache-2.0
/// The names of the columns of a table.
public struct CSVHeader: Sendable {
  /// The names from left to right, or `1`, `2`, `3` and so on for a table without a header.
  public let names: [String]
  let path: String
  /// An error about the first name that is not UTF-8. Thrown when a whole table is read or a lookup
  /// fails; ignored when another column is read.
  let encodingError: DataFileError?
  /// What was assumed about the first row, if it may have been read wrongly.
  public let doubt: Doubt?
  /// Whether the names are those of the first row, not numbers that count the columns.
  public let isRow: Bool
  /// Whether the names are 0, 1, 2 and so on, which data frames get that have no names.
  private let isNumbered: Bool
  /// The first and, if there is one, the second column of each name.
  private let columns: [String: (first: Int, second: Int?)]

  /// An assumption about the first row.
  public enum Doubt: Hashable, Sendable {
    /// It was read as the header although a cell of it is a number.
    case headerWithNumber(String)
    /// It was read as the header because it is 0, 1, 2 and so on.
    case numberedHeader
    /// It was read as data, although 0 is also the header of a data frame of one column.
    case zeroAsData
  }

  init(
    names: [String], path: String, encodingError: DataFileError? = nil, doubt: Doubt? = nil,
    isNumbered: Bool = false, isRow: Bool = true
  ) {
    self.names = names
    self.path = path
    self.encodingError = encodingError
    self.doubt = doubt
    self.isNumbered = isNumbered
    self.isRow = isRow
    columns = Dictionary(names.enumerated().map { ($1, ($0, nil)) }) { known, other in
      (known.first, known.second ?? other.first)
    }
  }

  /// Finds a column by its name or, if no column has that name, by its number from 1.
  ///
  /// In a table with the header `2,1`, the column `1` is the second. The header `0,1`, which a data
  /// frame without names gets, names nothing: the column `1` is the first.
  ///
  /// - Throws: A `DataFileError`: there is no such column (the error lists the columns, or says
  ///   that a name is not UTF-8), or several columns have the name.
  public func index(of column: String) throws(DataFileError) -> Int {
    if isNumbered || columns[column] == nil, let number = Int(column) {
      if (1..<names.count + 1).contains(number) { return number - 1 }
      if isNumbered {
        throw bad("columns are counted from 1; there is no column \(number) of \(names.count)")
      }
    }
    return try index(named: column)
  }

  /// The columns that are given by their names or numbers. An element that is no column is a list
  /// separated by commas. A name may be that of several columns.
  package func indices(ofList elements: [String]) throws(DataFileError) -> Set<Int> {
    var indices: Set<Int> = []
    for element in elements {
      let isColumn = columns[element] != nil || !element.contains(",")
      for part in isColumn ? [element] : element.split(separator: ",").map(String.init) {
        if let column = columns[part], column.second != nil {
          indices.formUnion(names.indices.filter { names[$0] == part })
        } else {
          indices.insert(try index(of: part))
        }
      }
    }
    return indices
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
    // With a wrong delimiter all names are one.
    let isOneColumn = names.count == 1 && names[0].contains(column)
    throw bad(
      "there is no column \(quoted(column)); "
        + (isOneColumn
          ? "the only column is \(shown); does the file use a different delimiter?"
          : "the columns are \(shown)\(hidden)"),
      mayHaveWrongDelimiter: isOneColumn)
  }

  /// Finds the nth column of a name, counted from 1; without a number, the only one.
  package func index(named column: String, occurrence: Int?) throws(DataFileError) -> Int {
    guard let occurrence else { return try index(named: column) }
    let same = names.indices.filter { names[$0] == column }
    guard occurrence <= same.count else {
      throw bad("there are \(same.count) columns \(quoted(column)), not \(occurrence)")
    }
    return same[occurrence - 1]
  }

  private func bad(_ reason: String, mayHaveWrongDelimiter: Bool = false) -> DataFileError {
    DataFileError(
      .badData, path: path, mayHaveWrongDelimiter: mayHaveWrongDelimiter, reason: reason)
  }
}
