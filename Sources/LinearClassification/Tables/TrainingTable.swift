// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// A table that is ready for a fit: features, targets and weights.
public struct TrainingTable: Sendable {
  /// The features of the rows.
  public let features: FeatureMatrix
  /// The target of each row, 0 or 1.
  public let targets: [Double]
  /// The weight of each row, if the table has a column of weights.
  public let weights: [Double]?
  /// The encoding of the columns as features.
  public let encoding: FeatureEncoding
  /// The target column, by its name.
  public let target: TargetColumn
  /// Notices for the user, one line each: rows that were dropped, cells that were filled, columns
  /// of text that look like numbers.
  public let notices: [String]
  /// Whether the table has a header.
  let hasHeader: Bool
  /// The rows that were kept, counted from 0; nil if all were.
  private let keptRows: [Int]?

  /// Reads a CSV file.
  ///
  /// Each column becomes a feature, except the target, the weights and the excluded columns. A
  /// column can be named, or given by its number, counted from 1.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: The column of the targets.
  ///   - weights: The column of the weights; a row of weight 0 is ignored.
  ///   - excluded: Columns to ignore, such as an identifier. They may have missing cells.
  ///   - missing: What to do with a missing cell. A missing target or weight is an error unless
  ///     rows are dropped.
  ///   - hasHeader: Whether the first row has the names of the columns. Otherwise the names are
  ///     `1`, `2`, `3` and so on.
  ///   - delimiter: The character between cells; nil means to detect a comma, semicolon or tab.
  /// - Throws: ``ClassificationError`` if the file cannot be read, or a cell or a column is not
  ///   valid.
  public init(
    contentsOf path: String, target: TargetColumn, weights: String? = nil,
    excluding excluded: [String] = [], missing: FeatureEncoding.MissingPolicy = .error,
    hasHeader: Bool = true, delimiter: Character? = nil
  ) throws(ClassificationError) {
    let table = try CSVTable(path, hasHeader: hasHeader, delimiter: delimiter)
    try self.init(
      table, target: target, weights: weights, excluding: excluded, missing: missing,
      hasHeader: hasHeader)
  }

  /// Creates the features, targets and weights of a table. Columns of numbers without missing cells
  /// share the table's storage.
  package init(
    _ table: CSVTable, target: TargetColumn, weights: String? = nil,
    excluding excluded: [String] = [], missing: FeatureEncoding.MissingPolicy = .error,
    hasHeader: Bool = true
  ) throws(ClassificationError) {
    let targetIndex = try table.index(of: target.name)
    let weightIndex: Int? = if let weights { try table.index(of: weights) } else { nil }
    if targetIndex == weightIndex { throw .targetIsWeights(target.name) }
    var ignored: Set<Int> = []
    for name in excluded { ignored.insert(try table.index(of: name)) }
    ignored.subtract([targetIndex, weightIndex].compactMap { $0 })
    var names: Set<String> = []
    for name in table.header.names where !names.insert(name).inserted {
      throw .duplicateColumn(name)
    }
    guard table.rowCount > 0 else { throw .noRows }

    var kept: [Int]?
    if missing == .drop { kept = Self.completeRows(table, ignoring: ignored) }
    if let kept, kept.isEmpty { throw .allRowsDropped }
    var notices: [String] = []
    if let kept {
      let dropped = table.rowCount - kept.count
      notices.append("dropped \(dropped) of \(table.rowCount) rows because a cell was missing")
    }
    let weightValues: [Double]? =
      if let weightIndex { try Self.weights(table.columns[weightIndex]) } else { nil }
    var columns: [(source: CSVTable.Column, encoding: FeatureEncoding.Column)] = []
    var filled: [CSVTable.Column] = []
    for (index, column) in table.columns.enumerated() where !ignored.contains(index) {
      let isFeature = index != targetIndex && index != weightIndex
      if let position = column.firstMissing, missing != .drop {
        guard missing == .mean, isFeature else {
          throw table.missing(
            position, column: index, isFeature ? .missingTrainingFeature : .missingTrainingLabel)
        }
        filled.append(column)
      }
      if isFeature {
        let content = try Self.content(column, rows: kept, weights: weightValues)
        columns.append((column, FeatureEncoding.Column(name: column.name, content: content)))
      }
    }
    notices += Self.fillNotices(filled) + columns.compactMap(\.source.textNotice)
    let encoding = FeatureEncoding(columns: columns.map(\.encoding), missing: missing)
    self.encoding = encoding
    self.target = TargetColumn(name: table.columns[targetIndex].name, positive: target.positive)
    self.notices = notices
    self.hasHeader = hasHeader

    var features: [FeatureMatrix.Column] = []
    for column in columns {
      features += try column.encoding.features(column.source, unseen: .zero)
    }
    guard !features.isEmpty else { throw .noFeatures }
    let matrix = FeatureMatrix(
      rowCount: table.rowCount, columns: features, names: encoding.featureNames)
    let targets = try self.target.targets(table.columns[targetIndex])
    self.features = kept.map(matrix.rows) ?? matrix
    self.targets = kept.map { rows in rows.map { targets[$0] } } ?? targets
    self.weights = weightValues.map { values in
      kept.map { rows in rows.map { values[$0] } } ?? values
    }
    keptRows = kept
  }

