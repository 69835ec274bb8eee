// SPDX-License-Identifier: Apache-2.0
/// The distribution of a metric over the folds.
public struct Spread: Codable, Hashable, Sendable {
  /// The number of folds in which the metric is defined.
  public let count: Int
  /// The mean.
  public let mean: Double
  /// The standard deviation, divided by `count - 1`; 0 for one fold.
  public let standardDeviation: Double
  /// The smallest value.
  public let lowest: Double
  /// The largest value.
  public let highest: Double

  init?(_ values: [Double]) {
    guard let lowest = values.min(), let highest = values.max() else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    self.lowest = lowest
    self.highest = highest
    standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }
}
