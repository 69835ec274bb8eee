// SPDX-License-Identifier: Apache-2.0

/// Resamples of rows: as many positives and negatives as there are, each drawn with replacement
/// from its class (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
struct StratifiedBootstrap {
  /// The rows of one class: for each the position of its score in the curve, and its weight.
  private struct Class {
    var positions: [Int32] = []
    var weights: [Double] = []

    /// The weight of a resample at each position of the curve and above.
    func resampledSums(_ count: Int, _ generator: inout SplitMix64) -> [Double] {
      var sums = [Double](repeating: 0, count: count)
      for _ in positions.indices {
        let row = generator.index(below: positions.count)
        sums[Int(positions[row])] += weights[row]
      }
      for index in sums.indices.dropFirst() { sums[index] += sums[index - 1] }
      return sums
    }
  }

  private let curve: RankingCurve
  private var positives = Class()
  private var negatives = Class()

  /// - Parameter curve: The curve of the rows.
  init(_ rows: LabelledScores, curve: RankingCurve) {
    self.curve = curve
    var position: [Double: Int32] = [:]
    position.reserveCapacity(curve.thresholds.count)
    for (index, threshold) in curve.thresholds.enumerated() { position[threshold] = Int32(index) }
    for (row, score) in rows.logits.enumerated() {
      guard case let weight = rows.weight(row), weight > 0, let place = position[score] else {
        continue
      }
      if rows.targets[row] == 1 {
        positives.positions.append(place)
        positives.weights.append(weight)
      } else {
        negatives.positions.append(place)
        negatives.weights.append(weight)
      }
    }
  }

  /// The curve of one resample, at the scores of all rows.
  ///
  /// - Complexity: O(n).
  func resample(seed: UInt64) -> RankingCurve {
    var generator = SplitMix64(state: seed)
    let count = curve.thresholds.count
    return RankingCurve(
      thresholds: curve.thresholds,
      truePositives: positives.resampledSums(count, &generator),
      falsePositives: negatives.resampledSums(count, &generator))
  }
}

/// The spread of a number over the resamples of a bootstrap.
public struct BootstrapInterval: Codable, Hashable, Sendable {
  /// The standard deviation.
  public let standardDeviation: Double
  /// The 5 % quantile.
  public let lowerBound: Double
  /// The 95 % quantile.
  public let upperBound: Double

  /// The interval of the resamples in which the number is defined; nil if there are none.
  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let spread = Spread(sorted) else { return nil }
    /// The smallest value with at least this share of the values up to it.
    func quantile(_ share: Double) -> Double {
      sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }
    standardDeviation = spread.standardDeviation
    lowerBound = quantile(0.05)
    upperBound = quantile(0.95)
  }
}