  /// The error with the row of the table instead of the row of the features.
  func located(_ error: ClassificationError) -> ClassificationError {
    guard let keptRows, error.code == .invalidFeature, let row = error.row else { return error }
    var located = error
    located.row = keptRows[row - 1] + 1
    return located
  }

  /// A line for each column with filled cells, or one line for all if there are many.
  private static func fillNotices(_ columns: [CSVTable.Column]) -> [String] {
    guard columns.count > 5 else {
      return columns.map { column in
        let cells = column.missingCount == 1 ? "cell" : "cells"
        return "filled \(column.missingCount) missing \(cells) of column \(quoted(column.name))"
      }
    }
    let count = columns.reduce(0) { $0 + $1.missingCount }
    let shown = columns.prefix(10).map { quoted($0.name) }.joined(separator: ", ")
    let hidden = columns.count > 10 ? " and \(columns.count - 10) more" : ""
    return ["filled \(count) missing cells of \(columns.count) columns: \(shown)\(hidden)"]
  }

  /// The rows without a missing cell, counted from 0; nil if no cell is missing.
  private static func completeRows(_ table: CSVTable, ignoring ignored: Set<Int>) -> [Int]? {
    let incomplete = table.columns.indices
      .filter { !ignored.contains($0) && table.columns[$0].missingCount > 0 }
      .map { table.columns[$0] }
    if incomplete.isEmpty { return nil }
    return (0..<table.rowCount).filter { row in
      incomplete.allSatisfy { column in
        switch column.values {
        case .numbers(let numbers): !numbers[row].isNaN
        case .categories(let codes, _): codes[row] >= 0
        }
      }
    }
  }

  /// The content of a column in the rows that are kept, and the replacement of a missing cell,
  /// which depends only on rows of weight above 0.
  private static func content(
    _ column: CSVTable.Column, rows: [Int]?, weights: [Double]?
  ) throws(ClassificationError) -> FeatureEncoding.Column.Content {
    switch column.values {
    case .numbers(let numbers):
      // Subtracting the first number makes the mean of equal numbers exact.
      var center: Double?
      var sum = 0.0
      var count = 0.0
      for (row, number) in numbers.enumerated() where !number.isNaN && weights?[row] != 0 {
        let origin = center ?? number
        center = origin
        sum += number - origin
        count += 1
      }
      guard let center, sum.isFinite else { return .number(fill: 0) }
      return .number(fill: center + sum / count)
    case .categories(let codes, let labels):
      var counts = [Int](repeating: 0, count: labels.count)
      if let rows {
        for row in rows { counts[Int(codes[row])] += 1 }
      } else {
        for code in codes where code >= 0 { counts[Int(code)] += 1 }
      }
      // A label that occurs only in dropped rows is not part of the model.
      let used = labels.indices.filter { counts[$0] > 0 }
      guard used.count <= FeatureEncoding.categoryLimit else {
        throw .tooManyCategories(
          used.count, cell: TextCell(codes: codes, labels: labels), column: column.name)
      }
      if let weights {
        for (row, code) in codes.enumerated() where code >= 0 && weights[row] == 0 {
          counts[Int(code)] -= 1
        }
      }
      let frequent = used.max { (counts[$0], $1) < (counts[$1], $0) }
      return .categories(used.map { labels[$0] }, fill: frequent.map { labels[$0] } ?? "")
    }
  }

  /// The weights in a column; NaN if the cell is missing.
  static func weights(_ column: CSVTable.Column) throws(ClassificationError) -> [Double] {
    switch column.values {
    case .numbers(let numbers):
      if let row = numbers.firstIndex(where: { $0 < 0 || $0.isInfinite }) {
        throw .invalidWeight(numbers[row].formatted(6), row: row + 1, column: column.name)
      }
      return numbers
    case .categories(let codes, let labels):
      throw .textWeights(TextCell(codes: codes, labels: labels), column: column.name)
    }
  }
}

extension CSVTable {
  /// Reads a table for a public method, whose signature has no type of the internal file reader.
  init(
    _ path: String, hasHeader: Bool, delimiter: Character?, textColumns: Set<String> = []
  ) throws(ClassificationError) {
    let format = CSVFormat(
      delimiter: delimiter.flatMap(CSVFormat.Delimiter.init), hasHeader: hasHeader)
    if let delimiter, format.delimiter == nil {
      throw .invalidSetting(
        name: "the delimiter", value: quoted("\(delimiter)"),
        expected: "an ASCII character that no number contains")
    }
    self = try rethrowingFileErrors { () throws(DataFileError) in
      try CSVTable(contentsOf: path, format: format, textColumns: textColumns)
    }
  }
}
