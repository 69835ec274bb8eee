// SPDX-License-Identifier: Apache-2.0
package import _DataFiles
import _WorkerThreads

/// A table that is ready for a fit: features, targets and weights.
public struct TrainingTable: Sendable {
  /// The features of the rows.
  public let features: FeatureMatrix
  /// The target of each row, 0 or 1.
  public let targets: [Double]
  /// The weight of each row, if the table has a column of weights.
  public let weights: [Double]?
  /// The fold of each row, if the table has a column of folds.
  public let folds: Folds?
  /// The encoding of the columns as features.
  public let encoding: FeatureEncoding
  /// The target column, by its name.
  public let target: TargetColumn
  /// The names of the columns that are neither features nor the target, the weights or the folds.
  public let excludedColumns: [String]
  /// The columns with missing cells that were filled, with the numbers of these cells.
  public let filledColumns: [(name: String, count: Int)]
  /// Notices for the user, one line each: rows that were dropped, cells that were filled, labels
  /// that count as negative, columns that look like identifiers, leaks or misread numbers.
  public let notices: [String]
  /// The rows that were kept.
  let table: CSVTable

  /// Reads a CSV file.
  ///
  /// Each column becomes a feature, except the target, the weights, the folds and the excluded
  /// columns. A column can be named, or given by its number, counted from 1.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: The column of the targets.
  ///   - weights: The column of the weights; a row of weight 0 is ignored.
  ///   - folds: The column of the folds, of integers or texts. Each distinct value is a fold.
  ///   - excluded: Columns to ignore, such as an identifier. They may have missing cells.
  ///   - missing: What to do with a missing cell. A row without a target, a weight or a fold is an
  ///     error or is dropped.
  ///   - hasHeader: Whether the first row has the names of the columns. Otherwise the names are
  ///     `1`, `2`, `3` and so on.
  ///   - delimiter: The character between cells; nil means to detect a comma, semicolon or tab.
  /// - Throws: ``ClassificationError`` if the file cannot be read, or a cell or a column is not
  ///   valid.
  public init(
    contentsOf path: String, target: TargetColumn, weights: String? = nil, folds: String? = nil,
    excluding excluded: [String] = [], missing: FeatureEncoding.MissingPolicy = .error,
    hasHeader: Bool = true, delimiter: Character? = nil
  ) throws(ClassificationError) {
    let table = try CSVTable(path, hasHeader: hasHeader, delimiter: delimiter)
    try self.init(
      table, target: target, weights: weights, folds: folds, excluding: excluded,
      missing: missing)
  }

  /// Creates the features, targets and weights of a table. Columns of numbers without missing cells
  /// share the table's storage if all rows are kept. Rows of weight 0 are not.
  package init(
    _ table: CSVTable, target: TargetColumn, weights: String? = nil, folds: String? = nil,
    excluding excluded: [String] = [], missing: FeatureEncoding.MissingPolicy = .error,
    rare: FeatureEncoding.RarePolicy = .error
  ) throws(ClassificationError) {
    let targetIndex = try table.index(of: target.name)
    let weightIndex: Int? = if let weights { try table.index(of: weights) } else { nil }
    let foldIndex: Int? = if let folds { try table.index(of: folds) } else { nil }
    if targetIndex == weightIndex { throw .targetIsWeights(target.name) }
    if targetIndex == foldIndex { throw .targetIsWeights(target.name, "the target and the folds") }
    if let weights, weightIndex == foldIndex {
      throw .targetIsWeights(weights, "the weights and the folds")
    }
    let labelIndices = [targetIndex, weightIndex, foldIndex].compactMap { $0 }
    var ignored = try rethrowingFileErrors { () throws(DataFileError) in
      try table.header.indices(ofList: excluded)
    }
    ignored.subtract(labelIndices)
    guard table.rowCount > 0 else { throw .noRows }
    var notices: [String] = []
    for (index, column) in table.columns.enumerated()
    where column.name.isEmpty && column.missingCount == table.rowCount && !ignored.contains(index) {
      ignored.insert(index)
      notices.append("left out column \(index + 1), which has neither a name nor values")
    }
    let used = table.columns.indices.filter { !ignored.contains($0) }
    excludedColumns = ignored.sorted().map { table.columns[$0].name }
    var known: [String: Int] = [:]
    for index in used {
      let name = table.columns[index].name
      if let other = known.updateValue(index, forKey: name) {
        throw .duplicateColumn(name, (other + 1, index + 1))
      }
    }

    let rows = try table.locating { () throws(ClassificationError) in
      try Self.keptRows(table, used, labelIndices, weight: weightIndex, missing, &notices)
    }
    let table = rows.map { table.selecting($0, columns: Set(used)) } ?? table
    self.table = table
    let targetColumn = table.columns[targetIndex]
    self.target = target.learning(targetColumn)
    notices += [self.target.negativeNotice(targetColumn)].compactMap { $0 }
    let means = WorkerThreads.map(table.columns, threads: WorkerThreads.processorCount) {
      Self.mean($0.values)
    }
    var columns: [(source: CSVTable.Column, encoding: FeatureEncoding.Column)] = []
    var filled: [CSVTable.Column] = []
    var wide: [(name: String, count: Int, cell: TextCell)] = []
    for index in used where !labelIndices.contains(index) {
      let column = table.columns[index]
      if let position = column.firstMissing {
        guard missing == .mean else {
          throw table.missing(position, column: index, .missingTrainingFeature)
        }
        filled.append(column)
      }
      var encoding = FeatureEncoding.Column(name: column.name, content: .number(fill: 0))
      switch column.values {
      case .numbers, .borrowed:
        encoding = FeatureEncoding.Column(name: column.name, content: .number(fill: means[index]))
      case .categories(let codes, let labels):
        if labels.count > FeatureEncoding.categoryLimit && rare == .error {
          let cell = TextCell(codes: codes, labels: labels, in: table)
          wide.append((column.name, labels.count, cell))
        }
        encoding = FeatureEncoding.Column(name: column.name, codes: codes, labels: labels)
      }
      let same = table.header.names.indices.filter { table.header.names[$0] == column.name }
      if same.count > 1 { encoding.occurrence = same.firstIndex(of: index).map { $0 + 1 } }
      columns.append((column, encoding))
    }
    if !wide.isEmpty { throw .tooManyCategories(wide) }
    let encoding = FeatureEncoding(columns: columns.map(\.encoding), missing: missing)
    self.encoding = encoding

    (features, targets, self.weights, self.folds) = try table.locating {
      () throws(ClassificationError) in
      var features: [FeatureMatrix.Column] = []
      for column in columns {
        features += try column.encoding.features(column.source, unseen: .zero)
      }
      guard !features.isEmpty else { throw .noFeatures }
      return (
        FeatureMatrix(rowCount: table.rowCount, columns: features, names: encoding.featureNames),
        try target.targets(targetColumn),
        try weightIndex.map { (index) throws(ClassificationError) in
          try Self.weights(table.columns[index])
        },
        try foldIndex.map { (index) throws(ClassificationError) in
          try Folds(table.columns[index])
        }
      )
    }
    // Rows of weight 0 are gone, so a fit could not say that they are the reason.
    if rows != nil, weightIndex != nil, let first = targets.first,
      targets.allSatisfy({ $0 == first })
    {
      throw .oneClass(positive: first == 1, isWeighted: true)
    }
    filledColumns = filled.map { ($0.name, $0.missingCount) }
    notices += Self.fillNotices(filled)
    let doubts = ColumnDoubts(targets: targets, rare: rare)
    notices += used.filter { !labelIndices.contains($0) }.compactMap {
      doubts.notice(aboutColumn: $0, of: table)
    }
    self.notices = notices
  }

