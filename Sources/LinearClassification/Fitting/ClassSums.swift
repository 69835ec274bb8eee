// SPDX-License-Identifier: Apache-2.0
/// The weight of each class: Σ w z and Σ w (1 - z).
struct ClassSums: Hashable, Sendable {
  private(set) var positive = 0.0
  private(set) var negative = 0.0

  init() {}

  /// Adds the weights, and checks each target and weight.
  init(targets: [Double], weights: [Double]?) throws(ClassificationError) {
    if let weights, weights.count != targets.count {
      throw .lengthMismatch(what: "weights", expected: targets.count, received: weights.count)
    }
    for row in targets.indices {
      let weight = weights.map { $0[row] } ?? 1
      guard weight >= 0, weight.isFinite else { throw .invalidWeight(weight, row: row + 1) }
      guard weight > 0 else { continue }
      let target = targets[row]
      guard target >= 0, target <= 1 else { throw .invalidTarget(target, row: row + 1) }
      add(target: target, weight: weight)
    }
    if positive == 0, negative == 0 { throw .noRows }
    guard positive > 0, negative > 0 else {
      throw .oneClass(positive: positive > 0, isWeighted: weights?.contains(0) == true)
    }
  }

  /// Adds one row, which is not checked.
  mutating func add(target: Double, weight: Double) {
    positive += weight * target
    negative += weight * (1 - target)
  }

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.positive += b.positive
    sum.negative += b.negative
    return sum
  }

  /// The sum of the rows' weights in a fit.
  func weightSum(positiveWeight: Double) throws(ClassificationError) -> Double {
    let sum = positiveWeight * positive + negative
    guard sum.isFinite else {
      throw .invalidSetting(
        name: "the sum of the rows' weights, with the positive weight \(positiveWeight),",
        value: sum, expected: "finite")
    }
    return sum
  }
}
