// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

extension Classifier {
  /// The kind of probability.
  public enum Probabilities: String, CaseIterable, Codable, Sendable {
    /// σ(x - log q): probabilities for the data; see ``LogisticModel/calibratedLogits(_:)``.
    case calibrated
    /// σ(x): probabilities for data in which positives are q times as frequent.
    case raw
  }

  /// The predictions for rows.
  public struct Predictions: Sendable {
    /// The log odds of each row.
    public let logits: [Double]
    /// The probability that each row is positive, σ of its log odds.
    public let probabilities: [Double]
    /// A row with at least this probability is predicted positive.
    public let threshold: Double

    /// Whether a row, counted from 0, is predicted positive.
    public func isPositive(_ row: Int) -> Bool { probabilities[row] >= threshold }

    /// The metrics of the predictions, from the labels of the rows.
    public func evaluation(of labels: Labels) throws(ClassificationError) -> Evaluation {
      try Evaluation(
        logits: logits, targets: labels.targets, weights: labels.weights, threshold: threshold)
    }
  }

  /// The known targets of rows.
  public struct Labels: Sendable {
    /// 0 or 1 for each row.
    public let targets: [Double]
    /// The weight of each row; nil means 1 each.
    public let weights: [Double]?
    /// Notices for the user, one line each.
    package var notices: [String] = []

    /// Labels with the given targets and weights.
    public init(targets: [Double], weights: [Double]? = nil) {
      self.targets = targets
      self.weights = weights
    }

    /// The rows of weight above 0, counted from 0; nil if all are.
    package var rows: [Int]? {
      guard let weights, weights.contains(0) else { return nil }
      return weights.indices.filter { weights[$0] > 0 }
    }

    /// The labels of some of the rows.
    package func selecting(_ rows: [Int]) -> Labels {
      Labels(
        targets: rows.map { targets[$0] }, weights: weights.map { all in rows.map { all[$0] } })
    }

    /// The number of rows of weight above 0.
    public var rowCount: Int { count { _ in true } }
    /// The number of positive rows among them.
    public var positiveCount: Int { count { $0 == 1 } }

    private func count(where matches: (Double) -> Bool) -> Int {
      guard let weights else { return targets.count(where: matches) }
      return zip(targets, weights).count { target, weight in weight > 0 && matches(target) }
    }
  }

  /// The default threshold: ``threshold`` for calibrated probabilities, or without it 1 / (1 + q);
  /// and for raw probabilities the one that gives the same decisions, which is 1/2 without it.
  public func defaultThreshold(for probabilities: Probabilities) -> Double {
    switch probabilities {
    case .calibrated:
      threshold ?? LogisticModel.equivalentThreshold(positiveWeight: model.positiveWeight)
    case .raw: threshold.map(model.rawThreshold) ?? 0.5
    }
  }

  /// Predicts the rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: The features of the model, from ``features(contentsOf:delimiter:unseen:)`` or a
  ///     matrix.
  ///   - probabilities: The kind of probability.
  ///   - threshold: A number in [0, 1]; by default ``defaultThreshold(for:)``.
  ///   - threads: The maximum number of threads; nil means all processors.
  /// - Throws: ``ClassificationError`` if the number of features differs, a feature is not finite,
  ///   or the threshold or the number of threads is out of range.
  public func predictions(
    for features: FeatureMatrix, _ probabilities: Probabilities = .calibrated,
    threshold: Double? = nil, threads: Int? = nil
  ) throws(ClassificationError) -> Predictions {
    let threshold = threshold ?? defaultThreshold(for: probabilities)
    try Self.check(threshold: threshold, threads: threads)
    let raw = try model.logits(features, threads: threads)
    let logits = probabilities == .raw ? raw : model.calibratedLogits(raw)
    return Predictions(
      logits: logits, probabilities: LogisticModel.probabilities(logits), threshold: threshold)
  }

  /// Throws an error if a setting of a prediction is out of range. Call it before reading data.
  package static func check(threshold: Double?, threads: Int?) throws(ClassificationError) {
    if let threshold, !(threshold >= 0 && threshold <= 1) {
      throw .invalidSetting(
        name: "the threshold", value: threshold, expected: "in [0, 1]", isShare: true)
    }
    if let threads, threads < 1 {
      throw .invalidSetting(name: "the number of threads", value: threads, expected: "at least 1")
    }
  }

