// SPDX-License-Identifier: Apache-2.0
/// A positive weight for each class of a multi-label problem, with the counts that it comes from.
public struct ClassWeights: Hashable, Sendable {
  /// One class.
  public struct Class: Codable, Hashable, Sendable {
    /// The name of the class.
    public let name: String
    /// n₊, the sum of its targets.
    public let positives: Double
    /// n₋, the number of rows less n₊.
    public let negatives: Double
    /// Its weight; 1 if it has no positives or no negatives, so that no rule applies.
    public let positiveWeight: Double

    /// Whether all targets are equal.
    public var isConstant: Bool { positives == 0 || negatives == 0 }
  }

  /// The classes, in the order of the targets.
  public let classes: [Class]

  /// The weights as an array, for a loss.
  public var positiveWeights: [Double] { classes.map(\.positiveWeight) }

  /// Weights by a rule.
  ///
  /// - Parameters:
  ///   - counts: The counts of the classes.
  ///   - rule: The rule.
  ///   - cap: The largest weight, at least 1. Its inverse is the smallest.
  /// - Throws: ``ClassificationError`` if a setting does not match its description.
  public init(
    _ counts: ClassCounts, rule: PositiveWeightRule, cap: Double? = nil
  ) throws(ClassificationError) {
    if let cap, !(cap >= 1 && cap.isFinite) {
      throw .invalidSetting(name: "the cap", value: cap, expected: "finite and at least 1")
    }
    var classes: [Class] = []
    for (index, name) in counts.names.enumerated() {
      let (positives, negatives) = (counts.positives[index], counts.negatives(index))
      let weight = try rule.positiveWeight(positives: positives, negatives: negatives) ?? 1
      classes.append(
        Class(
          name: name, positives: positives, negatives: negatives,
          positiveWeight: cap.map { min(max(weight, 1 / $0), $0) } ?? weight))
    }
    self.classes = classes
  }
}
