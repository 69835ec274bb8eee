// SPDX-License-Identifier: Apache-2.0
/// A division of rows into folds. By chance the numbers of positives in the folds differ by at most
/// one, and so do the numbers of negatives. Given folds have at least one row of each class.
package struct StratifiedFolds: Hashable, Sendable {
  /// The number of folds.
  package let count: Int
  /// The fold of each row.
  package let assignment: [UInt32]

  /// Divides rows at random.
  ///
  /// The same seed gives the same folds on every platform and with every version of Swift. Rows of
  /// weight 0 are in fold 0, without effect.
  ///
  /// - Parameters:
  ///   - targets: 0 or 1 for each row.
  ///   - weights: A weight for each row; the division depends only on which are 0.
  ///   - count: The number of folds, at least 2.
  ///   - seed: Any number.
  /// - Throws: `ClassificationError` if a class has fewer rows than there are folds.
  package init(
    targets: [Double], weights: [Double]? = nil, count: Int, seed: UInt64
  ) throws(ClassificationError) {
    guard count >= 2 else {
      throw .invalidSetting(name: "the number of folds", value: "\(count)", expected: "at least 2")
    }
    var generator = SplitMix64(state: seed)
    var assignment = [UInt32](repeating: 0, count: targets.count)
    // The second class starts in the fold after the last of the first, so the sizes of the folds
    // differ by at most one.
    var fold = 0
    for isPositive in [true, false] {
      var rows: [UInt32] = []
      for row in targets.indices
      where (targets[row] == 1) == isPositive && weights.map({ $0[row] > 0 }) ?? true {
        rows.append(UInt32(row))
      }
      if rows.isEmpty {
        throw .oneClass(positive: !isPositive, isWeighted: weights?.contains(0) == true)
      }
      guard rows.count >= count else {
        throw .tooFewForFolds(positive: isPositive, count: rows.count, folds: count)
      }
      generator.shuffle(&rows)
      for row in rows {
        assignment[Int(row)] = UInt32(fold)
        fold = (fold + 1) % count
      }
    }
    self.count = count
    self.assignment = assignment
  }

  /// Divides the rows as given, or by chance if nothing is.
  init(
    _ given: Folds?, targets: [Double], weights: [Double]?, count: Int, seed: UInt64
  ) throws(ClassificationError) {
    guard let given else {
      try self.init(targets: targets, weights: weights, count: count, seed: seed)
      return
    }
    guard given.indices.count == targets.count else {
      throw .lengthMismatch(
        what: "folds", expected: targets.count, received: given.indices.count)
    }
    guard given.names.count >= 2 else { throw .oneFold(given) }
    var has = given.names.map { _ in [false, false] }
    for (row, fold) in given.indices.enumerated() where weights.map({ $0[row] > 0 }) ?? true {
      has[Int(fold)][targets[row] == 1 ? 1 : 0] = true
    }
    for (fold, classes) in has.enumerated() where classes.contains(false) {
      throw .foldOfOneClass(
        given, fold, positive: !classes[0], isWeighted: weights?.contains(0) == true)
    }
    self.init(assignment: given.indices, count: given.names.count)
  }

  /// The fold of each row, which is not checked.
  init(assignment: [UInt32], count: Int) {
    self.assignment = assignment
    self.count = count
  }

  /// Divides the rows of a matrix, and checks the targets and the weights.
  init(
    checking features: FeatureMatrix, _ given: Folds? = nil, targets: [Double],
    weights: [Double]?, count: Int, seed: UInt64
  ) throws(ClassificationError) {
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    // There are no logits yet, and targets are as finite.
    _ = try LabelledScores(logits: targets, targets: targets, weights: weights)
    try self.init(given, targets: targets, weights: weights, count: count, seed: seed)
  }

  /// The rows of a fold.
  package func rows(inFold fold: Int) -> [Int] {
    assignment.indices.filter { assignment[$0] == fold }
  }
}
