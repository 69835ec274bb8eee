// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// A model with the encoding of its table: the content of a model file.
public struct Classifier: Hashable, Sendable {
  /// The metrics of a model on its training rows.
  public struct Performance: Codable, Hashable, Sendable {
    /// The number of rows of weight above 0.
    public let rowCount: Int
    /// The number of positive rows among them.
    public let positiveCount: Int
    /// The metrics with the probabilities σ(x) and the threshold 1/2, or the one that corresponds
    /// to ``Classifier/threshold``.
    public let raw: Evaluation
    /// The metrics with the probabilities σ(x - log q) and the threshold 1/2, or
    /// ``Classifier/threshold``.
    public let calibrated: Evaluation
  }

  /// The encoding of the columns as features.
  public let encoding: FeatureEncoding
  /// The target column; nil for a model of a matrix.
  public package(set) var target: TargetColumn?
  /// Whether the training table had a header. If not, columns are known by their numbers, and
  /// tables to predict have no header either.
  public package(set) var hasHeader = true
  /// The words for missing cells of the training table. Tables to predict have the same.
  package var missingWords = MissingWords.standard
  /// Whether the training table had decimal commas. Tables to predict have them, too.
  package var hasDecimalComma = false
  /// The model of the features.
  public let model: LogisticModel
  /// The threshold on the calibrated probabilities for decisions; nil means 1 / (1 + q).
  public let threshold: Double?
  /// The performance on the training rows.
  public let training: Performance

  /// Fits a classifier to a table.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - settings: The settings of the fit.
  ///   - threshold: The threshold on the calibrated probabilities for decisions; nil means
  ///     1 / (1 + q).
  ///   - monitor: Receives the progress, and may cancel the fit.
  /// - Throws: ``ClassificationError``, as
  ///   ``LogisticRegression/fit(_:targets:weights:startingFrom:monitor:)``.
  public init(
    _ table: TrainingTable, settings: LogisticRegression, threshold: Double? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        table.features, targets: table.targets, weights: table.weights, encoding: table.encoding,
        target: table.target, settings: settings, threshold: threshold, monitor: monitor)
    } catch { throw table.located(error) }
    hasHeader = table.table.header.isRow
    missingWords = table.table.format.missing
    hasDecimalComma = table.table.format.hasDecimalComma
  }

  /// Fits a classifier to a matrix. The targets must be 0 or 1, because the metrics need decisions;
  /// ``LogisticRegression/fit(_:targets:weights:startingFrom:monitor:)`` accepts soft targets.
  ///
  /// - Throws: ``ClassificationError``, as the fit.
  public init(
    features: FeatureMatrix, targets: [Double], weights: [Double]? = nil,
    settings: LogisticRegression, threshold: Double? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    let columns = features.names.map {
      FeatureEncoding.Column(name: $0, content: .number(fill: 0))
    }
    try self.init(
      features, targets: targets, weights: weights,
      encoding: FeatureEncoding(columns: columns, missing: .error), target: nil,
      settings: settings, threshold: threshold, monitor: monitor)
  }

  private init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, encoding: FeatureEncoding,
    target: TargetColumn?, settings: LogisticRegression, threshold: Double?,
    monitor: TrainingMonitor
  ) throws(ClassificationError) {
    try Self.check(threshold: threshold, threads: nil)
    // The check is here because the fit accepts soft targets.
    if let row = targets.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw .softTarget(targets[row], row: row + 1)
    }
    model = try settings.fit(features, targets: targets, weights: weights, monitor: monitor)
    let logits = try model.logits(
      features, threads: settings.threads, instructionSet: settings.instructionSet)
    let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
    // Calibration adds the same number to all logits, which keeps their order.
    let areas = RankingAreas(rows)
    let calibrated = try LabelledScores(
      logits: model.calibratedLogits(logits), targets: targets, weights: weights)
    let labels = Labels(targets: targets, weights: weights)
    training = Performance(
      rowCount: labels.rowCount, positiveCount: labels.positiveCount,
      raw: try Evaluation(
        rows, areas: areas, threshold: threshold.map(model.rawThreshold) ?? 0.5),
      calibrated: try Evaluation(calibrated, areas: areas, threshold: threshold ?? 0.5))
    self.threshold = threshold
    self.encoding = encoding
    self.target = target
  }

  /// Whether the classifier was fitted to a matrix, and predicts the rows of matrices instead of
  /// tables.
  public var isOfMatrix: Bool { target == nil }

  /// Notices for the user, one line each: features that were constant in training.
  public var notices: [String] {
    let names = encoding.featureNames
    let constant = model.constantFeatures.map { quoted(names[$0]) }
    guard constant.count > 1 else {
      return constant.map { "dropped the feature \($0): it is constant" }
    }
    let shown = constant.prefix(10).joined(separator: ", ")
    return [
      "dropped \(constant.count) features that are constant: \(shown)"
        + (constant.count > 10 ? " and \(constant.count - 10) more" : "")
    ]
  }
}
