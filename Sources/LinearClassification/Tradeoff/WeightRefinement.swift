// SPDX-License-Identifier: Apache-2.0
/// Finds the best weight between the points of a path.
///
/// For a goal it bisects the logarithm of the weight between the best point that reaches the goal
/// and its neighbour that does not. It ends when the two differ by at most `tolerance`, or when no
/// weight between them can be better, because their held-out alarms differ by a single positive.
/// For costs, which have no such order, it halves the intervals beside the best point. Each weight
/// is one fit for every fold.
struct WeightRefinement {
  /// The relative width of the last interval.
  static let tolerance = 0.005
  /// The largest number of weights.
  static let limit = 12
  /// The number of times that the intervals beside the weight of least cost are halved.
  static let halvings = 4

  let aim: Aim
  let evaluate: (Double) throws(ClassificationError) -> TradeoffPoint

  /// The best point, or nil if no point of the path reaches the goal.
  func best(of path: [TradeoffPoint]) throws(ClassificationError) -> TradeoffPoint? {
    guard let best = aim.best(of: path),
      let index = path.firstIndex(of: best)
    else { return nil }
    guard let goal = aim.goal else {
      return try leastCost(
        best, below: index > 0 ? path[index - 1].positiveWeight : nil,
        above: index + 1 < path.count ? path[index + 1].positiveWeight : nil)
    }
    let neighbour = goal.metric == .recall ? index - 1 : index + 1
    guard path.indices.contains(neighbour), !aim.isReached(path[neighbour].pooled.confusion) else {
      return best
    }
    return try between(best, path[neighbour])
  }

  private func between(
    _ best: TradeoffPoint, _ neighbour: TradeoffPoint
  ) throws(ClassificationError) -> TradeoffPoint {
    var (reaching, missing) = (best, neighbour)
    var candidates = [best]
    for _ in 0..<Self.limit {
      guard !Self.isClosed(reaching, missing),
        let middle = Self.middle(reaching.positiveWeight, missing.positiveWeight)
      else { break }
      let point = try evaluate(middle)
      if aim.isReached(point.pooled.confusion) {
        reaching = point
        candidates.append(point)
      } else {
        missing = point
      }
    }
    return aim.best(of: candidates.reversed()) ?? best
  }

  private func leastCost(
    _ start: TradeoffPoint, below: Double?, above: Double?
  ) throws(ClassificationError) -> TradeoffPoint {
    var best = start
    var (below, above) = (below, above)
    for _ in 0..<Self.halvings {
      let sides = [below, above].map { side in
        side.flatMap { Self.middle($0, best.positiveWeight) }
      }
      var points: [TradeoffPoint] = []
      for weight in sides.compactMap({ $0 }) { points.append(try evaluate(weight)) }
      guard let better = aim.best(of: [best] + points) else { break }
      if better.positiveWeight < best.positiveWeight {
        above = best.positiveWeight
      } else if better.positiveWeight > best.positiveWeight {
        below = best.positiveWeight
      } else {
        (below, above) = (sides[0] ?? below, sides[1] ?? above)
      }
      best = better
    }
    return best
  }

  /// Whether no weight between two can be better than the first.
  private static func isClosed(_ reaching: TradeoffPoint, _ missing: TradeoffPoint) -> Bool {
    let (first, second) = (reaching.pooled.confusion, missing.pooled.confusion)
    return first.falsePositives == second.falsePositives
      && (first.truePositives - second.truePositives).magnitude <= 1
  }

  /// The geometric mean, to four digits; nil if the two are within the tolerance.
  private static func middle(_ first: Double, _ second: Double) -> Double? {
    let (low, high) = (min(first, second), max(first, second))
    guard high / low - 1 > tolerance else { return nil }
    let mean = (low.squareRoot() * high.squareRoot()).rounded(significantDigits: 4)
    return mean > low && mean < high ? mean : nil
  }
}
