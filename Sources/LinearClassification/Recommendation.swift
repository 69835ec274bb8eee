// SPDX-License-Identifier: Apache-2.0
/// The weight that a study recommends for a goal, with the reason and what it costs.
public struct Recommendation: Codable, Hashable, Sendable {
  /// What was asked for.
  public var goal: TradeoffGoal
  /// Whether a weight of the path reaches it, on the held-out rows together.
  public var isReached: Bool
  /// The weight that reaches it at the least cost; otherwise the one that comes closest.
  public var positiveWeight: Double
  /// The recall of the held-out rows with it.
  public var recall: Double?
  /// Their precision.
  public var precision: Double?
  /// The recall over the folds.
  public var recallSpread: Spread?
  /// The precision over the folds.
  public var precisionSpread: Spread?
  /// For each positive that is caught, the negatives that are flagged with it; nil where none is caught.
  public var falseAlarmsPerCatch: Double?
  /// The unweighted model with the threshold that reaches the goal at the least cost on the same held-out rows; nil if none does.
  public var rival: TradeoffStudy.CurvePoint?
  /// Where to go on looking if no weight of the path reaches the goal: a hundredfold of weights beyond that end of the path to which the
  /// goal lies. Nil if the goal is reached, or if not one row is flagged at that end, so that there is nothing beyond it.
  public var furtherWeights: ClosedRange<Double>?
  /// All of this in words.
  public var reason: String

  init(goal: TradeoffGoal, weightPath: [TradeoffPoint], unweighted: RankingCurve) {
    let reaching = goal.best(of: weightPath) { $0.pooled[$1] }
    // Of weights that are equally close the cheapest; then the largest, for where no row is flagged the way leads up.
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
    if let confusion = chosen?.pooled.confusion, confusion.truePositives > 0 {
      falseAlarmsPerCatch = confusion.falsePositives / confusion.truePositives
    }
    rival = goal.best(of: unweighted.thresholds.indices.map(unweighted.point)) { point, metric in
      metric == .recall ? point.recall : point.precision
    }
    furtherWeights = reaching == nil ? Self.weights(beyond: weightPath, towards: goal) : nil
    reason = ""
    reason = words(path: weightPath)
  }

  /// Larger weights raise recall, smaller ones precision; where no row is flagged, only larger weights change anything.
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