  /// Reads the features of the rows to predict from a CSV file. Columns are found by their names,
  /// in any order; other columns are ignored.
  ///
  /// - Parameters:
  ///   - path: The file. It has a header if the training table had one.
  ///   - delimiter: The character between cells; nil means to detect a comma, semicolon or tab.
  ///   - unseen: What to do with a label that did not occur in training.
  /// - Throws: ``ClassificationError`` if the file cannot be read, a column of the model is
  ///   missing, or a cell is not valid.
  public func features(
    contentsOf path: String, delimiter: Character? = nil,
    unseen: FeatureEncoding.UnseenPolicy = .error
  ) throws(ClassificationError) -> FeatureMatrix {
    let table = try CSVTable(
      path, hasHeader: hasHeader, delimiter: delimiter, textColumns: encoding.textColumns,
      like: format)
    return try encoding.features(table, unseen: unseen)
  }

  /// Reads the labels of the rows to evaluate from a CSV file. All rows may be negative.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: The target column; by default that of the training table.
  ///   - weights: The column of the weights.
  ///   - delimiter: The character between cells; nil means to detect a comma, semicolon or tab.
  /// - Throws: ``ClassificationError`` if the file cannot be read, a column does not exist, or a
  ///   cell is missing or not valid.
  public func labels(
    contentsOf path: String, target: TargetColumn? = nil, weights: String? = nil,
    delimiter: Character? = nil
  ) throws(ClassificationError) -> Labels {
    try labels(
      CSVTable(path, hasHeader: hasHeader, delimiter: delimiter, like: format), target: target,
      weights: weights)
  }

  /// The format of tables, as in training.
  package var format: CSVFormat {
    var format = CSVFormat(hasHeader: hasHeader)
    format.missing = missingWords
    format.hasDecimalComma = hasDecimalComma
    return format
  }

  /// The labels of a table, of weight 0 where the target or the weight is missing and the model
  /// does not refuse missing cells.
  ///
  /// - Parameter needsPositives: See ``TargetColumn``.
  package func labels(
    _ table: CSVTable, target: TargetColumn? = nil, weights: String? = nil,
    needsPositives: Bool = false
  ) throws(ClassificationError) -> Labels {
    guard let target = target ?? self.target else {
      throw .invalidSetting(name: "the target", value: "nothing", expected: "a column of the table")
    }
    return try Labels(
      table, target: target, weights: weights, model: self, needsPositives: needsPositives)
  }
}

extension Classifier.Labels {
  /// The labels in the columns of a table; see `Classifier.labels`.
  package init(
    _ table: CSVTable, target: TargetColumn, weights: String?, model: Classifier? = nil,
    needsPositives: Bool = false
  ) throws(ClassificationError) {
    // The model's target is known by its name alone, which may be a number.
    let targetIndex =
      target.name == model?.target?.name
      ? try rethrowingFileErrors { () throws(DataFileError) in
        try table.header.index(named: target.name)
      } : try table.index(of: target.name)
    let weightIndex: Int? = if let weights { try table.index(of: weights) } else { nil }
    if targetIndex == weightIndex { throw .targetIsWeights(target.name) }
    let rowWeights: [Double]? = try table.locating { () throws(ClassificationError) in
      if let weightIndex { try TrainingTable.weights(table.columns[weightIndex]) } else { nil }
    }
    let indices = [targetIndex, weightIndex].compactMap { $0 }
      .filter { table.columns[$0].missingCount > 0 }
    var isDropped = [Bool](repeating: false, count: indices.isEmpty ? 0 : table.rowCount)
    for index in indices {
      for row in 0..<table.rowCount
      where rowWeights?[row] != 0 && table.columns[index].isMissing(row) {
        guard let model, model.encoding.missing != .error else {
          throw table.missing(table.position(ofRow: row), column: index, .missingLabel)
        }
        isDropped[row] = true
      }
    }
    var notices: [String] = []
    let dropped = isDropped.count { $0 }
    var kept = rowWeights
    if dropped > 0 {
      notices.append(
        "dropped \(dropped) of \(table.rowCount) rows because the target"
          + "\(weights == nil ? "" : " or weight") was missing")
      kept = (0..<table.rowCount).map { isDropped[$0] ? 0 : rowWeights?[$0] ?? 1 }
    }
    // Labels of rows that take no part are not checked.
    let rows = kept.map { kept in kept.indices.filter { kept[$0] > 0 } } ?? []
    if kept != nil, rows.isEmpty { throw .noRows }
    let selection =
      rows.count < table.rowCount && kept != nil
      ? table.selecting(rows, columns: [targetIndex]) : table
    let column = selection.columns[targetIndex]
    if target.labels == nil { notices += [target.negativeNotice(column)].compactMap { $0 } }
    var targets = try selection.locating { () throws(ClassificationError) in
      try target.targets(column, needsPositives: needsPositives)
    }
    if targets.count < table.rowCount {
      let known = targets
      targets = [Double](repeating: 0, count: table.rowCount)
      for (row, target) in zip(rows, known) { targets[row] = target }
    }
    self.init(targets: targets, weights: kept)
    self.notices = notices
  }
}
