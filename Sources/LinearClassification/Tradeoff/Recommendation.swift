// SPDX-License-Identifier: Apache-2.0
/// The weight that a study recommends for a goal, with its results.
public struct Recommendation: Codable, Hashable, Sendable {
  /// The goal.
  public let goal: TradeoffGoal
  /// Whether a weight of the path reaches the goal on all held-out rows together.
  public let isReached: Bool
  /// The weight that reaches the goal at the lowest cost, or otherwise the one that comes closest.
  public let positiveWeight: Double
  /// The recall of the held-out rows.
  public let recall: Double?
  /// The precision of the held-out rows.
  public let precision: Double?
  /// The spread of the recall over the folds.
  public let recallSpread: Spread?
  /// The spread of the precision over the folds.
  public let precisionSpread: Spread?
  /// False positives / true positives; nil without true positives.
  public let falseAlarmsPerCatch: Double?
  /// The alternative to a weight: the threshold of an unweighted model that reaches the goal at the
  /// lowest cost on the same held-out rows. Nil if no threshold reaches it.
  public let alternative: TradeoffStudy.CurvePoint?
  /// If no weight reaches the goal, the weights to try next: a factor of 100 beyond the end of the
  /// path in the direction of the goal. Nil if the goal is reached, or if the model at that end
  /// flags no row.
  public let furtherWeights: ClosedRange<Double>?

  init(goal: TradeoffGoal, weightPath: [TradeoffPoint], unweighted: RankingCurve) {
    let reaching = goal.best(of: weightPath) { $0.pooled[$1] }
    // Of equally close weights the cheapest, then the largest. If no row is flagged, larger weights
    // are closer.
    let closest = weightPath.max { first, second in
      let (metric, price) = (goal.metric, goal.price)
      return (first.pooled[metric] ?? -1, first.pooled[price] ?? -1, first.positiveWeight)
        < (second.pooled[metric] ?? -1, second.pooled[price] ?? -1, second.positiveWeight)
    }
    // A study has at least one point.
    let chosen = reaching ?? closest
    self.goal = goal
    isReached = reaching != nil
    positiveWeight = chosen?.positiveWeight ?? 1
    recall = chosen?.pooled[.recall]
    precision = chosen?.pooled[.precision]
    recallSpread = chosen?.spread(of: .recall)
    precisionSpread = chosen?.spread(of: .precision)
    falseAlarmsPerCatch = chosen.flatMap {
      let confusion = $0.pooled.confusion
      return confusion.truePositives > 0
        ? confusion.falsePositives / confusion.truePositives : nil
    }
    alternative = goal.best(of: unweighted.thresholds.indices.map(unweighted.point)) {
      point, metric in metric == .recall ? point.recall : point.precision
    }
    furtherWeights = reaching == nil ? Self.weights(beyond: weightPath, towards: goal) : nil
  }

  /// Larger weights raise recall, and smaller ones precision. If no row is flagged, only larger
  /// weights have an effect.
  private static func weights(
    beyond path: [TradeoffPoint], towards goal: TradeoffGoal
  ) -> ClosedRange<Double>? {
    guard let first = path.first, let last = path.last else { return nil }
    let ends: (Double, Double)
    if goal.metric == .recall || path.allSatisfy({ $0.pooled[goal.metric] == nil }) {
      ends = (last.positiveWeight, 100 * last.positiveWeight)
    } else if first.pooled[goal.metric] != nil {
      ends = (first.positiveWeight / 100, first.positiveWeight)
    } else {
      return nil
    }
    return ends.0 > 0 && ends.1.isFinite ? ends.0...ends.1 : nil
  }
}
