// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TestSupport

@Suite struct RecommendationTests {
  private static let digits = TestData.digits

  private static func study(_ goal: TradeoffGoal, through last: Double = 100) throws
    -> TradeoffStudy
  {
    try TradeoffStudy(
      digits.features, targets: digits.targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: TradeoffStudy.geometricPath(from: 0.1, through: last, count: 5), folds: 3,
        goal: goal
      ))
  }

  @Test func recallAtTheHighestPrecision() throws {
    let study = try Self.study(.recall(atLeast: 0.85))
    let recommendation = try #require(study.recommendation)
    #expect(recommendation.isReached)
    let reaching = study.weightPath.filter { $0.pooled[.recall]! >= 0.85 }
    let best = reaching.max { $0.pooled[.precision]! < $1.pooled[.precision]! }!
    #expect(recommendation.positiveWeight == best.positiveWeight)
    #expect(recommendation.recall == best.pooled[.recall])
    #expect(recommendation.precision == best.pooled[.precision])
    #expect(recommendation.recallSpread == best.spread(of: .recall))
    let confusion = best.pooled.confusion
    #expect(
      recommendation.falseAlarmsPerCatch == confusion.falsePositives / confusion.truePositives)
    #expect(study.calibration.positiveWeight == best.positiveWeight)
    // The alternative has the highest precision of all thresholds that reach the goal.
    let alternative = try #require(recommendation.alternative)
    #expect(alternative.recall >= 0.85)
    #expect(
      study.unweightedCurve.allSatisfy {
        $0.recall < 0.85 || $0.precision <= alternative.precision
      })
    #expect(
      study.thresholdPath.allSatisfy {
        $0.pooled[.recall]! < 0.85 || $0.pooled[.precision]! <= alternative.precision
      })
  }

  @Test func precisionAtTheHighestRecall() throws {
    let study = try Self.study(.precision(atLeast: 0.9))
    let recommendation = try #require(study.recommendation)
    #expect(recommendation.isReached)
    let reaching = study.weightPath.filter { $0.pooled[.precision]! >= 0.9 }
    #expect(
      recommendation.positiveWeight
        == reaching.max { $0.pooled[.recall]! < $1.pooled[.recall]! }!.positiveWeight)
  }

  @Test func outOfReach() throws {
    let study = try Self.study(.recall(atLeast: 1), through: 2)
    let recommendation = try #require(study.recommendation)
    #expect(!recommendation.isReached)
    let highest = study.weightPath.map { $0.pooled[.recall]! }.max()!
    #expect(recommendation.recall == highest && highest < 1)
    #expect(recommendation.furtherWeights == 2...200)
    // A low enough threshold finds every positive.
    #expect(recommendation.alternative?.recall == 1)
  }

  @Test func largestWeightIsClosestIfNoRowIsFlagged() throws {
    for goal in [try TradeoffGoal.recall(atLeast: 0.5), try .precision(atLeast: 0.5)] {
      let study = try TradeoffStudy(
        Self.digits.features, targets: Self.digits.targets,
        settings: TradeoffStudy.Settings(positiveWeights: [1e-9, 2e-9, 4e-9], folds: 3, goal: goal))
      #expect(study.weightPath.allSatisfy { $0.pooled[.precision] == nil })
      let recommendation = try #require(study.recommendation)
      #expect(!recommendation.isReached && recommendation.positiveWeight == 4e-9)
      #expect(recommendation.furtherWeights == 4e-9...100 * 4e-9)
    }
  }

  @Test func furtherWeightsAreInTheDirectionOfTheGoal() throws {
    func recommendation(_ goal: TradeoffGoal, _ weights: [Double]) throws -> Recommendation {
      let study = try TradeoffStudy(
        Self.digits.features, targets: Self.digits.targets,
        settings: TradeoffStudy.Settings(positiveWeights: weights, folds: 3, goal: goal))
      return try #require(study.recommendation)
    }
    // Precision rises as the weight falls.
    let precise = try recommendation(.precision(atLeast: 1), [1, 50])
    #expect(!precise.isReached && precise.furtherWeights == 0.01...1)
    // If a weight flags no row, smaller ones do not either.
    let silent = try recommendation(.precision(atLeast: 1), [1e-9, 1, 50])
    #expect(!silent.isReached && silent.furtherWeights == nil)
    #expect(try recommendation(.recall(atLeast: 0.5), [1, 2]).furtherWeights == nil)
  }

  @Test func withoutAGoalThereIsNone() throws {
    let (features, targets) = TestData.problem(rows: 100, columns: 2, seed: 60)
    let study = try TradeoffStudy(
      features, targets: targets, settings: TradeoffStudy.Settings(positiveWeights: [0.5, 1, 20]))
    #expect(study.recommendation == nil)
    #expect(study.calibration.positiveWeight == 20, "the weight farthest from 1")
  }

  /// A model with the recommended weight reaches the goal on new rows.
  @Test(arguments: [0, 1, 2])
  func goalIsReachedOnNewRows(seed: UInt64) throws {
    let division = try StratifiedFolds(targets: Self.digits.targets, count: 3, seed: seed)
    let unseen = division.rows(inFold: 0)
    let known = Self.digits.targets.indices.filter { division.assignment[$0] != 0 }
    let features = Self.digits.features.rows(known)
    let targets = known.map { Self.digits.targets[$0] }
    let study = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: TradeoffStudy.geometricPath(from: 0.1, through: 100, count: 7),
        goal: .recall(atLeast: 0.85)))
    let recommendation = try #require(study.recommendation)
    #expect(recommendation.isReached)
    let model = try LogisticRegression(positiveWeight: recommendation.positiveWeight)
      .fit(features, targets: targets)
    let evaluation = try Evaluation(
      logits: model.logits(Self.digits.features.rows(unseen)),
      targets: unseen.map { Self.digits.targets[$0] })
    let recall = try #require(evaluation[.recall])
    let spread = try #require(recommendation.recallSpread)
    #expect(recall >= spread.lowest, "\(recall) on new rows, \(spread) over the folds")
  }
}
