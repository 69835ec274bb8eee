// SPDX-License-Identifier: Apache-2.0
public import _DataFiles

/// A table made ready for learning.
public struct TrainingTable: Sendable {
  /// The features of the rows that are used.
  public let features: FeatureMatrix
  /// 0 or 1 for each of these rows.
  public let targets: [Double]
  /// The weight of each, where there is a column for it.
  public let weights: [Double]?
  /// How the features were made of the columns.
  public let encoding: FeatureEncoding
  /// Where the targets come from.
  public let target: TargetColumn
  /// What the user should know, a line each: rows that were dropped, cells that were filled.
  public let notices: [String]
  /// The rows that are used, counted from 0; nil for all.
  private let usedRows: [Int]?

  /// Takes a table apart: one column is the target, one may be the weights, all others become features.
  ///
  /// Columns of numbers share the table's storage unless cells are missing, so that nothing large is copied.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - target: the column and its positive label. Read the table with the target among its `textColumns` if the label has to be
  ///     found exactly as it is written; otherwise labels that are numbers are compared as numbers.
  ///   - weights: the name of the column of weights.
  ///   - excluded: the names of columns that are neither, and shall not become features: an identifier, say. Missing cells in them do not
  ///     matter.
  ///   - missing: what is done where a cell is missing. A missing target or weight is an error unless rows are dropped.
  /// - Throws: `ClassificationError`, with the name of the column and the number of the row.
  public init(
    _ table: CSVTable, target: TargetColumn, weights: String? = nil,
    excluding excluded: [String] = [],
    missing: FeatureEncoding.MissingPolicy = .error
  ) throws(ClassificationError) {
    let targetIndex = try table.index(of: target.name)
    let weightIndex: Int? = if let weights { try table.index(of: weights) } else { nil }
    if targetIndex == weightIndex { throw .table(.targetIsWeights(target.name)) }
    var ignored: Set<Int> = []
    for name in excluded { ignored.insert(try table.index(of: name)) }
    ignored.subtract([targetIndex, weightIndex].compactMap { $0 })
    for (index, name) in table.header.names.enumerated()
    where table.header.names[..<index].contains(name) { throw .table(.duplicateColumn(name)) }
    guard table.rowCount > 0 else { throw .noRows }

    var keep: [Int]?
    if missing == .drop { keep = Self.completeRows(table, ignoring: ignored) }
    if let keep, keep.isEmpty { throw .table(.allRowsDropped) }
    var notices: [String] = []
    if let keep {
      notices.append(
        "dropped \(table.rowCount - keep.count) of \(table.rowCount) rows because a cell was missing"
      )
    }
    let weightValues: [Double]? =
      if let weightIndex { try Self.weights(table.columns[weightIndex]) } else { nil }
    var columns: [FeatureEncoding.Column] = []
    var filled: [CSVTable.Column] = []
    var textNotices: [String] = []
    for (index, column) in table.columns.enumerated() where !ignored.contains(index) {
      if let position = column.firstMissing, missing != .drop {
        let isFeature = index != targetIndex && index != weightIndex
        guard missing == .mean, isFeature else {
          throw table.missing(
            position, column: index, isFeature ? .trainingFeature : .trainingLabel)
        }
        filled.append(column)
      }
      if index == targetIndex || index == weightIndex { continue }
      if let notice = column.textNotice { textNotices.append(notice) }
      columns.append(
        FeatureEncoding.Column(
          name: column.name, content: try Self.content(column, rows: keep, weights: weightValues)))
    }
    notices += Self.fillNotices(filled) + textNotices
    let encoding = FeatureEncoding(columns: columns, missing: missing)
    self.encoding = encoding
    self.target = TargetColumn(name: table.columns[targetIndex].name, positive: target.positive)
    self.notices = notices

    var features: [FeatureMatrix.Column] = []
    for column in columns {
      let source = table.columns[try table.index(of: column.name)]
      features += try column.features(source, unseen: .zero)
    }
    guard !features.isEmpty else { throw .noFeatures }
    let matrix = FeatureMatrix(
      rowCount: table.rowCount, columns: features, names: encoding.featureNames)
    let targets = try self.target.targets(table.columns[targetIndex])
    self.features = keep.map(matrix.rows) ?? matrix
    self.targets = keep.map { rows in rows.map { targets[$0] } } ?? targets
    self.weights = weightValues.map { values in
      keep.map { rows in rows.map { values[$0] } } ?? values
    }
    usedRows = keep
  }

  /// The error with the row as the table counts it, where it names one of the rows that are used.
  func located(_ error: ClassificationError) -> ClassificationError {
    guard let usedRows, case .invalidFeature(let value, let row, let feature) = error else {
      return error
    }
    return .invalidFeature(value: value, row: usedRows[row - 1] + 1, feature: feature)
  }

  /// A line for each column of which cells were filled, or one for all where they are many.
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

  /// The rows, counted from 0, without a missing cell; nil where none is missing.
  private static func completeRows(_ table: CSVTable, ignoring ignored: Set<Int>) -> [Int]? {
    let holed = table.columns.indices.filter {
      !ignored.contains($0) && table.columns[$0].missingCount > 0
    }
    .map { table.columns[$0] }
    if holed.isEmpty { return nil }
    return (0..<table.rowCount).filter { row in
      holed.allSatisfy { column in
        switch column.values {
        case .numbers(let numbers): !numbers[row].isNaN
        case .categories(let codes, _): codes[row] >= 0
        }
      }
    }
  }

  /// What the column holds in the rows that are used, and what stands for a missing cell: for that rows of weight 0 do not count, as
  /// anywhere else.
  private static func content(
    _ column: CSVTable.Column, rows: [Int]?, weights: [Double]?
  ) throws(ClassificationError) -> FeatureEncoding.Column.Content {
    switch column.values {
    case .numbers(let numbers):
      // Distances from one of the numbers, so that filling a constant column leaves it constant.
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
      // A label of dropped rows only is unknown to the model.
      let used = labels.indices.filter { counts[$0] > 0 }
      guard used.count <= FeatureEncoding.categoryLimit else {
        throw .table(
          .tooManyCategories(
            column: column.name, text: TextCell(codes: codes, labels: labels), count: used.count,
            limit: FeatureEncoding.categoryLimit))
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

  /// The weights in a column; NaN where the cell is missing.
  static func weights(_ column: CSVTable.Column) throws(ClassificationError) -> [Double] {
    switch column.values {
    case .numbers(let numbers):
      if let row = numbers.firstIndex(where: { $0 < 0 || $0.isInfinite }) {
        throw .table(
          .invalidWeight(column: column.name, value: numbers[row].formatted(6), row: row + 1))
      }
      return numbers
    case .categories(let codes, let labels):
      let text = TextCell(codes: codes, labels: labels)
      throw .table(.textWeights(column: column.name, label: text.label, row: text.row))
    }
  }
}

extension CSVTable {
  /// The index of the column with a name, or else a number.
  func index(of name: String) throws(ClassificationError) -> Int {
    do { return try header.index(of: name) } catch { throw .file(error) }
  }
}
