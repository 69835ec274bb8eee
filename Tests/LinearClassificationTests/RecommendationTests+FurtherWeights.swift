// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

// The weights beyond the end of a path.
extension RecommendationTests {
  @Test func thePathIsExtendedForAGoal() throws {
    func study(_ goal: TradeoffGoal, _ weights: [Double], confidence: Double? = nil) throws
      -> (extended: TradeoffStudy, plain: TradeoffStudy)
    {
      var settings = TradeoffStudy.Settings(
        positiveWeights: weights, extendsPath: true, folds: 3, goal: goal, confidence: confidence)
      let extended = try TradeoffStudy(
        Self.digits.features, targets: Self.digits.targets, settings: settings)
      settings.extendsPath = false
      return (
        extended,
        try TradeoffStudy(Self.digits.features, targets: Self.digits.targets, settings: settings)
      )
    }
    // Recall needs larger weights: the next decade suffices.
    let recall = try study(.recall(atLeast: 0.85), [0.5, 2])
    #expect(recall.plain.recommendation?.weight.isReached == false)
    let weight = try #require(recall.extended.recommendation?.weight)
    #expect(weight.isReached && weight.confusion.truePositives == 148)
    #expect(
      recall.extended.weightPath.map(\.positiveWeight) == [0.5, 2, 3.17, 5.02, 7.96, 12.6, 20])
    #expect(recall.extended.settings.positiveWeights == [0.5, 2])
    // Precision needs smaller ones.
    let precision = try study(.precision(atLeast: 0.9), [2, 5])
    #expect(precision.plain.recommendation?.weight.isReached == false)
    #expect(precision.extended.recommendation?.weight.isReached == true)
    #expect(precision.extended.weightPath.first?.positiveWeight == 0.2)
    // At most two decades, and only if the goal is not reached.
    let far = try study(.recall(atLeast: 1), [0.01, 0.02]).extended
    #expect(far.weightPath.count == 12 && far.weightPath.last?.positiveWeight == 2)
    #expect(far.recommendation?.furtherWeights == 2...200)
    let reached = try study(.recall(atLeast: 0.6), [0.5, 2])
    #expect(reached.extended.weightPath == reached.plain.weightPath)
    // It ends where larger weights have stopped helping.
    let (features, targets) = TestData.problem(rows: 100, columns: 2, seed: 60)
    let exhausted = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: [1e4, 1e5, 1e6], extendsPath: true, folds: 3, goal: .recall(atLeast: 1),
        confidence: 0.99))
    #expect(exhausted.weightPath.count == 3 && exhausted.recommendation?.exhaustedWeight == 1e6)
  }

  @Test func largestWeightIsClosestIfNoRowIsFlagged() throws {
    for goal in [try TradeoffGoal.recall(atLeast: 0.5), try .precision(atLeast: 0.5)] {
      let study = try Self.study(goal, [1e-9, 2e-9, 4e-9])
      #expect(study.weightPath.allSatisfy { $0.pooled[.precision] == nil })
      let recommendation = try #require(study.recommendation)
      #expect(!recommendation.weight.isReached && recommendation.weight.positiveWeight == 4e-9)
      #expect(recommendation.furtherWeights == 4e-9...100 * 4e-9)
    }
  }

  @Test func furtherWeightsAreInTheDirectionOfTheGoal() throws {
    func recommendation(_ goal: TradeoffGoal, _ weights: [Double]) throws -> Recommendation {
      try #require(Self.study(goal, weights).recommendation)
    }
    // Precision rises as the weight falls.
    let precise = try recommendation(.precision(atLeast: 1), [1, 50])
    #expect(!precise.weight.isReached && precise.furtherWeights == 0.01...1)
    // If a weight flags no row, smaller ones do not either.
    let silent = try recommendation(.precision(atLeast: 1), [1e-9, 1, 50])
    #expect(!silent.weight.isReached && silent.furtherWeights == nil)
    #expect(try recommendation(.recall(atLeast: 0.5), [1, 2]).furtherWeights == nil)
  }

  /// All positives are found with each of the weights, and are too few for the confidence.
  @Test func noFurtherWeightsIfTheyHaveStoppedHelping() throws {
    let (features, targets) = TestData.problem(rows: 100, columns: 2, seed: 60)
    let study = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: [1e4, 1e5, 1e6], folds: 3, goal: try .recall(atLeast: 1),
        confidence: 0.99))
    let recommendation = try #require(study.recommendation)
    #expect(!recommendation.weight.isReached && recommendation.weight.recall == 1)
    #expect(recommendation.furtherWeights == nil && recommendation.exhaustedWeight == 1e6)
  }
}
