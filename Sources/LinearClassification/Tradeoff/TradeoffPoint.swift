// SPDX-License-Identifier: Apache-2.0
/// The metrics of held-out rows for one positive weight and one threshold of a study.
public struct TradeoffPoint: Codable, Hashable, Sendable {
  /// q, the positive weight in training.
  public let positiveWeight: Double
  /// The threshold on the probabilities σ(x).
  public let threshold: Double
  /// The metrics of all held-out rows together.
  public let pooled: Evaluation
  /// The metrics of all held-out rows with the probabilities σ(x - log q), and the threshold that
  /// gives the same decisions, up to rounding.
  public let calibrated: Evaluation
  /// The metrics of each fold.
  public let folds: [Evaluation]
  /// The spread of each metric that is defined in a fold, by its raw value.
  private let spread: [String: Spread]

  /// The spread of a metric over the folds; nil if it is undefined in each.
  public func spread(of metric: Metric) -> Spread? { spread[metric.rawValue] }

  /// The number of folds in which a metric is defined. Precision is undefined in a fold without
  /// alarms.
  public func definedFolds(_ metric: Metric) -> Int { spread(of: metric)?.count ?? 0 }

  init(
    positiveWeight: Double, threshold: Double, logits: [Double], targets: [Double],
    weights: [Double]?, folds division: StratifiedFolds
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
    var folds: [Evaluation] = []
    for fold in 0..<division.count {
      let rows = division.rows(inFold: fold)
      folds.append(
        try Evaluation(
          logits: rows.map { logits[$0] }, targets: rows.map { targets[$0] },
          weights: weights.map { weights in rows.map { weights[$0] } }, threshold: threshold))
    }
    self.folds = folds
    var spread: [String: Spread] = [:]
    for metric in Metric.allCases {
      spread[metric.rawValue] = Spread(folds.compactMap { $0[metric] })
    }
    self.spread = spread
  }
}
