// SPDX-License-Identifier: Apache-2.0

/// A map from the scores of any classifier to probabilities, fitted to rows with known targets.
///
/// It never changes which of two rows ranks higher, except that ``Method/isotonic`` gives some rows
/// the same probability, and that ``Method/platt`` reverses scores that rank the negatives higher.
public struct ScoreCalibration: Hashable, Sendable {
  /// How the map is fitted.
  public enum Method: String, CaseIterable, Codable, Sendable {
    /// σ(a x + b) of the log odds x: two numbers, which a few dozen positives determine (Platt,
    /// Advances in Large Margin Classifiers 1999).
    case platt
    /// An increasing function without a formula; see Zadrozny and Elkan, KDD 2002. It fits any
    /// distortion that preserves the order, and needs about a thousand rows.
    case isotonic
  }

  enum Curve: Hashable, Sendable {
    case platt(slope: Double, intercept: Double)
    case isotonic(IsotonicCurve)
  }

  let curve: Curve

  /// The method.
  public var method: Method {
    switch curve {
    case .platt: .platt
    case .isotonic: .isotonic
    }
  }

  /// Fits a map.
  ///
  /// Platt's method minimises the log loss against his targets, (n₊ + 1) / (n₊ + 2) for the n₊
  /// positive rows and 1 / (n₋ + 2) for the n₋ negative ones, so that separable scores have finite
  /// coefficients. With weights, n₊ and n₋ are the sums of the weights.
  ///
  /// - Parameters:
  ///   - method: How the map is fitted.
  ///   - logits: n finite log odds; ``LogOdds`` makes them from probabilities.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  /// - Throws: ``ClassificationError`` if an argument does not match its description, a class has
  ///   no rows, or Platt's method finds every score the same.
  /// - Complexity: O(n) for `platt`, O(n log n) for `isotonic`.
  public init(
    _ method: Method, logits: [Double], targets: [Double], weights: [Double]? = nil
  ) throws(ClassificationError) {
    let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
    let sums = try ClassSums(targets: targets, weights: weights)
    switch method {
    case .isotonic: curve = .isotonic(IsotonicCurve(rows))
    case .platt:
      let high = (sums.positive + 1) / (sums.positive + 2)
      let low = 1 / (sums.negative + 2)
      let model = try LogisticRegression(l2: 0).fit(
        FeatureMatrix(columns: [.numbers(logits)], names: ["score"]),
        targets: targets.map { $0 == 1 ? high : low }, weights: weights)
      curve = .platt(slope: model.originalCoefficients[0], intercept: model.originalIntercept)
    }
  }

  init(curve: Curve) { self.curve = curve }

  /// The probability of each row.
  ///
  /// - Parameter logits: Log odds from the same classifier.
  public func probabilities(_ logits: [Double]) -> [Double] {
    switch curve {
    case .platt(let slope, let intercept): logits.map { (slope * $0 + intercept).logistic }
    case .isotonic(let curve): logits.map { curve[$0] }
    }
  }

  /// For each row the probability from a map that was fitted without its fold: what the map gives
  /// on new rows.
  ///
  /// - Parameters:
  ///   - method: How the maps are fitted.
  ///   - logits: n finite log odds.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  ///   - folds: The number of folds, at least 2; each has the same share of positives.
  ///   - seed: The seed of the division into folds.
  ///   - givenFolds: The fold of each row, if they are given; then `folds` and `seed` do not count.
  /// - Throws: As a fit, and if a class has fewer rows than there are folds, or given folds are
  ///   fewer than two or one lacks a class.
  public static func heldOutProbabilities(
    _ method: Method, logits: [Double], targets: [Double], weights: [Double]? = nil,
    folds: Int = 5, seed: UInt64 = 0, givenFolds: Folds? = nil
  ) throws(ClassificationError) -> [Double] {
    _ = try LabelledScores(logits: logits, targets: targets, weights: weights)
    let division = try StratifiedFolds(
      givenFolds, targets: targets, weights: weights, count: folds, seed: seed)
    var probabilities = [Double](repeating: 0, count: logits.count)
    for fold in 0..<division.count {
      let others = division.assignment.indices.filter { division.assignment[$0] != fold }
      let map = try ScoreCalibration(
        method, logits: others.map { logits[$0] }, targets: others.map { targets[$0] },
        weights: weights.map { weights in others.map { weights[$0] } })
      let rows = division.rows(inFold: fold)
      for (row, probability) in zip(rows, map.probabilities(rows.map { logits[$0] })) {
        probabilities[row] = probability
      }
    }
    return probabilities
  }
}
