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
    // The rival: of all thresholds of the unweighted model that reach the goal, the one of the highest precision.
    let rival = try #require(recommendation.rival)
    #expect(rival.recall >= 0.85)
    #expect(
      study.unweightedCurve.allSatisfy { $0.recall < 0.85 || $0.precision <= rival.precision })
    #expect(
      study.thresholdPath.allSatisfy {
        $0.pooled[.recall]! < 0.85 || $0.pooled[.precision]! <= rival.precision
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
    #expect(
      recommendation.reason.hasPrefix(
        "No weight from 0.1 to 2 reaches a recall of at least 1; q = 2 comes closest. Larger ones may: go on from 2 to 200. On held-out rows"
      ), "\(recommendation.reason)")
    #expect(recommendation.furtherWeights == 2...200)
    // A threshold low enough always catches everything.
    #expect(recommendation.rival?.recall == 1)
    #expect(recommendation.reason.contains(" does reach it, with recall 1 and precision "))
  }

  @Test("Where no weight flags a row, the largest is closest: only larger ones can")
  func nothingIsFlagged() throws {
    for goal in [try TradeoffGoal.recall(atLeast: 0.5), try .precision(atLeast: 0.5)] {
      let study = try TradeoffStudy(
        Self.digits.features, targets: Self.digits.targets,
        settings: TradeoffStudy.Settings(positiveWeights: [1e-9, 2e-9, 4e-9], folds: 3, goal: goal))
      #expect(study.weightPath.allSatisfy { $0.pooled[.precision] == nil })
      let recommendation = try #require(study.recommendation)
      #expect(!recommendation.isReached && recommendation.positiveWeight == 4e-9)
      #expect(recommendation.furtherWeights == 4e-9...100 * 4e-9)
      #expect(recommendation.reason.contains("Larger ones may: go on from 4e-9 to 4e-7."))
    }
  }

  @Test("Where to go on: where the goal lies, as long as there is something to change")
  func furtherWeights() throws {
    func recommendation(_ goal: TradeoffGoal, _ weights: [Double]) throws -> Recommendation {
      let study = try TradeoffStudy(
        Self.digits.features, targets: Self.digits.targets,
        settings: TradeoffStudy.Settings(positiveWeights: weights, folds: 3, goal: goal))
      return try #require(study.recommendation)
    }
    // Precision grows as the weight falls.
    let precise = try recommendation(.precision(atLeast: 1), [1, 50])
    #expect(!precise.isReached && precise.furtherWeights == 0.01...1)
    #expect(precise.reason.contains("q = 1 comes closest. Smaller ones may: go on from 1 to 0.01."))
    // Below a weight that flags nothing there is nothing.
    let silent = try recommendation(.precision(atLeast: 1), [1e-9, 1, 50])
    #expect(!silent.isReached && silent.furtherWeights == nil && !silent.reason.contains("go on"))
    #expect(try recommendation(.recall(atLeast: 0.5), [1, 2]).furtherWeights == nil)
  }

  @Test func theReasonStatesTheNumbers() throws {
    let targets = (0..<40).map { $0 < 20 ? 0.0 : 1 }
    // Two rows are on the wrong side of every threshold.
    var scores = (0..<40).map(Double.init)
    scores.swapAt(3, 30)
    let study = try TradeoffStudy(
      FeatureMatrix(columns: [.numbers(scores)]), targets: targets,
      settings: TradeoffStudy.Settings(positiveWeights: [1], folds: 2, goal: .recall(atLeast: 0.5)))
    let recommendation = try #require(study.recommendation)
    let confusion = study.weightPath[0].pooled.confusion
    let reason = recommendation.reason
    #expect(reason.hasPrefix("The weight q = 1 reaches a recall of at least 0.5."), "\(reason)")
    #expect(confusion.truePositives > 10 && confusion.falsePositives > 0)
    #expect(reason.contains("Each positive caught comes with 0.0"), "\(reason)")
    #expect(reason.contains("The rival, an unweighted model with the threshold "))
  }

  @Test func withoutAGoalThereIsNone() throws {
    let (features, targets) = TestData.problem(rows: 100, columns: 2, seed: 60)
    let study = try TradeoffStudy(
      features, targets: targets, settings: TradeoffStudy.Settings(positiveWeights: [0.5, 1, 20]))
    #expect(study.recommendation == nil)
    #expect(study.calibration.positiveWeight == 20, "the weight farthest from 1")
  }

  /// What the study is for: the weight that it recommends, refitted, does on new rows what was asked for.
  @Test(arguments: [0, 1, 2])
  func holdsOnRowsThatNoFoldSaw(seed: UInt64) throws {
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
