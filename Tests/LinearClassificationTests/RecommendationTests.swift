// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@Suite struct RecommendationTests {
  static let digits = TestData.digits

  static func study(
    _ goal: TradeoffGoal?, _ weights: [Double] = [0.1, 0.562, 3.16, 17.8, 100],
    confidence: Double? = nil, costs: TradeoffCosts? = nil
  ) throws -> TradeoffStudy {
    try TradeoffStudy(
      digits.features, targets: digits.targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: weights, folds: 3, goal: goal, confidence: confidence, costs: costs))
  }

  /// Log odds with a bend, for which a weight is better than a threshold: the model of few
  /// positives follows one feature, and that of many the other.
  private static func bent(_ settings: TradeoffStudy.Settings) throws -> TradeoffStudy {
    var generator = SeededGenerator(seed: 61)
    let rows = (0..<800).map { _ in
      (0..<2).map { _ in Double.random(in: -2...2, using: &generator) }
    }
    let targets = rows.map { row in
      let odds = row[0] > 1 ? 20 : 0.05 * exp(1.5 * row[1])
      return Double.random(in: 0..<1, using: &generator) < odds / (1 + odds) ? 1.0 : 0
    }
    return try TradeoffStudy(
      FeatureMatrix(columns: (0..<2).map { column in .numbers(rows.map { $0[column] }) }),
      targets: targets, settings: settings)
  }

  // MARK: The weight and the threshold

  @Test func recallWithoutExcess() throws {
    let study = try Self.study(.recall(atLeast: 0.85))
    let recommendation = try #require(study.recommendation)
    // 0.85 · 174 = 147.9.
    let weight = recommendation.weight
    #expect(weight.isReached && weight.confusion.truePositives == 148)
    #expect(recommendation.threshold?.confusion.truePositives == 148)
    #expect(weight.threshold == 0.5 && recommendation.threshold?.positiveWeight == 1)
    // A smaller weight misses the goal, or saves no alarm. (The refinement ends if none between
    // can, so a weight that is only a little smaller may have the same counts.)
    let factors = [0.999, 0.995, 0.99, 0.98, 0.96, 0.93, 0.9, 0.8]
    let smaller = try Self.study(
      .recall(atLeast: 0.85), factors.map { $0 * weight.positiveWeight }
    ).weightPath.filter { $0.positiveWeight < weight.positiveWeight }.map(\.pooled.confusion)
    #expect(smaller.count >= factors.count)
    for counts in smaller {
      #expect(
        counts.truePositives < 148 || counts.falsePositives >= weight.confusion.falsePositives)
    }
    #expect(smaller.contains { $0.truePositives < 148 })
    // It is a point of the path, between those of the settings.
    #expect(study.settings.positiveWeights.count == 5 && study.weightPath.count == 6)
    #expect(study.thresholdPath.count == 6)
    let index = try #require(study.chosenIndex)
    let point = study.weightPath[index]
    #expect(point.positiveWeight == weight.positiveWeight)
    #expect(
      zip(study.weightPath, study.weightPath.dropFirst()).allSatisfy {
        $0.positiveWeight < $1.positiveWeight
      })
    #expect(weight.recall == point.pooled[.recall] && weight.confusion == point.pooled.confusion)
    #expect(weight.recallSpread == point.spread(of: .recall))
    #expect(weight.precisionSpread == point.spread(of: .precision))
    let confusion = point.pooled.confusion
    #expect(weight.falseAlarmsPerCatch == confusion.falsePositives / confusion.truePositives)
    #expect(study.calibration.positiveWeight == weight.positiveWeight)
    for other in study.weightPath where other.pooled[.recall]! >= 0.85 {
      #expect(other.pooled[.precision]! <= weight.precision!)
    }
  }

  @Test func precisionWithoutExcess() throws {
    let goal = try TradeoffGoal.precision(atLeast: 0.9)
    let study = try Self.study(goal)
    let weight = try #require(study.recommendation?.weight)
    #expect(weight.isReached)
    for other in study.weightPath where other.pooled[.precision]! >= 0.9 {
      #expect(other.pooled[.recall]! <= weight.recall!)
    }
    let larger = try Self.study(goal, [weight.positiveWeight * 1.01])
    #expect(larger.recommendation?.weight.isReached == false)
  }

  @Test(arguments: [try! TradeoffGoal.recall(atLeast: 0.85), try! .precision(atLeast: 0.8)])
  func thresholdIsTheBestOfAll(goal: TradeoffGoal) throws {
    let study = try Self.study(goal)
    let threshold = try #require(study.recommendation?.threshold)
    let isOfRecall = goal.metric == .recall
    #expect((isOfRecall ? threshold.recall! : threshold.precision!) >= goal.minimum)
    for point in study.unweightedCurve {
      if isOfRecall {
        #expect(point.recall < goal.minimum || point.precision <= threshold.precision!)
      } else {
        #expect(point.precision < goal.minimum || point.recall <= threshold.recall!)
      }
    }
    // It is a short number.
    #expect("\(threshold.threshold)".count <= 7)
  }

  @Test func boundedNumberOfFits() throws {
    var seen: [TrainingMonitor.Progress] = []
    let settings = TradeoffStudy.Settings(
      positiveWeights: [0.01, 1000], folds: 3, goal: try .recall(atLeast: 0.85))
    let study = try TradeoffStudy(
      Self.digits.features, targets: Self.digits.targets, settings: settings,
      monitor: TrainingMonitor(progress: { seen.append($0) }))
    #expect(study.recommendation?.weight.isReached == true)
    // Both weights, 1, and at most 12 of the refinement, in each of three folds.
    #expect(seen.count > 3 * 3 && seen.count <= 3 * 15)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.fraction < $1.fraction })
  }

  // MARK: The verdict

  @Test func theThresholdIfItIsBetter() throws {
    let recommendation = try #require(Self.study(.recall(atLeast: 0.85)).recommendation)
    let difference = try #require(recommendation.difference)
    #expect(difference.value < 0)
    #expect(
      difference.value == recommendation.weight.precision! - recommendation.threshold!.precision!)
    #expect(recommendation.verdict == .threshold)
    #expect(recommendation.recommended == recommendation.threshold)
  }

  @Test func theWeightIfItIsMeasurablyBetter() throws {
    let settings = TradeoffStudy.Settings(
      positiveWeights: [1, 3, 10, 30], goal: try .recall(atLeast: 0.95))
    let recommendation = try #require(Self.bent(settings).recommendation)
    let difference = try #require(recommendation.difference)
    #expect(difference.value > difference.standardError!)
    #expect(recommendation.verdict == .weight)
    #expect(recommendation.recommended == recommendation.weight)
    // The same for costs.
    var costs = settings
    (costs.goal, costs.costs) = (nil, try TradeoffCosts(miss: 9, alarm: 1))
    let cheapest = try #require(Self.bent(costs).recommendation)
    #expect(cheapest.difference!.value < -cheapest.difference!.standardError!)
    #expect(cheapest.verdict == .weight)
  }

  @Test func theThresholdIfThereIsNoDifference() throws {
    // With one feature, both order the rows alike.
    let (features, targets) = TestData.problem(rows: 400, columns: 1, seed: 62)
    let study = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: [0.1, 1, 10, 100], goal: try .recall(atLeast: 0.8)))
    let recommendation = try #require(study.recommendation)
    let difference = try #require(recommendation.difference)
    #expect(abs(difference.value) <= difference.standardError!)
    #expect(recommendation.verdict == .threshold)
  }

  @Test func outOfReach() throws {
    let recommendation = try #require(
      Self.study(.recall(atLeast: 1), [0.1, 0.4, 2]).recommendation)
    #expect(!recommendation.weight.isReached && recommendation.weight.positiveWeight == 2)
    #expect(recommendation.furtherWeights == 2...200 && recommendation.exhaustedWeight == nil)
    // A low enough threshold finds every positive.
    #expect(recommendation.threshold?.recall == 1 && recommendation.verdict == .threshold)
    // Nothing has a perfect precision, or almost nothing.
    let neither = try #require(
      Self.study(.precision(atLeast: 1), [1, 50], confidence: 0.99).recommendation)
    #expect(neither.threshold == nil && neither.verdict == nil && neither.recommended == nil)
  }

  // MARK: The confidence

  @Test(arguments: [try! TradeoffGoal.recall(atLeast: 0.8), try! .precision(atLeast: 0.7)])
  func confidence(goal: TradeoffGoal) throws {
    let plain = try #require(Self.study(goal).recommendation)
    let safe = try #require(Self.study(goal, confidence: 0.9).recommendation)
    #expect(safe.confidence == 0.9 && plain.confidence == nil)
    for (first, second) in [
      (plain.weight, safe.weight), (try #require(plain.threshold), try #require(safe.threshold)),
    ] {
      #expect(first.isReached && second.isReached)
      if goal.metric == .recall {
        #expect(abs(first.probability! - 0.5) < 0.15)
      } else {
        // The next positive may cost many alarms, so the best precision may exceed its goal.
        #expect((0.45..<second.probability!).contains(first.probability!))
      }
      #expect(second.probability! >= 0.9 && second.probability! < 0.96)
      let counts = (first.confusion, second.confusion)
      if goal.metric == .recall {
        #expect(counts.0.falsePositives < counts.1.falsePositives)
      } else {
        #expect(counts.0.falseNegatives < counts.1.falseNegatives)
      }
    }
  }

  @Test func confidenceOutOfRange() throws {
    for confidence in [0.49, 1, .nan] {
      let error = classificationError {
        _ = try Self.study(.recall(atLeast: 0.8), confidence: confidence)
      }
      #expect(
        error?.description
          == "the confidence must be at least 0.5 and below 1, received \(confidence)")
    }
    #expect(
      classificationError { _ = try Self.study(nil, confidence: 0.9) }?.description
        == "the confidence must be given together with a goal, received 0.9")
  }

  // MARK: Costs

  @Test func leastCost() throws {
    let costs = try TradeoffCosts(miss: 10, alarm: 1)
    let study = try Self.study(nil, costs: costs)
    let recommendation = try #require(study.recommendation)
    let weight = recommendation.weight
    #expect(weight.cost == costs.total(weight.confusion))
    #expect(
      costs.total(weight.confusion)
        == 10 * weight.confusion.falseNegatives + weight.confusion.falsePositives)
    for point in study.weightPath { #expect(costs.total(point.pooled.confusion) >= weight.cost!) }
    #expect(!study.settings.positiveWeights.contains(weight.positiveWeight), "it is refined")
    let threshold = try #require(recommendation.threshold)
    for point in study.thresholdPath {
      #expect(costs.total(point.pooled.confusion) >= threshold.cost!)
    }
    #expect(abs(costs.bayesThreshold - 1.0 / 11) < 1e-16)
    #expect(recommendation.bayes?.threshold == costs.bayesThreshold)
    #expect(recommendation.bayes!.cost! >= threshold.cost!)
    #expect(recommendation.goal == nil && weight.probability == nil && weight.isReached)
  }

  /// If an alarm costs more than it can save, no row is flagged.
  @Test func noAlarmMayCostLeast() throws {
    let (features, _) = TestData.problem(rows: 200, columns: 2, seed: 63)
    let targets = (0..<200).map { $0 % 10 == 0 ? 1.0 : 0 }
    let study = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(
        positiveWeights: [1, 10], costs: try TradeoffCosts(miss: 1, alarm: 100)))
    let threshold = try #require(study.recommendation?.threshold)
    #expect(threshold.cost == 20 && threshold.confusion.falsePositives == 0)
  }

  @Test func costsOutOfRange() throws {
    for (miss, alarm, message) in [
      (0.0, 1.0, "a miss must be finite and above 0, received 0.0"),
      (1, Double.infinity, "a false alarm must be finite and above 0, received inf"),
    ] {
      let error = classificationError { _ = try TradeoffCosts(miss: miss, alarm: alarm) }
      #expect(error?.description == "the cost of \(message)")
    }
    let both = classificationError {
      _ = try Self.study(.recall(atLeast: 0.5), costs: TradeoffCosts(miss: 1, alarm: 1))
    }
    #expect(both?.description == "the aim must be a goal or costs, received both")
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
        goal: .recall(atLeast: 0.8), confidence: 0.8))
    let weight = try #require(study.recommendation?.weight)
    #expect(weight.isReached)
    let model = try LogisticRegression(positiveWeight: weight.positiveWeight)
      .fit(features, targets: targets)
    let evaluation = try Evaluation(
      logits: model.logits(Self.digits.features.rows(unseen)),
      targets: unseen.map { Self.digits.targets[$0] })
    let recall = try #require(evaluation[.recall])
    #expect(recall >= 0.8, "\(recall) on new rows")
  }
}
