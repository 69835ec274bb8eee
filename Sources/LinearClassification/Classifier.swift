/// A model with all that is needed to use it on a table: what a model file holds.
public struct Classifier: Hashable, Sendable {
  /// How it did on the rows that it was trained with.
  public struct Training: Codable, Hashable, Sendable {
    /// The number of rows.
    public var rowCount: Int
    /// The number of positive rows.
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
  /// The model of the features.
  public var model: LogisticModel
  /// How it did in training.
  public var training: Training

  /// Fits a classifier to a table.
  ///
  /// - Throws: As `LogisticRegression.fit`.
  public init(
    _ table: TrainingTable, settings: LogisticRegression, monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    try self.init(
      features: table.features, targets: table.targets, weights: table.weights, encoding: table.encoding,
      target: table.target, settings: settings, monitor: monitor)
  }

  /// Fits a classifier to features and targets that come from elsewhere.
  public init(
    features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, encoding: FeatureEncoding,
    target: TargetColumn? = nil, settings: LogisticRegression, monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    guard encoding.featureNames.count == features.columns.count else {
      throw .lengthMismatch(
        what: "features", expected: encoding.featureNames.count, received: features.columns.count)
    }
    model = try settings.fit(features, targets: targets, weights: weights, monitor: monitor)
    let logits = try model.logits(
      features, threads: settings.threads, instructionSet: settings.instructionSet)
    training = Training(
      rowCount: targets.count, positiveCount: targets.count { $0 == 1 },
      raw: try Evaluation(logits: logits, targets: targets, weights: weights),
      calibrated: try Evaluation(
        logits: model.calibratedLogits(logits), targets: targets, weights: weights))
    self.encoding = encoding
    self.target = target
  }

  /// What the user should know about the model, a line each: features that were constant in training.
  public var notices: [String] {
    let names = encoding.featureNames
    return model.constantFeatures.map { "dropped the feature \(quoted(names[$0])): it is constant" }
  }
}
