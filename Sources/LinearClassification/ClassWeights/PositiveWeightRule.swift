// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A rule for the positive weight of a class, from the numbers of its positive and negative rows.
public enum PositiveWeightRule: Hashable, Sendable {
  /// n₋ / n₊: both classes have the same total weight.
  case balanced
  /// √(n₋ / n₊): a compromise between 1 and `balanced` for classes that are very rare.
  case squareRoot
  /// (1 - βⁿ⁻) / (1 - βⁿ⁺): the ratio of the effective numbers of samples, for β in [0, 1). It is 1
  /// for β = 0 and approaches `balanced` for β → 1. Source: Cui, Jia, Lin, Song and Belongie, CVPR
  /// 2019, who try 0.9, 0.99, 0.999 and 0.9999.
  case effectiveNumber(beta: Double)

  /// The weight for sums of rows, or of their weights; nil if a class has no rows.
  ///
  /// - Throws: ``ClassificationError`` if β is outside [0, 1).
  public func positiveWeight(
    positives: Double, negatives: Double
  ) throws(ClassificationError) -> Double? {
    if case .effectiveNumber(let beta) = self, !(beta >= 0 && beta < 1) {
      throw .invalidSetting(name: "β", value: beta, expected: "at least 0 and below 1")
    }
    guard positives > 0, negatives > 0 else { return nil }
    switch self {
    case .balanced: return negatives / positives
    case .squareRoot: return (negatives / positives).squareRoot()
    case .effectiveNumber(let beta):
      // 1 - βⁿ without cancellation for β near 1.
      return expm1(negatives * log(beta)) / expm1(positives * log(beta))
    }
  }
}
