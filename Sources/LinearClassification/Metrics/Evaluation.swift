// SPDX-License-Identifier: Apache-2.0
/// The metrics of predictions.
///
/// Its JSON has a member for each metric: a number, or null if the metric is undefined.
public struct Evaluation: Hashable, Sendable {
  /// The threshold: a row is predicted positive if its probability is at least this number.
  public private(set) var threshold: Double
  /// The counts at the threshold.
  public private(set) var confusion: ConfusionMatrix
  private var values: [Metric: Double]

  /// The value of a metric; nil if it is undefined (0/0).
  public subscript(metric: Metric) -> Double? { values[metric] }

  /// Evaluates logits x, whose probabilities are σ(x).
  ///
  /// Weights have the meaning of scikit-learn's `sample_weight`.
  ///
  /// - Parameters:
  ///   - logits: n finite numbers.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n finite numbers of at least 0, not all of them 0; by default 1 each.
  ///   - threshold: A number in [0, 1].
  /// - Throws: ``ClassificationError`` if an argument does not match its description.
  /// - Complexity: O(n log n), because of the ranking.
  public init(
    logits: [Double], targets: [Double], weights: [Double]? = nil, threshold: Double = 0.5
  ) throws(ClassificationError) {
    guard threshold >= 0, threshold <= 1 else {
      throw .invalidSetting(name: "the threshold", value: "\(threshold)", expected: "in [0, 1]")
    }
    try self.init(
      LabelledScores(logits: logits, targets: targets, weights: weights), threshold: threshold)
  }

  /// - Parameters:
  ///   - areas: The areas under the curves of the rows, if they are known.
  ///   - scores: What the threshold applies to; by default the probabilities.
  init(
    _ rows: LabelledScores, areas: RankingAreas? = nil, decidingBy scores: [Double]? = nil,
    threshold: Double
  ) throws(ClassificationError) {
    self.init(
      try EvaluationSums(
        rows.selection, logits: rows.logits, decidingBy: scores, threshold: threshold),
      areas: areas ?? RankingAreas(rows))
  }

  init(_ sums: EvaluationSums, areas: RankingAreas) {
    threshold = sums.threshold
    confusion = sums.confusion
    values = [:]
    values[.rocAUC] = areas.rocAUC
    values[.averagePrecision] = areas.averagePrecision
    values[.logLoss] = sums.logLoss
    values[.brierScore] = sums.squares / (areas.positives + areas.negatives)
    values[.calibrationError] = sums.reliability.expectedCalibrationError
    setMetricsOfDecisions()
  }

  /// The evaluation of the same rows with another threshold on their probabilities.
  func deciding(_ rows: RowSelection, probabilities: [Double], threshold: Double) -> Evaluation {
    var other = self
    other.threshold = threshold
    var counts = ConfusionCounts(threshold: threshold)
    rows.forEach { row, weight in
      counts.add(probabilities[row], isPositive: rows.targets[row] == 1, weight: weight)
    }
    other.confusion = counts.matrix(rows.unit)
    other.setMetricsOfDecisions()
    return other
  }

  private mutating func setMetricsOfDecisions() {
    values[.precision] = confusion.precision
    values[.recall] = confusion.recall
    values[.specificity] = confusion.specificity
    values[.f1] = confusion.f1
    values[.balancedAccuracy] = confusion.balancedAccuracy
    values[.matthewsCorrelation] = confusion.matthewsCorrelation
  }
}

extension Evaluation: Codable {
  private enum Key: String, CodingKey { case threshold, confusion, metrics }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    threshold = try container.decode(Double.self, forKey: .threshold)
    confusion = try container.decode(ConfusionMatrix.self, forKey: .confusion)
    let metrics = try container.nestedContainer(keyedBy: Metric.self, forKey: .metrics)
    values = [:]
    for metric in Metric.allCases {
      values[metric] = try metrics.decode(Double?.self, forKey: metric)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(threshold, forKey: .threshold)
    try container.encode(confusion, forKey: .confusion)
    var metrics = container.nestedContainer(keyedBy: Metric.self, forKey: .metrics)
    for metric in Metric.allCases { try metrics.encode(values[metric], forKey: metric) }
  }
}
