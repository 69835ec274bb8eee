// SPDX-License-Identifier: Apache-2.0
/// The end of a path of weights from which further weights may reach a goal.
struct PathEnd {
  /// The last weight, or the first.
  let weight: Double
  /// The weights to try next: a factor of 100; nil if they are not finite or not above 0.
  let further: ClosedRange<Double>?
  /// Whether the metric has not improved over the last decade of the path.
  let isExhausted: Bool
  let isUpward: Bool

  /// Larger weights raise recall, and smaller ones precision. If no row is flagged, only larger
  /// weights have an effect. Nil if neither may reach the goal.
  init?(of path: [TradeoffPoint], towards goal: TradeoffGoal) {
    guard let first = path.first, let last = path.last else { return nil }
    isUpward = goal.metric == .recall || path.allSatisfy { $0.pooled[goal.metric] == nil }
    guard isUpward || first.pooled[goal.metric] != nil else { return nil }
    let end = isUpward ? last : first
    weight = end.positiveWeight
    let ends = isUpward ? (weight, 100 * weight) : (weight / 100, weight)
    further = ends.0 > 0 && ends.1.isFinite ? ends.0...ends.1 : nil
    // The nearest point that is at least a decade away. Path weights are rounded.
    let decade = path.filter {
      abs(($0.positiveWeight / end.positiveWeight).decimalLogarithm) > 0.99
    }
    isExhausted =
      (isUpward ? decade.last : decade.first).flatMap { $0.pooled[goal.metric] }
      .map { end.pooled[goal.metric] ?? -1 <= $0 } ?? false
  }
}

/// Further weights beyond the end of a path of which none reaches the goal.
///
/// Without them a goal with a confidence would be met mostly where chance made the held-out rows
/// look good, because recall hardly rises near the end of the path, and such a recommendation holds
/// on new rows less often than asked.
struct PathExtension {
  /// The number of weights in a decade.
  private static let stepCount = 5
  /// The largest number of weights.
  static let limit = 2 * stepCount

  let goal: TradeoffGoal
  /// The number of weights that may follow.
  private(set) var remaining = limit

  init(goal: TradeoffGoal) { self.goal = goal }

  /// The next decade of weights; nil at the limit, or if further weights have stopped helping.
  mutating func next(after path: [TradeoffPoint]) -> [Double]? {
    guard remaining > 0, let end = PathEnd(of: path, towards: goal), !end.isExhausted,
      end.further != nil
    else { return nil }
    remaining -= Self.stepCount
    return (1...Self.stepCount).map { step in
      let exponent = Double(step) / Double(Self.stepCount)
      let weight = end.weight * (end.isUpward ? exponent : -exponent).powerOfTen
      return weight.rounded(significantDigits: 3)
    }
  }
}
