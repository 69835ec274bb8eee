// SPDX-License-Identifier: Apache-2.0
/// A division of rows into folds that have, to within one row, the same number of positives and the same number of negatives.
public struct StratifiedFolds: Hashable, Sendable {
  /// The number of folds.
  public let count: Int
  /// The fold of each row.
  public let assignment: [Int]

  /// Divides rows at random.
  ///
  /// The same seed gives the same folds, on every platform and with every version of Swift. Rows of weight 0 are in fold 0 and count nowhere.
  ///
  /// - Parameters:
  ///   - targets: 0 or 1 for each row.
  ///   - weights: n numbers; only whether they are 0 matters.
  ///   - count: at least 2.
  ///   - seed: any number.
  /// - Throws: `ClassificationError` where a class has fewer rows than there are folds.
  public init(
    targets: [Double], weights: [Double]? = nil, count: Int, seed: UInt64
  ) throws(ClassificationError) {
    guard count >= 2 else {
      throw .invalidSetting(name: "the number of folds", value: "\(count)", expected: "at least 2")
    }
    var generator = SplitMix64(state: seed)
    var assignment = [Int](repeating: 0, count: targets.count)
    // The second class goes on dealing where the first has ended, so that the folds' sizes differ by one at most.
    var fold = 0
    for isPositive in [true, false] {
      var rows = targets.indices.filter { row in
        (targets[row] == 1) == isPositive && weights.map { $0[row] > 0 } ?? true
      }
      if rows.isEmpty {
        throw .oneClass(positive: !isPositive, isWeighted: weights?.contains(0) == true)
      }
      guard rows.count >= count else {
        throw .tooFewForFolds(positive: isPositive, count: rows.count, folds: count)
      }
      generator.shuffle(&rows)
      for row in rows {
        assignment[row] = fold
        fold = (fold + 1) % count
      }
    }
    self.count = count
    self.assignment = assignment
  }

  /// The rows of a fold.
  public func rows(inFold fold: Int) -> [Int] {
    assignment.indices.filter { assignment[$0] == fold }
  }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). The standard library's shuffle promises no order; this one is fixed by the seed.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Fisher and Yates's shuffle. The high word of a product is a number below the bound, with a bias of at most bound / 2⁶⁴.
  mutating func shuffle(_ rows: inout [Int]) {
    for index in stride(from: rows.count - 1, to: 0, by: -1) {
      rows.swapAt(index, Int(next().multipliedFullWidth(by: UInt64(index + 1)).high))
    }
  }
}
