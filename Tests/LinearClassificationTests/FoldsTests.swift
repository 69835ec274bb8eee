// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LinearClassification

/// Folds that are given, and folds by a hash.
@Suite struct FoldsTests {
  private static let count = 600
  private let features: FeatureMatrix
  private let targets: [Double]

  init() {
    (features, targets) = TestData.problem(rows: Self.count, columns: 3, rate: 0.3, seed: 120)
  }

  @Test func names() {
    let numbers = Folds([7, -1, 10, 7])
    #expect(numbers.names == ["-1", "7", "10"] && numbers.indices == [1, 0, 2, 1])
    let texts = Folds(["b", "ä", "a", "b"])
    #expect(texts.names == ["a", "b", "ä"] && texts.indices == [1, 2, 0, 1])
  }

  /// Given folds that are those of a seed give the numbers of that seed.
  @Test func givenFoldsReplaceThoseByChance() throws {
    let seeded = try StratifiedFolds(targets: targets, count: 3, seed: 8).assignment
    let folds = Folds(seeded.map { "fold \($0)" })
    var settings = TradeoffStudy.Settings(positiveWeights: [1, 5], folds: 3, seed: 8)
    let byChance = try TradeoffStudy(features, targets: targets, settings: settings)
    settings.folds = 7
    let given = try TradeoffStudy(features, targets: targets, folds: folds, settings: settings)
    #expect(given.weightPath == byChance.weightPath)
    #expect(given.settings.folds == 3)
    #expect(given.settings.foldNames == ["fold 0", "fold 1", "fold 2"])
    #expect(byChance.settings.foldNames == nil)
    #expect(try given.json().contains("\"foldNames\""))
    #expect(try !byChance.json().contains("foldNames"))
    #expect(
      try PenaltySearch(features, targets: targets, givenFolds: folds)
        == PenaltySearch(features, targets: targets, folds: 3, seed: 8))
    let scores = (0..<Self.count).map { Double($0 * 37 % Self.count) / Double(Self.count) }
    let calibrated = try ScoreCalibration.heldOutProbabilities(
      .platt, logits: scores, targets: targets, folds: 3, seed: 8)
    #expect(
      try ScoreCalibration.heldOutProbabilities(
        .platt, logits: scores, targets: targets, givenFolds: folds) == calibrated)
    func study(_ folds: Folds?) throws -> ThresholdStudy {
      try ThresholdStudy(
        scores: scores, kind: .logOdds, targets: targets, folds: folds,
        settings: ThresholdStudy.Settings(
          calibration: .platt, resamples: 2, folds: folds == nil ? 3 : 5, seed: 8))
    }
    #expect(try study(folds).calibration == study(nil).calibration)
    #expect(try study(folds).settings.foldNames == folds.names)
  }

  @Test func errors() {
    func error(_ folds: Folds, weights: [Double]? = nil) -> ClassificationError? {
      classificationError {
        _ = try TradeoffStudy(
          features, targets: targets, weights: weights, folds: folds,
          settings: TradeoffStudy.Settings(positiveWeights: [1]))
      }
    }
    #expect(error(Folds(targets.indices.map { $0 % 2 })) == nil)
    #expect(error(Folds([1, 2]))?.code == .lengthMismatch)
    #expect(error(Folds(targets.map { _ in "all" }))?.code == .invalidFolds)
    let first = error(Folds(targets.indices.map { $0 < 20 ? 0 : targets[$0] == 1 ? 1 : 2 }))
    #expect(
      first?.code == .invalidFolds && first?.row == 1 + (20..<600).first { targets[$0] == 1 }!)
    #expect(
      first?.description.contains(#"the fold "1", which begins here, has no negatives"#) == true)
    // Rows of weight 0 do not count.
    let weights = targets.indices.map { $0 < 300 && targets[$0] == 1 ? 0.0 : 1 }
    #expect(
      error(Folds(targets.indices.map { $0 / 300 }), weights: weights)?.description.contains(
        "no positives of weight above 0") == true)
    #expect(
      classificationError { _ = try Folds(numbers: [1, 2.5]) }
        == ClassificationError.fractionalFold(2.5, row: 2))
  }

  /// The first numbers are those of the paper's appendix A and of its reference code.
  @Test func hash() {
    let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    #expect(SipHash.hash(0..<15, key: key) == 0xa129_ca61_49be_45e5)
    #expect(SipHash.hash([], key: key) == 0x726f_db47_dd0e_0e31)
    #expect(SipHash.hash(0..<8, key: key) == 0x93f5_f579_9a93_2462)
    #expect(Folds.index(ofKey: [], seed: 0, count: 5) == 0)
    #expect(Folds.index(ofKey: "customer 17".utf8, seed: 0, count: 5) == 4)
    #expect(Folds.index(ofKey: "customer 17".utf8, seed: 1, count: 5) == 0)
    #expect(Folds.index(ofKey: "customer 18".utf8, seed: 0, count: 10) == 3)
    let keys: [Int64] = [-1, 0, 1, 2, 3, 1 << 40]
    #expect(keys.map { Folds.index(ofKey: $0, seed: 7, count: 5) } == [4, 0, 1, 3, 4, 4])
  }
}
