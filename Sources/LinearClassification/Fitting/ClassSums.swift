// SPDX-License-Identifier: Apache-2.0

/// The weight of each class, Σ w z and Σ w (1 - z): exact sums of the sums of blocks of rows.
struct ClassSums: Sendable {
  private(set) var positiveSum: ExactAccumulator
  private(set) var negativeSum: ExactAccumulator

  init(
    positive: ExactAccumulator = ExactAccumulator(), negative: ExactAccumulator = ExactAccumulator()
  ) {
    positiveSum = positive
    negativeSum = negative
  }

  /// The sums of all rows. Checks each target and weight, and that there are both classes.
  init(targets: [Double], weights: [Double]?) throws(ClassificationError) {
    try Self.check(targets: targets, weights: weights)
    self = Self.ofFolds(targets: targets, weights: weights, folds: nil)[0]
    try checkClasses(isWeighted: weights?.contains(0) == true)
  }

  /// Checks each target and weight.
  static func check(targets: [Double], weights: [Double]?) throws(ClassificationError) {
    if let weights, weights.count != targets.count {
      throw .lengthMismatch(what: "weights", expected: targets.count, received: weights.count)
    }
    var total = 0.0
    for row in targets.indices {
      let weight = weights.map { $0[row] } ?? 1
      guard weight >= 0, weight.isFinite else { throw .invalidWeight(weight, row: row + 1) }
      guard weight > 0 else { continue }
      total += weight
      let target = targets[row]
      guard target >= 0, target <= 1 else { throw .invalidTarget(target, row: row + 1) }
    }
    guard total.isFinite else { throw .infiniteWeights }
  }

  /// - Parameter isWeighted: Whether a row has weight 0.
  func checkClasses(isWeighted: Bool) throws(ClassificationError) {
    let (positive, negative) = (positive, negative)
    if positive == 0, negative == 0 { throw .noRows }
    guard positive > 0, negative > 0 else {
      throw .oneClass(positive: positive > 0, isWeighted: isWeighted)
    }
  }

  /// The sums of the rows of each fold, which are not checked.
  static func ofFolds(
    targets: [Double], weights: [Double]?, folds: StratifiedFolds?
  ) -> [Self] {
    var sums = [Self](repeating: Self(), count: folds?.count ?? 1)
    for block in RowBlocks.all(rowCount: targets.count) {
      var ofBlock = sums.map { _ in (positive: 0.0, negative: 0.0) }
      for row in block {
        let weight = weights.map { $0[row] } ?? 1
        guard weight > 0 else { continue }
        let fold = Int(folds?.assignment[row] ?? 0)
        ofBlock[fold].positive += weight * targets[row]
        ofBlock[fold].negative += weight * (1 - targets[row])
      }
      for fold in sums.indices {
        sums[fold].positiveSum.add(ofBlock[fold].positive)
        sums[fold].negativeSum.add(ofBlock[fold].negative)
      }
    }
    return sums
  }

  var positive: Double { positiveSum.value }
  var negative: Double { negativeSum.value }

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.positiveSum.add(b.positiveSum)
    sum.negativeSum.add(b.negativeSum)
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
