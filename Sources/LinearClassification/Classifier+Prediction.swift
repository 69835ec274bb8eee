// SPDX-License-Identifier: Apache-2.0
public import _DataFiles

extension Classifier {
  /// Which probabilities a classifier gives.
  public enum Probabilities: String, CaseIterable, Codable, Sendable {
    /// σ(x - log q): those of the data as it is; see ``LogisticModel/calibratedLogits(_:)``.
    case calibrated
    /// σ(x): those of a world in which positives are q times as frequent.
    case raw
  }

  /// What a classifier says about some rows.
  public struct Predictions: Sendable {
    /// The log odds of each row.
    public let logits: [Double]
    /// The probability of each row to be positive, σ of its log odds.
    public let probabilities: [Double]
    /// From which probability on a row is predicted to be positive.
    public let threshold: Double

    /// Whether a row, counted from 0, is predicted to be positive.
    public func isPositive(_ row: Int) -> Bool { probabilities[row] >= threshold }

    /// The metrics of the predictions, from the truth about the rows.
    public func evaluation(of labels: Labels) throws(ClassificationError) -> Evaluation {
      try Evaluation(
        logits: logits, targets: labels.targets, weights: labels.weights, threshold: threshold)
    }
  }

  /// The truth about some rows.
  public struct Labels: Sendable {
    /// 0 or 1 for each row.
    public let targets: [Double]
    /// How much each row counts; nil where all count the same.
    public let weights: [Double]?

    /// Labels that come from elsewhere.
    public init(targets: [Double], weights: [Double]? = nil) {
      self.targets = targets
      self.weights = weights
    }

    /// The number of rows that count: those of a weight above 0.
    public var rowCount: Int { count { _ in true } }
    /// The number of positive rows among them.
    public var positiveCount: Int { count { $0 == 1 } }

    private func count(where matches: (Double) -> Bool) -> Int {
      guard let weights else { return targets.count(where: matches) }
      return zip(targets, weights).count { target, weight in weight > 0 && matches(target) }
    }
  }

  /// The threshold at which the decisions are those that the weight was chosen for: 1/2 on raw probabilities, and on calibrated ones
  /// 1 / (1 + q), which is the same place.
  public func defaultThreshold(for probabilities: Probabilities) -> Double {
    switch probabilities {
    case .calibrated: LogisticModel.equivalentThreshold(positiveWeight: model.positiveWeight)
    case .raw: 0.5
    }
  }

  /// Predicts.
  ///
  /// - Parameters:
  ///   - features: those of the model, from `encoding.features` or a matrix.
  ///   - probabilities: which probabilities.
  ///   - threshold: in [0, 1]; ``defaultThreshold(for:)`` if left out.
  ///   - threads: the most threads; as many as there are processors if left out.
  /// - Throws: `ClassificationError` for another number of features, one that is not finite, or a threshold or a number of threads out
  ///   of range.
  public func predictions(
    for features: FeatureMatrix, _ probabilities: Probabilities = .calibrated,
    threshold: Double? = nil,
    threads: Int? = nil
  ) throws(ClassificationError) -> Predictions {
    let threshold = threshold ?? defaultThreshold(for: probabilities)
    try Self.check(threshold: threshold, threads: threads)
    let raw = try model.logits(features, threads: threads)
    let logits = probabilities == .raw ? raw : model.calibratedLogits(raw)
    return Predictions(
      logits: logits, probabilities: LogisticModel.probabilities(logits), threshold: threshold)
  }

  /// Throws where a setting of a prediction is out of range: to find out before much is read.
  public static func check(threshold: Double?, threads: Int?) throws(ClassificationError) {
    if let threshold, !(threshold >= 0 && threshold <= 1) {
      throw .invalidSetting(name: "the threshold", value: "\(threshold)", expected: "in [0, 1]")
    }
    if let threads, threads < 1 {
      throw .invalidSetting(
        name: "the number of threads", value: "\(threads)", expected: "at least 1")
    }
  }

  /// The truth that a table tells.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - target: the column and its positive label; those of the training table if left out.
  ///   - weights: the name of the column of weights.
  /// - Throws: `ClassificationError`: there is no such column, a cell is missing, or it is not what it has to be. That no row is positive
  ///   is no error.
  public func labels(
    _ table: CSVTable, target: TargetColumn? = nil, weights: String? = nil
  ) throws(ClassificationError) -> Labels {
    guard let target = target ?? self.target else {
      throw .invalidSetting(name: "the target", value: "nothing", expected: "a column of the table")
    }
    let targetIndex = try table.index(of: target.name)
    let weightIndex: Int? = if let weights { try table.index(of: weights) } else { nil }
    for index in [targetIndex, weightIndex].compactMap({ $0 }) {
      if let position = table.columns[index].firstMissing {
        throw table.missing(position, column: index, .label)
      }
    }
    if targetIndex == weightIndex { throw .table(.targetIsWeights(target.name)) }
    return Labels(
      targets: try target.targets(table.columns[targetIndex], needsPositives: false),
      weights: try weightIndex.map { (index) throws(ClassificationError) in
        try TrainingTable.weights(table.columns[index])
      })
  }
}
