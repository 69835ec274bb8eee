// SPDX-License-Identifier: Apache-2.0
/// The goal of a study: a minimum of recall or precision.
public struct TradeoffGoal: Codable, Hashable, Sendable {
  /// The metric, ``Metric/recall`` or ``Metric/precision``.
  public let metric: Metric
  /// The minimum of the metric, above 0 and at most 1.
  public let minimum: Double

  /// A minimum of recall. Of the weights that reach it, the one with the highest precision is best.
  public static func recall(atLeast minimum: Double) throws(ClassificationError) -> Self {
    try Self(.recall, minimum)
  }

  /// A minimum of precision. Of the weights that reach it, the one with the highest recall is best.
  public static func precision(atLeast minimum: Double) throws(ClassificationError) -> Self {
    try Self(.precision, minimum)
  }

  private init(_ metric: Metric, _ minimum: Double) throws(ClassificationError) {
    guard minimum > 0, minimum <= 1 else {
      throw .invalidSetting(
        name: "the minimum \(metric.title)", value: minimum, expected: "above 0 and at most 1",
        isShare: true)
    }
    self.metric = metric
    self.minimum = minimum
  }

  /// The metric that a higher minimum lowers.
  package var price: Metric { metric == .recall ? .precision : .recall }

  /// Whether a value of the metric reaches the goal.
  func isReached(by value: Double?) -> Bool { value.map { $0 >= minimum } ?? false }
}
