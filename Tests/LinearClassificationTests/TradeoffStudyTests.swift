// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// A study of the digits table, and the documented properties of all studies.
@Suite struct TradeoffStudyTests {
  private static let digits = TestData.digits
  private static let study = try! TradeoffStudy(
    digits.features, targets: digits.targets,
    settings: TradeoffStudy.Settings(
      positiveWeights: TradeoffStudy.geometricPath(from: 0.1, through: 100, count: 7),
      goal: .recall(atLeast: 0.95)))
  private var study: TradeoffStudy { Self.study }

  @Test func recallRisesAndPrecisionFallsAlongThePath() throws {
    let recall = try study.weightPath.map { try #require($0.pooled[.recall]) }
    let precision = try study.weightPath.map { try #require($0.pooled[.precision]) }
    #expect(zip(recall, recall.dropFirst()).allSatisfy { $0 <= $1 }, "\(recall)")
    #expect(zip(precision, precision.dropFirst()).allSatisfy { $0 >= $1 }, "\(precision)")
    #expect(recall.last! - recall[0] > 0.2)
    #expect(precision[0] - precision.last! > 0.2)
  }

  @Test func rowsAndPositivesOfTheStudy() {
    #expect(study.rowCount == 1797)
    #expect(study.positiveCount == 174)
    #expect(study.weightPath.map(\.positiveWeight) == study.settings.positiveWeights)
    #expect(study.weightPath.allSatisfy { $0.threshold == 0.5 && $0.folds.count == 5 })
    #expect(study.thresholdPath.allSatisfy { $0.positiveWeight == 1 })
    #expect(
      study.thresholdPath.map(\.threshold) == study.settings.positiveWeights.map { 1 / (1 + $0) })
  }

  /// The metrics of a fold are those of a model that was fitted to a copy of the other folds' rows.
  @Test(arguments: [0, 3], [0, 6])
  func foldsAreHeldOut(fold: Int, point: Int) throws {
    let settings = study.settings
    let folds = try StratifiedFolds(targets: Self.digits.targets, count: 5, seed: settings.seed)
    let others = Self.digits.targets.indices.filter { folds.assignment[$0] != fold }
    let held = folds.rows(inFold: fold)
    let q = settings.positiveWeights[point]
    let model = try LogisticRegression(positiveWeight: q).fit(
      Self.digits.features.rows(others), targets: others.map { Self.digits.targets[$0] })
    let evaluation = try Evaluation(
      logits: model.logits(Self.digits.features.rows(held)),
      targets: held.map { Self.digits.targets[$0] })
    let reported = study.weightPath[point].folds[fold]
    #expect(reported.confusion == evaluation.confusion)
    for metric in Metric.allCases {
      #expect(abs(try #require(reported[metric]) - #require(evaluation[metric])) < 1e-8)
    }
  }

  /// Targets independent of the features can be overfitted, but not predicted.
  @Test func noRowContributesToItsOwnPrediction() throws {
    let (features, _) = TestData.problem(rows: 200, columns: 80, seed: 50)
    var generator = SeededGenerator(seed: 51)
    let targets = (0..<200).map { _ in Bool.random(using: &generator) ? 1.0 : 0 }
    let model = try LogisticRegression().fit(features, targets: targets)
    let learned = try Evaluation(logits: model.logits(features), targets: targets)
    #expect(try #require(learned[.rocAUC]) > 0.9)
    let study = try TradeoffStudy(
      features, targets: targets, settings: TradeoffStudy.Settings(positiveWeights: [1]))
    #expect(abs(try #require(study.weightPath[0].pooled[.rocAUC]) - 0.5) < 0.15)
  }

  /// Each held-out row counts once, so the folds add up to the whole.
  @Test func foldsAddUp() {
    for point in study.weightPath + study.thresholdPath {
      #expect(
        point.folds.reduce(0) { $0 + $1.confusion.truePositives }
          == point.pooled.confusion.truePositives)
      #expect(
        point.folds.reduce(0) { $0 + $1.confusion.falsePositives }
          == point.pooled.confusion.falsePositives)
      let confusion = point.pooled.confusion
      #expect(confusion.truePositives + confusion.falseNegatives == 174)
      #expect(confusion.trueNegatives + confusion.falsePositives == 1623)
    }
  }

  @Test func spreadsAreOfTheFolds() throws {
    for point in study.weightPath {
      for metric in Metric.allCases {
        let values = point.folds.compactMap { $0[metric] }
        let spread = try #require(point.spread(of: metric))
        #expect(spread.count == values.count)
        #expect(spread.lowest == values.min() && spread.highest == values.max())
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(spread.mean - mean) < 1e-12)
        let variance =
          values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        #expect(abs(spread.standardDeviation - variance.squareRoot()) < 1e-12)
      }
    }
  }

  /// Calibrated probabilities with the moved threshold give the same decisions.
  @Test func calibrationMovesTheThreshold() {
    for point in study.weightPath {
      #expect(abs(point.calibrated.threshold - 1 / (1 + point.positiveWeight)) < 1e-15)
      #expect(point.calibrated.confusion == point.pooled.confusion)
      #expect(point.calibrated[.rocAUC] == point.pooled[.rocAUC])
    }
    // Calibration improves the probabilities at both ends of the path.
    for point in [study.weightPath.first!, study.weightPath.last!] {
      #expect(point.calibrated[.logLoss]! < point.pooled[.logLoss]!)
      #expect(point.calibrated[.calibrationError]! < point.pooled[.calibrationError]!)
    }
  }

  @Test func unweightedModelIsOnTheSameRows() throws {
    // q = 1 is in both paths.
    let settings = TradeoffStudy.Settings(positiveWeights: [1, 4], folds: 3)
    let (features, targets) = TestData.problem(rows: 300, columns: 3, seed: 52)
    let study = try TradeoffStudy(features, targets: targets, settings: settings)
    #expect(study.thresholdPath[0].pooled == study.weightPath[0].pooled)
    // The points of the threshold path are on the curve.
    let point = study.thresholdPath[1]
    let curve = study.unweightedCurve.filter { $0.threshold >= point.threshold }
    #expect(abs(curve.last!.recall - point.pooled[.recall]!) < 1e-12)
    #expect(study.unweightedCurve.count <= 300)
    #expect(study.unweightedCurve.last!.recall == 1)
    #expect(
      zip(study.unweightedCurve, study.unweightedCurve.dropFirst()).allSatisfy {
        $0.threshold > $1.threshold && $0.recall < $1.recall
      })
  }

  @Test func rowsOfWeightZeroChangeNothing() throws {
    let (features, targets) = TestData.problem(rows: 400, columns: 3, seed: 53)
    let settings = TradeoffStudy.Settings(positiveWeights: [0.5, 2], folds: 4)
    let weights = (0..<400).map { $0 < 300 ? 1.0 : 0 }
    let masked = try TradeoffStudy(features, targets: targets, weights: weights, settings: settings)
    let short = try TradeoffStudy(
      features.rows(Array(0..<300)), targets: Array(targets.prefix(300)), settings: settings)
    #expect(masked.rowCount == 300)
    #expect(masked.positiveCount == short.positiveCount)
    for (a, b) in zip(masked.weightPath, short.weightPath) {
      #expect(a.pooled.confusion == b.pooled.confusion)
      #expect(abs(a.pooled[.logLoss]! - b.pooled[.logLoss]!) < 1e-9)
    }
  }

  @Test func repetitionAndOrderOfWeightsDoNotMatter() throws {
    let (features, targets) = TestData.problem(rows: 200, columns: 2, seed: 54)
    let study = try TradeoffStudy(
      features, targets: targets, settings: TradeoffStudy.Settings(positiveWeights: [9, 0.5, 9, 2]))
    #expect(study.settings.positiveWeights == [0.5, 2, 9])
    #expect(
      try study
        == TradeoffStudy(
          features, targets: targets,
          settings: TradeoffStudy.Settings(positiveWeights: [0.5, 2, 9])))
  }

  @Test func progressAndCancelling() throws {
    let (features, targets) = TestData.problem(rows: 200, columns: 2, seed: 55)
    var seen: [TrainingMonitor.Progress] = []
    let settings = TradeoffStudy.Settings(positiveWeights: [0.5, 2], folds: 4)
    _ = try TradeoffStudy(
      features, targets: targets, settings: settings,
      monitor: TrainingMonitor(progress: { seen.append($0) }))
    // The unweighted model is fitted too.
    #expect(seen == (1...12).map { .fits(done: $0, total: 12) })
    #expect(throws: ClassificationError.cancelled) {
      try TradeoffStudy(
        features, targets: targets, settings: settings,
        monitor: TrainingMonitor(isCancelled: { true }))
    }
  }

  @Test func roundTripThroughJSON() throws {
    let json = try study.json()
    #expect(try decoded(TradeoffStudy.self, json) == study)
    let object = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["weightPath"] as? [Any])?.count == 7)
  }

  @Test func paths() {
    let path = TradeoffStudy.geometricPath(from: 0.1, through: 100, count: 4)
    #expect(zip(path, [0.1, 1, 10, 100]).allSatisfy { abs($0 / $1 - 1) < 1e-14 })
    #expect(path.first == 0.1 && path.last == 100)
    #expect(TradeoffStudy.geometricPath(from: 3, through: 9, count: 1) == [3])
    #expect(TradeoffStudy.geometricPath(from: 3, through: 9, count: 0) == [])
  }

  @Test func defaultPaths() throws {
    func path(_ positives: Int, _ negatives: Int, weights: [Double]? = nil) throws -> [Double] {
      try TradeoffStudy.defaultPath(
        targets: [Double](repeating: 1, count: positives)
          + [Double](repeating: 0, count: negatives),
        weights: weights)
    }
    let upTo100 = [
      0.1, 0.158, 0.251, 0.398, 0.631, 1, 1.58, 2.51, 3.98, 6.31, 10, 15.8, 25.1, 39.8, 63.1, 100,
    ]
    #expect(try path(174, 1623) == upTo100)
    #expect(try path(1, 10) == upTo100)
    #expect(try path(10, 1) == upTo100)
    #expect(try path(10, 101) == upTo100 + [158])
    #expect(try path(1, 15) == upTo100 + [158])
    // The first weight of at least 9,990.
    #expect(
      try path(1, 999) == upTo100 + [158, 251, 398, 631, 1000, 1580, 2510, 3980, 6310, 10000])
    // Weights replace counts.
    #expect(try path(1, 2, weights: [0.1, 1, 0.5]) == upTo100 + [158])
    #expect(try path(2, 3, weights: [1, 0, 0, 10, 0]) == upTo100)
    #expect(try path(1, 1, weights: [1e-300, 1e300]).last == 1e12)
    #expect(throws: ClassificationError.oneClass(positive: true, isWeighted: true)) {
      try path(3, 1, weights: [1, 1, 1, 0])
    }
  }
}