  /// The error with the row and the line of the file instead of the row of the features.
  func located(_ error: ClassificationError) -> ClassificationError { table.located(error) }

  /// The rows that take part, counted from 0; nil if all do.
  private static func keptRows(
    _ table: CSVTable, _ used: [Int], _ labels: [Int], weight: Int?,
    _ missing: FeatureEncoding.MissingPolicy, _ notices: inout [String]
  ) throws(ClassificationError) -> [Int]? {
    let weights: [Double]? = if let weight { try Self.weights(table.columns[weight]) } else { nil }
    if missing == .error {
      for index in [weight].compactMap({ $0 }) + labels where table.columns[index].missingCount > 0
      {
        let row = (0..<table.rowCount).first {
          weights?[$0] != 0 && table.columns[index].isMissing($0)
        }
        guard let row else { continue }
        throw table.missing(table.position(ofRow: row), column: index, .missingTrainingLabel)
      }
    }
    let checked = (missing == .drop ? used : labels)
      .filter { table.columns[$0].missingCount > 0 }
    guard !checked.isEmpty || weights?.contains(0) == true else { return nil }
    var dropped = 0
    let rows = (0..<table.rowCount).filter { row in
      if weights?[row] == 0 { return false }
      let isMissing = checked.contains { table.columns[$0].isMissing(row) }
      if isMissing { dropped += 1 }
      return !isMissing
    }
    guard !rows.isEmpty else { throw dropped > 0 ? .allRowsDropped : .noRows }
    if dropped > 0 {
      let roles = ["target"] + (weight == nil ? [] : ["weight"])
      let needed = roles + (labels.count > roles.count ? ["fold"] : [])
      let cell = missing == .drop ? "a cell" : "the " + needed.joined(separator: " or ")
      notices.append("dropped \(dropped) of \(table.rowCount) rows because \(cell) was missing")
    }
    return rows
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

  /// The mean of a column's numbers; 0 for labels.
  private static func mean(_ values: CSVTable.Values) -> Double {
    switch values {
    case .numbers(let numbers): mean(numbers)
    case .borrowed(let numbers): mean(numbers)
    case .categories: 0
    }
  }

  /// The mean of the numbers that are not missing.
  private static func mean(_ numbers: some Sequence<Double>) -> Double {
    // Subtracting the first number makes the mean of equal numbers exact.
    var center: Double?
    var sum = 0.0
    var count = 0.0
    for number in numbers where !number.isNaN {
      let origin = center ?? number
      center = origin
      sum += number - origin
      count += 1
    }
    guard let center, sum.isFinite else { return 0 }
    return center + sum / count
  }

  /// The weights in a column; NaN if the cell is missing.
  static func weights(_ column: CSVTable.Column) throws(ClassificationError) -> [Double] {
    func checked(_ numbers: [Double]) throws(ClassificationError) -> [Double] {
      if let row = numbers.firstIndex(where: { $0 < 0 || $0.isInfinite }) {
        throw .invalidWeight(numbers[row].formatted(6), row: row + 1, column: column.name)
      }
      return numbers
    }
    switch column.values {
    case .numbers(let numbers): return try checked(numbers)
    case .borrowed(let numbers): return try checked(Array(numbers))
    case .categories(let codes, let labels):
      throw .textWeights(TextCell(codes: codes, labels: labels), column: column.name)
    }
  }
}

extension CSVTable {
  /// Reads a table for a public method, whose signature has no type of the internal file reader.
  init(
    _ path: String, hasHeader: Bool, delimiter: Character?, textColumns: Set<String> = [],
    like other: CSVFormat = CSVFormat()
  ) throws(ClassificationError) {
    var format = other
    format.delimiter = delimiter.flatMap(CSVFormat.Delimiter.init)
    format.hasHeader = hasHeader
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
