// SPDX-License-Identifier: Apache-2.0
/// One weight, or one threshold, of a study, and what it does to rows that were held out.
public struct TradeoffPoint: Codable, Hashable, Sendable {
  /// The q that the models of this point were trained with.
  public var positiveWeight: Double
  /// The threshold on their probabilities σ(x).
  public var threshold: Double
  /// The metrics of all held-out rows together.
  public var pooled: Evaluation
  /// The metrics of all held-out rows with the probabilities σ(x - log q), thresholded so that the decisions are
  /// the same, up to rounding.
  public var calibrated: Evaluation
  /// The metrics of each fold.
  public var folds: [Evaluation]
  /// How far the folds are apart, in each metric that is defined in some fold.
  public var spread: [String: Spread]

  /// The spread of a metric over the folds.
  public func spread(of metric: Metric) -> Spread? { spread[metric.rawValue] }

  init(
    positiveWeight: Double, threshold: Double, logits: [Double], targets: [Double],
    weights: [Double]?,
    folds division: StratifiedFolds
  ) throws(ClassificationError) {
    self.positiveWeight = positiveWeight
    self.threshold = threshold
    pooled = try Evaluation(
      logits: logits, targets: targets, weights: weights, threshold: threshold)
    let shift = positiveWeight.logarithm
    calibrated = try Evaluation(
      logits: logits.map { $0 - shift }, targets: targets, weights: weights,
      // σ(x) >= t is σ(x - log q) >= t / (t + q (1 - t)).
      threshold: threshold / (threshold + positiveWeight * (1 - threshold)))
    folds = []
    for fold in 0..<division.count {
      let rows = division.rows(inFold: fold)
      folds.append(
        try Evaluation(
          logits: rows.map { logits[$0] }, targets: rows.map { targets[$0] },
          weights: weights.map { weights in rows.map { weights[$0] } }, threshold: threshold))
    }
    spread = [:]
    for metric in Metric.allCases {
      let values = folds.compactMap { $0[metric] }
      if let found = Spread(values) { spread[metric.rawValue] = found }
    }
  }
}

/// The distribution of some numbers.
public struct Spread: Codable, Hashable, Sendable {
  /// How many numbers there are: the folds in which the metric is defined.
  public var count: Int
  /// Their mean.
  public var mean: Double
  /// Their standard deviation, divided by `count - 1`; 0 for one number.
  public var standardDeviation: Double
  /// The smallest.
  public var lowest: Double
  /// The largest.
  public var highest: Double

  init?(_ values: [Double]) {
    guard let lowest = values.min(), let highest = values.max() else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    self.lowest = lowest
    self.highest = highest
    standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }
}
