// SPDX-License-Identifier: Apache-2.0
/// What a user asks of a trade-off.
public struct TradeoffGoal: Codable, Hashable, Sendable {
  /// `recall` or `precision`.
  public let metric: Metric
  /// What it has to reach, above 0 and at most 1.
  public let minimum: Double

  /// Catch at least this share of the positives, with as few false alarms as that allows.
  public static func recall(atLeast minimum: Double) throws(ClassificationError) -> Self {
    try Self(.recall, minimum)
  }

  /// Be right in at least this share of the alarms, and catch as many positives as that allows.
  public static func precision(atLeast minimum: Double) throws(ClassificationError) -> Self {
    try Self(.precision, minimum)
  }

  private init(_ metric: Metric, _ minimum: Double) throws(ClassificationError) {
    guard minimum > 0, minimum <= 1 else {
      throw .invalidSetting(
        name: "the least \(metric.title)", value: "\(minimum)", expected: "above 0 and at most 1")
    }
    self.metric = metric
    self.minimum = minimum
  }

  /// The metric that is paid with.
  var price: Metric { metric == .recall ? .precision : .recall }

  /// The best of some candidates: of those that reach the goal the one that costs least, and the first of equals; nil if none does.
  func best<Candidate>(
    of candidates: [Candidate], _ value: (Candidate, Metric) -> Double?
  ) -> Candidate? {
    var best: Candidate?
    for candidate in candidates where value(candidate, metric).map({ $0 >= minimum }) ?? false {
      guard let current = best else {
        best = candidate
        continue
      }
      if value(candidate, price) ?? 0 > value(current, price) ?? 0 { best = candidate }
    }
    return best
  }
}
