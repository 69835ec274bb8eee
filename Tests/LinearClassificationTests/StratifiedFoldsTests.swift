// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

@Suite struct StratifiedFoldsTests {
  /// Interleaved targets with the given numbers of positives and negatives.
  private func targets(positives: Int, negatives: Int) -> [Double] {
    let total = positives + negatives
    return (0..<total).map { ($0 + 1) * positives / total > $0 * positives / total ? 1 : 0 }
  }

  @Test(arguments: [(5, 5), (7, 100), (23, 24), (174, 1623)], [2, 3, 5])
  func eachClassIsSpreadEvenly(_ classes: (positives: Int, negatives: Int), count: Int) throws {
    let targets = targets(positives: classes.positives, negatives: classes.negatives)
    let folds = try StratifiedFolds(targets: targets, count: count, seed: 9)
    #expect(folds.count == count)
    #expect(folds.assignment.count == targets.count)
    let rows = (0..<count).map { folds.rows(inFold: $0) }
    #expect(rows.joined().sorted() == Array(targets.indices), "every row is in one fold")
    func isEven(_ counts: [Int]) -> Bool { counts.max()! - counts.min()! <= 1 }
    #expect(isEven(rows.map(\.count)))
    #expect(isEven(rows.map { $0.count { targets[$0] == 1 } }))
    #expect(isEven(rows.map { $0.count { targets[$0] == 0 } }))
  }

  @Test func foldsDependOnTheSeed() throws {
    let targets = targets(positives: 30, negatives: 70)
    let folds = try StratifiedFolds(targets: targets, count: 5, seed: 1)
    #expect(try folds == StratifiedFolds(targets: targets, count: 5, seed: 1))
    #expect(try folds.assignment != StratifiedFolds(targets: targets, count: 5, seed: 2).assignment)
    // The folds are the same on all platforms and versions, so the seed reproduces a study.
    let short = try StratifiedFolds(targets: [1, 0, 1, 0, 1, 0, 0, 0], count: 2, seed: 0)
    #expect(short.assignment == [1, 1, 0, 1, 0, 0, 0, 1])
  }

  @Test func rowsOfWeightZeroDoNotCount() throws {
    let targets = targets(positives: 12, negatives: 24)
    let weights = targets.indices.map { Double($0 % 2) }
    let folds = try StratifiedFolds(targets: targets, weights: weights, count: 3, seed: 0)
    let counted = (0..<3).map { folds.rows(inFold: $0).count { weights[$0] > 0 } }
    #expect(counted.max()! - counted.min()! <= 1)
    #expect(folds.rows(inFold: 0).count == counted[0] + 18)
  }

  @Test func tooFewRowsOfAClass() {
    #expect(throws: ClassificationError.tooFewForFolds(positive: true, count: 2, folds: 3)) {
      try StratifiedFolds(targets: [1, 1, 0, 0, 0], count: 3, seed: 0)
    }
    #expect(throws: ClassificationError.tooFewForFolds(positive: false, count: 1, folds: 2)) {
      try StratifiedFolds(targets: [1, 1, 0], count: 2, seed: 0)
    }
    #expect(throws: ClassificationError.oneClass(positive: false)) {
      try StratifiedFolds(targets: [0, 0, 0], count: 2, seed: 0)
    }
    #expect(throws: ClassificationError.oneClass(positive: true, isWeighted: true)) {
      try StratifiedFolds(targets: [1, 1, 0], weights: [1, 1, 0], count: 2, seed: 0)
    }
  }
}
