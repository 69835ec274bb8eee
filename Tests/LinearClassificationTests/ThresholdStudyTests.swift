// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import LinearClassification

@Suite struct ThresholdStudyTests {
  /// Probabilities that are right, for targets of about a fifth positives.
  static func rows(_ count: Int, seed: UInt64) -> (scores: [Double], targets: [Double]) {
    var generator = SeededGenerator(seed: seed)
    let scores = (0..<count).map { _ in 1 / (1 + exp(2 - 1.5 * generator.normal())) }
    return (scores, scores.map { Double.random(in: 0..<1, using: &generator) < $0 ? 1 : 0 })
  }

  /// The threshold is the one that a search of all scores finds.
  @Test(arguments: [0.5, 0.8, 1]) func thresholdOfARecall(_ minimum: Double) throws {
    let (scores, targets) = Self.rows(300, seed: 1)
    let study = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets,
      settings: .init(goal: .recall(atLeast: minimum), resamples: 10))
    func counts(_ threshold: Double) -> (recall: Double, precision: Double) {
      let found = zip(scores, targets).count { $0 >= threshold && $1 == 1 }
      let flagged = scores.count { $0 >= threshold }
      return (
        Double(found) / targets.reduce(0, +), flagged > 0 ? Double(found) / Double(flagged) : 0
      )
    }
    let best = scores.filter { counts($0).recall >= minimum }.map { counts($0).precision }.max()
    #expect(study.isReached)
    #expect(study.evaluation[.recall] == counts(study.threshold).recall)
    #expect(study.evaluation[.precision] == counts(study.threshold).precision)
    #expect(counts(study.threshold).recall >= minimum)
    #expect(counts(study.threshold).precision == best)
    #expect(study.model.threshold == study.threshold && scores.contains(study.threshold))
    #expect(study.spreads.shareReachingGoal ?? -1 >= 0)
  }

  @Test func thresholdOfAPrecision() throws {
    let (scores, targets) = Self.rows(300, seed: 2)
    let study = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets,
      settings: .init(goal: .precision(atLeast: 0.6), resamples: 10))
    #expect(study.isReached && study.evaluation[.precision] ?? 0 >= 0.6)
    // A lower threshold of higher recall misses the precision.
    #expect(
      study.curve.allSatisfy {
        $0.precision < 0.6 || $0.recall <= study.evaluation[.recall] ?? 0
      })
  }

  @Test func withoutAGoalTheHighestF1() throws {
    let (scores, targets) = Self.rows(200, seed: 3)
    let study = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets, settings: .init(resamples: 5))
    let best = try scores.map {
      try Evaluation(
        LabelledScores(logits: scores, targets: targets, weights: nil), decidingBy: scores,
        threshold: $0)[.f1] ?? 0
    }.max()
    #expect(study.evaluation[.f1] == best && study.spreads.shareReachingGoal == nil)
  }

  @Test func anUnreachableGoal() throws {
    let study = try ThresholdStudy(
      scores: [0.9, 0.8, 0.1], kind: .probabilities, targets: [0, 1, 0],
      settings: .init(goal: .precision(atLeast: 0.9), resamples: 4))
    #expect(!study.isReached && study.threshold == 0.8)
    #expect(study.evaluation[.precision] == 0.5)
  }

  /// Only the order of scores counts: log odds give the same decisions as their probabilities.
  @Test func kindsOfScores() throws {
    let (scores, targets) = Self.rows(300, seed: 4)
    let settings = try ThresholdStudy.Settings(
      goal: .recall(atLeast: 0.9), calibration: .isotonic, resamples: 20)
    let study = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets, settings: settings)
    let logits = try LogOdds.logits(ofProbabilities: scores)
    let other = try ThresholdStudy(
      scores: logits, kind: .logOdds, targets: targets, settings: settings)
    #expect(other.evaluation.confusion == study.evaluation.confusion)
    #expect(other.spreads.recall == study.spreads.recall)
    #expect(
      try other.calibration?.after
        == study.calibration?.after.replacingThreshold(other.threshold))
    #expect(other.threshold == logits[try #require(scores.firstIndex(of: study.threshold))])
  }

  /// The spread of the recall is that of a binomial share.
  @Test func spreadOfTheRecall() throws {
    let (scores, targets) = Self.rows(2000, seed: 5)
    let study = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets,
      settings: .init(goal: .recall(atLeast: 0.8), resamples: 400))
    let recall = try #require(study.evaluation[.recall])
    let deviation = (recall * (1 - recall) / targets.reduce(0, +)).squareRoot()
    let spread = study.spreads.recall
    #expect(abs(spread.standardDeviation - deviation) < 0.15 * deviation)
    #expect(abs(spread.upperBound - recall - 1.645 * deviation) < 0.5 * deviation)
    #expect(abs(recall - spread.lowerBound - 1.645 * deviation) < 0.5 * deviation)
    let share = try #require(study.spreads.shareReachingGoal)
    #expect(share > 0.35 && share < 0.75)
    let threshold = try #require(study.spreads.threshold)
    #expect(threshold.lowerBound < study.threshold && study.threshold < threshold.upperBound)
  }

  /// Scores that exaggerate are mended; scores that are right stay nearly as they are.
  @Test(arguments: ScoreCalibration.Method.allCases)
  func calibration(_ method: ScoreCalibration.Method) throws {
    let (scores, targets) = Self.rows(3000, seed: 6)
    let logits = try LogOdds.logits(ofProbabilities: scores)
    let exaggerated = try ThresholdStudy(
      scores: logits.map { 3 * $0 }, kind: .logOdds, targets: targets,
      settings: .init(calibration: method, resamples: 2))
    let comparison = try #require(exaggerated.calibration)
    func value(_ metric: Metric, _ evaluation: Evaluation) -> Double { evaluation[metric] ?? -1 }
    #expect(value(.logLoss, comparison.after) < 0.8 * value(.logLoss, comparison.before))
    #expect(
      value(.calibrationError, comparison.after) < 0.5 * value(.calibrationError, comparison.before)
    )
    let right = try Evaluation(logits: logits, targets: targets)
    #expect(value(.logLoss, comparison.after) < 1.05 * value(.logLoss, right))
    #expect(comparison.after.confusion == exaggerated.evaluation.confusion)
  }

  @Test func sameForAnyNumberOfThreadsAndSeeded() throws {
    let (scores, targets) = Self.rows(200, seed: 7)
    func study(threads: Int, seed: UInt64 = 1) throws -> ThresholdStudy {
      try ThresholdStudy(
        scores: scores, kind: .probabilities, targets: targets,
        settings: .init(calibration: .platt, resamples: 100, seed: seed), threads: threads)
    }
    let one = try study(threads: 1)
    #expect(try study(threads: 3) == one)
    #expect(try study(threads: 1, seed: 2).spreads != one.spreads)
    let copy = try JSONDecoder().decode(ThresholdStudy.self, from: Data(one.json().utf8))
    #expect(copy == one)
  }

  @Test func weightsAndMaskedRows() throws {
    let (scores, targets) = Self.rows(100, seed: 8)
    let settings = try ThresholdStudy.Settings(goal: .recall(atLeast: 0.7), resamples: 10)
    let masked = try ThresholdStudy(
      scores: scores + [0.5, 0.6], kind: .probabilities, targets: targets + [1, 0],
      weights: targets.map { _ in 1 } + [0, 0], settings: settings)
    let without = try ThresholdStudy(
      scores: scores, kind: .probabilities, targets: targets, settings: settings)
    #expect(masked.threshold == without.threshold && masked.spreads == without.spreads)
    #expect(masked.rowCount == 100)
    // A row of weight 2 counts twice.
    let doubled = try ThresholdStudy(
      scores: [0.9, 0.5, 0.4], kind: .probabilities, targets: [1, 0, 1], weights: [2, 1, 1],
      settings: .init(goal: .recall(atLeast: 0.6), resamples: 2))
    #expect(doubled.threshold == 0.9)
  }

  @Test func errors() throws {
    let settings = ThresholdStudy.Settings(resamples: 2)
    func error(
      _ scores: [Double], _ targets: [Double], _ settings: ThresholdStudy.Settings = settings
    ) -> ClassificationError? {
      #expect(throws: ClassificationError.self) {
        try ThresholdStudy(
          scores: scores, kind: .probabilities, targets: targets, settings: settings)
      }
    }
    #expect(error([0.5, 1.5], [0, 1])?.code == .invalidProbability)
    #expect(error([0.5], [0, 1])?.code == .lengthMismatch)
    #expect(error([0.5, 0.6], [1, 1])?.code == .oneClass)
    #expect(error([0.5, 0.6], [0, 1], .init(resamples: 1))?.code == .invalidSetting)
    #expect(error([0.5, 0.6], [0, 1], .init(calibration: .platt))?.code == .tooFewForFolds)
    #expect(throws: ClassificationError.cancelled) {
      try ThresholdStudy(
        scores: [0.5, 0.6], kind: .probabilities, targets: [0, 1], settings: settings,
        monitor: TrainingMonitor(isCancelled: { true }))
    }
  }
}

extension Evaluation {
  /// The same metrics, as if another threshold had made the same decisions.
  fileprivate func replacingThreshold(_ threshold: Double) throws -> Evaluation {
    let text = try json().replacing(
      "\"threshold\" : \(self.threshold)", with: "\"threshold\" : \(threshold)")
    return try JSONDecoder().decode(Evaluation.self, from: Data(text.utf8))
  }
}
