// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// A model with all that is needed to use it on a table: what a model file holds.
public struct Classifier: Hashable, Sendable {
  /// How it did on the rows that it was trained with.
  public struct Training: Codable, Hashable, Sendable {
    /// The number of rows that count: those of a weight above 0.
    public var rowCount: Int
    /// The number of positive rows among them.
    public var positiveCount: Int
    /// The metrics with the probabilities σ(x) and the threshold 1/2.
    public var raw: Evaluation
    /// The metrics with the probabilities σ(x - log q) and the threshold 1/2.
    public var calibrated: Evaluation
  }

  /// How features are made of a table's columns.
  public var encoding: FeatureEncoding
  /// The target; nil for a model of a matrix.
  public var target: TargetColumn?
  /// Whether the table had a header. Without one the columns are known by their numbers, and tables to predict have none either.
  public var hasHeader = true
  /// The model of the features.
  public var model: LogisticModel
  /// How it did in training.
  public var training: Training

  /// Fits a classifier to a table.
  ///
  /// - Throws: As `LogisticRegression.fit`.
  public init(
    _ table: TrainingTable, settings: LogisticRegression,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        features: table.features, targets: table.targets, weights: table.weights,
        encoding: table.encoding,
        target: table.target, settings: settings, monitor: monitor)
    } catch { throw table.located(error) }
  }

  /// Fits a classifier to features and targets that come from elsewhere. The targets are 0 or 1, since the metrics are those of
  /// decisions; `LogisticRegression.fit` takes soft ones.
  public init(
    features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, encoding: FeatureEncoding,
    target: TargetColumn? = nil, settings: LogisticRegression,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    guard encoding.featureNames.count == features.columns.count else {
      throw .lengthMismatch(
        what: "features", expected: encoding.featureNames.count, received: features.columns.count)
    }
    // Found out before the fit, not after it.
    if let row = targets.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw .softTarget(value: "\(targets[row])", row: row + 1)
    }
    model = try settings.fit(features, targets: targets, weights: weights, monitor: monitor)
    let logits = try model.logits(
      features, threads: settings.threads, instructionSet: settings.instructionSet)
    let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
    // The calibration shifts all logits alike and changes no order.
    let ranking = RankingCurve(rows)
    let calibrated = try LabelledScores(
      logits: model.calibratedLogits(logits), targets: targets, weights: weights)
    let labels = Labels(targets: targets, weights: weights)
    training = Training(
      rowCount: labels.rowCount, positiveCount: labels.positiveCount,
      raw: try Evaluation(rows, threshold: 0.5, ranking: ranking),
      calibrated: try Evaluation(calibrated, threshold: 0.5, ranking: ranking))
    self.encoding = encoding
    self.target = target
  }

  /// Whether it was fitted to a matrix, and so predicts for matrices; else for tables.
  public var isOfMatrix: Bool { target == nil }

  /// What the user should know about the model, a line each: features that were constant in training.
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
