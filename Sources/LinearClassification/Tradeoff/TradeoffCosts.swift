// SPDX-License-Identifier: Apache-2.0
/// What errors cost, in any unit.
public struct TradeoffCosts: Codable, Hashable, Sendable {
  /// The cost of a missed positive.
  public let miss: Double
  /// The cost of a false alarm.
  public let alarm: Double

  /// Costs, both finite and above 0.
  public init(miss: Double, alarm: Double) throws(ClassificationError) {
    for (name, value) in [("a miss", miss), ("a false alarm", alarm)] {
      guard value > 0, value.isFinite else {
        throw .invalidSetting(
          name: "the cost of \(name)", value: value, expected: "finite and above 0")
      }
    }
    self.miss = miss
    self.alarm = alarm
  }

  /// `alarm / (miss + alarm)`: the threshold of least expected cost, if probabilities are
  /// calibrated (Elkan, IJCAI 2001).
  public var bayesThreshold: Double { 1 / (1 + miss / alarm) }

  /// The cost of all errors.
  public func total(_ confusion: ConfusionMatrix) -> Double {
    miss * confusion.falseNegatives + alarm * confusion.falsePositives
  }
}
