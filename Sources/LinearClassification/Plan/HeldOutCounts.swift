// SPDX-License-Identifier: Apache-2.0

/// Held-out rows by fold, class and probability: what a threshold decides.
public struct HeldOutCounts: Hashable, Sendable {
  /// q, the positive weight in training.
  public let positiveWeight: Double
  /// Thresholds on the probability σ(x), in ascending order.
  public let thresholds: [Double]
  /// The number of folds.
  public let foldCount: Int
  /// For each fold the negatives and then the positives below the first threshold, between two, and
  /// from the last.
  private let bins: [Double]

  init(positiveWeight: Double, thresholds: [Double], foldCount: Int, bins: [Double]) {
    self.positiveWeight = positiveWeight
    self.thresholds = thresholds
    self.foldCount = foldCount
    self.bins = bins
  }

  /// The decisions of a threshold. Without weights the counts are exact integers.
  ///
  /// - Parameters:
  ///   - index: The index of the threshold.
  ///   - fold: A fold; nil for all rows.
  public func confusion(at index: Int, fold: Int? = nil) -> ConfusionMatrix {
    func sum(_ isPositive: Bool, _ range: Range<Int>) -> Double {
      range.reduce(0) { $0 + count(in: $1, isPositive: isPositive, fold: fold) }
    }
    let (below, above) = (0..<index + 1, index + 1..<thresholds.count + 1)
    return ConfusionMatrix(
      truePositives: sum(true, above), falsePositives: sum(false, above),
      trueNegatives: sum(false, below), falseNegatives: sum(true, below))
  }

  /// The rows of a class from the threshold `bin - 1` to below the next.
  private func count(in bin: Int, isPositive: Bool, fold: Int?) -> Double {
    let folds = fold.map { $0..<$0 + 1 } ?? 0..<foldCount
    return folds.reduce(0) {
      $0 + bins[(2 * $1 + (isPositive ? 1 : 0)) * (thresholds.count + 1) + bin]
    }
  }

  /// The index of the threshold for a goal: the largest that reaches a recall, or the smallest that
  /// reaches a precision. Nil if none does.
  func index(for goal: TradeoffGoal) -> Int? {
    func rows(_ bin: Int, _ isPositive: Bool) -> Double {
      count(in: bin, isPositive: isPositive, fold: nil)
    }
    let positives = (0...thresholds.count).reduce(0) { $0 + rows($1, true) }
    var (hits, alarms) = (0.0, 0.0)
    var best: Int?
    for index in thresholds.indices.reversed() {
      hits += rows(index + 1, true)
      alarms += rows(index + 1, false)
      // NaN, if there are no such rows.
      let metric = goal.metric == .recall ? hits / positives : hits / (hits + alarms)
      guard metric >= goal.minimum else { continue }
      best = index
      if goal.metric == .recall { break }
    }
    return best
  }

  /// The thresholds with further ones where a better one for a goal may be; nil if none can be
  /// better.
  ///
  /// Between the threshold of a recall and the next there may be one with fewer false alarms, if
  /// there are negatives. Between that of a precision and the one before there may be one that
  /// finds more, if there are positives.
  func refinedThresholds(for goal: TradeoffGoal) -> [Double]? {
    guard let index = index(for: goal) else { return nil }
    let isRecall = goal.metric == .recall
    let bin = isRecall ? index + 1 : index
    guard count(in: bin, isPositive: !isRecall, fold: nil) > 0 else { return nil }
    let low = bin > 0 ? thresholds[bin - 1] : 0
    let high = bin < thresholds.count ? thresholds[bin] : 1.nextUp
    // Bit patterns of positive numbers are in their order.
    let (first, count) = (low.bitPattern, high.bitPattern - low.bitPattern)
    let steps = min(count, 256)
    guard steps > 1 else { return nil }
    let further = (1..<steps).map { step in
      Double(bitPattern: first + step * (count / steps) + step * (count % steps) / steps)
    }
    return Set(thresholds + further).sorted()
  }
}
