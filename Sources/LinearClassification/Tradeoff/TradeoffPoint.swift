// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

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

  /// - Parameters:
  ///   - logits: The held-out logit of each row. Those of one weight are in memory at a time, so
  ///     that the memory does not depend on the number of threads, which share its metrics.
  init(
    positiveWeight: Double, threshold: Double, logits: [Double], of parts: HeldOutParts,
    threads: Int
  ) throws(ClassificationError) {
    self.positiveWeight = positiveWeight
    self.threshold = threshold
    let shift = positiveWeight.logarithm
    typealias Work = (rows: RowSelection, shift: Double, threshold: Double)
    let shifted: Work = (parts.all, shift, Self.calibrated(threshold, positiveWeight))
    let sums: [Work] =
      [(parts.all, 0, threshold), shifted] + parts.folds.map { ($0, 0, threshold) }
    // The ranking takes longest, so it is first.
    let results = try WorkerThreads.map([nil] + sums.map(Work?.some), threads: threads) {
      work throws(ClassificationError) in
      if let (rows, shift, threshold) = work {
        let sums = try EvaluationSums(rows, logits: logits, shift: shift, threshold: threshold)
        return (areas: [RankingAreas](), sums: EvaluationSums?.some(sums))
      }
      return (areas: try parts.areas(logits), sums: nil)
    }
    let areas = results[0].areas
    let evaluations = zip([areas[0]] + areas, results.compactMap(\.sums)).map {
      Evaluation($1, areas: $0)
    }
    (pooled, calibrated, folds) = (evaluations[0], evaluations[1], Array(evaluations[2...]))
    setSpread()
  }

  /// The point of the same unweighted models with another threshold. Only the metrics of decisions
  /// are computed again.
  func deciding(
    at threshold: Double, probabilities: [Double], of parts: HeldOutParts
  ) -> TradeoffPoint {
    var point = self
    point.threshold = threshold
    point.pooled = pooled.deciding(parts.all, probabilities: probabilities, threshold: threshold)
    point.calibrated = calibrated.deciding(
      parts.all, probabilities: probabilities,
      threshold: Self.calibrated(threshold, positiveWeight))
    for fold in folds.indices {
      point.folds[fold] = folds[fold].deciding(
        parts.folds[fold], probabilities: probabilities, threshold: threshold)
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
