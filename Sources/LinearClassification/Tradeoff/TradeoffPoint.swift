// SPDX-License-Identifier: Apache-2.0
/// The metrics of held-out rows for one positive weight and one threshold of a study.
public struct TradeoffPoint: Codable, Hashable, Sendable {
  /// q, the positive weight in training.
  public let positiveWeight: Double
  /// The threshold on the probabilities σ(x).
  public private(set) var threshold: Double
  /// The metrics of all held-out rows together.
  public private(set) var pooled: Evaluation
  /// The metrics of all held-out rows with the probabilities σ(x - log q), and the threshold that
  /// gives the same decisions, up to rounding.
  public private(set) var calibrated: Evaluation
  /// The metrics of each fold.
  public private(set) var folds: [Evaluation] = []
  /// The spread of each metric that is defined in a fold, by its raw value.
  private var spread: [String: Spread] = [:]

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
    let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
    // One ranking serves all: that of a fold is part of it, and calibration keeps the order.
    let weight = { (row: Int) in weights.map { $0[row] } ?? 1 }
    let ranked = logits.ranked { weight($0) > 0 }
    for fold in 0..<division.count {
      let part = try LabelledScores(logits, targets, weights, rows: division.rows(inFold: fold))
      let areas = RankingAreas(
        ranked, targets: targets, where: { division.assignment[$0] == fold },
        weight: { part.scaled(weight($0)) })
      folds.append(try Evaluation(part, areas: areas, threshold: threshold))
    }
    let areas = RankingAreas(ranked, targets: targets, weight: rows.weight)
    pooled = try Evaluation(rows, areas: areas, threshold: threshold)
    let shift = positiveWeight.logarithm
    calibrated = try Evaluation(
      LabelledScores(logits: logits.map { $0 - shift }, targets: targets, weights: weights),
      areas: areas, threshold: Self.calibrated(threshold, positiveWeight))
    setSpread()
  }

  /// The point of the same unweighted models with another threshold. Only the metrics of decisions
  /// are computed again.
  func deciding(
    at threshold: Double, probabilities: [Double], targets: [Double], weights: [Double]?,
    folds division: StratifiedFolds
  ) throws(ClassificationError) -> TradeoffPoint {
    var point = self
    point.threshold = threshold
    let rows = try LabelledScores(logits: probabilities, targets: targets, weights: weights)
    point.pooled = pooled.deciding(rows, threshold: threshold)
    point.calibrated = calibrated.deciding(
      rows, threshold: Self.calibrated(threshold, positiveWeight))
    for fold in folds.indices {
      let part = try LabelledScores(
        probabilities, targets, weights, rows: division.rows(inFold: fold))
      point.folds[fold] = folds[fold].deciding(part, threshold: threshold)
    }
    point.setSpread()
    return point
  }

  /// The threshold on calibrated probabilities: σ(x) >= t is σ(x - log q) >= t / (t + q (1 - t)).
  private static func calibrated(_ threshold: Double, _ positiveWeight: Double) -> Double {
    threshold / (threshold + positiveWeight * (1 - threshold))
  }

  private mutating func setSpread() {
    for metric in Metric.allCases {
      spread[metric.rawValue] = Spread(folds.compactMap { $0[metric] })
    }
  }
}
