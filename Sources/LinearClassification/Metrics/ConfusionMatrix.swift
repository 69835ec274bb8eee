// SPDX-License-Identifier: Apache-2.0
/// The sums of the rows' weights by class and predicted class.
///
/// A ratio with the denominator 0 is undefined and nil, never 0 or NaN.
public struct ConfusionMatrix: Codable, Hashable, Sendable {
  /// Positives predicted positive.
  public private(set) var truePositives: Double
  /// Negatives predicted positive.
  public private(set) var falsePositives: Double
  /// Negatives predicted negative.
  public private(set) var trueNegatives: Double
  /// Positives predicted negative.
  public private(set) var falseNegatives: Double

  /// A matrix with the given counts.
  public init(
    truePositives: Double, falsePositives: Double, trueNegatives: Double, falseNegatives: Double
  ) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.trueNegatives = trueNegatives
    self.falseNegatives = falseNegatives
  }

  /// TP / (TP + FP): the share of positives among the rows predicted positive.
  public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }

  /// TP / (TP + FN): the share of the positive rows that are predicted positive.
  public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }

  /// TN / (TN + FP): the share of the negative rows that are predicted negative.
  public var specificity: Double? { ratio(trueNegatives, trueNegatives + falsePositives) }

  /// 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall.
  public var f1: Double? {
    // Halves, because twice a sum could overflow.
    ratio(truePositives, truePositives + (falsePositives / 2 + falseNegatives / 2))
  }

  /// (recall + specificity) / 2.
  public var balancedAccuracy: Double? {
    guard let recall, let specificity else { return nil }
    return (recall + specificity) / 2
  }

  /// Matthews's correlation coefficient, (TP TN - FP FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)).
  /// Undefined if a class does not occur or is never predicted; scikit-learn returns 0 then.
  public var matthewsCorrelation: Double? {
    // Shares of the largest, exact powers of two apart, because products could overflow.
    let largest = max(max(truePositives, falsePositives), max(trueNegatives, falseNegatives))
    guard largest > 0 else { return nil }
    func share(_ count: Double) -> Double {
      Double(sign: .plus, exponent: -Int(largest.exponent), significand: count)
    }
    let (tp, fp) = (share(truePositives), share(falsePositives))
    let (tn, fn) = (share(trueNegatives), share(falseNegatives))
    let denominator =
      (tp + fp).squareRoot() * (tp + fn).squareRoot() * (tn + fp).squareRoot()
      * (tn + fn).squareRoot()
    // Rounding can exceed the range.
    return ratio(tp * tn - fp * fn, denominator).map { min(max($0, -1), 1) }
  }

  private func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
    denominator > 0 ? numerator / denominator : nil
  }
}

/// Counts rows by class and decision.
struct ConfusionCounts {
  /// A row is predicted positive if its score is at least this number.
  let threshold: Double
  private var (truePositives, falsePositives) = (0.0, 0.0)
  private var (trueNegatives, falseNegatives) = (0.0, 0.0)

  init(threshold: Double) { self.threshold = threshold }

  @inline(__always)
  mutating func add(_ score: Double, isPositive: Bool, weight: Double) {
    switch (score >= threshold, isPositive) {
    case (true, true): truePositives += weight
    case (true, false): falsePositives += weight
    case (false, true): falseNegatives += weight
    case (false, false): trueNegatives += weight
    }
  }

  /// The counts in the original unit of the weights.
  func matrix(_ unit: WeightUnit) -> ConfusionMatrix {
    ConfusionMatrix(
      truePositives: unit.original(truePositives), falsePositives: unit.original(falsePositives),
      trueNegatives: unit.original(trueNegatives), falseNegatives: unit.original(falseNegatives))
  }
}
