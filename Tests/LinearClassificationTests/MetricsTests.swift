// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

/// Predictions with their metrics from scikit-learn.
struct ReferenceEvaluation: Decodable, Sendable {
  var logits: [Double]
  var targets: [Double]
  var weights: [Double]?
  var threshold: Double
  /// True positives, false positives, true negatives, false negatives.
  var confusion: [Double]
  /// Null if a metric is undefined.
  var metrics: [String: Double?]

  static let all: [ReferenceEvaluation] = TestData.fixture("metrics.json")
}

@Suite struct MetricsTests {
  @Test(arguments: ReferenceEvaluation.all.indices)
  func sameAsScikitLearn(_ index: Int) throws {
    let reference = ReferenceEvaluation.all[index]
    let evaluation = try Evaluation(
      logits: reference.logits, targets: reference.targets, weights: reference.weights,
      threshold: reference.threshold)
    #expect(evaluation.threshold == reference.threshold)
    #expect(Set(reference.metrics.keys) == Set(Metric.allCases.map(\.rawValue)))
    for metric in Metric.allCases {
      let expected = try #require(reference.metrics[metric.rawValue])
      switch (evaluation[metric], expected) {
      case (nil, nil): break
      case (let value?, let expected?): #expect(abs(value - expected) <= 1e-9, "\(metric.title)")
      case (let value, let expected):
        Issue.record(
          "\(metric.title): \(String(describing: value)), \(String(describing: expected))")
      }
    }
    let confusion = evaluation.confusion
    let counts = [
      confusion.truePositives, confusion.falsePositives, confusion.trueNegatives,
      confusion.falseNegatives,
    ]
    for (count, expected) in zip(counts, reference.confusion) {
      #expect(abs(count - expected) <= 1e-9)
    }
  }

  /// The fixtures include the edge cases.
  @Test func theReferenceCoversTheEdges() {
    let all = ReferenceEvaluation.all
    #expect(all.count == 50)
    for metric in Metric.allCases {
      #expect(all.contains { $0.metrics[metric.rawValue] ?? nil != nil })
      if ![.logLoss, .brierScore, .calibrationError].contains(metric) {
        #expect(
          all.contains { $0.metrics[metric.rawValue] == .some(nil) }, "\(metric) is never undefined"
        )
      }
    }
    #expect(all.contains { Set($0.logits).count < $0.logits.count / 2 })
    #expect(all.contains { $0.threshold == 0.5 && $0.logits.contains(0) })
    #expect(all.contains { $0.weights?.contains(0) ?? false })
  }

  @Test func aScoreAtTheThresholdIsPositive() throws {
    let evaluation = try Evaluation(logits: [0, 0], targets: [1, 0])
    #expect(evaluation.confusion.truePositives == 1)
    #expect(evaluation.confusion.falsePositives == 1)
  }

  /// The loss uses the logit, so it is finite even if the probability rounds to 1.
  @Test func logLossOfSaturatedPredictions() throws {
    let sure = try Evaluation(logits: [800, -800], targets: [1, 0])
    #expect(sure[.logLoss] == 0)
    let wrong = try Evaluation(logits: [800, -800], targets: [0, 1])
    #expect(wrong[.logLoss] == 800)
    #expect(wrong[.brierScore] == 1)
    #expect(wrong[.rocAUC] == 0)
    // Both probabilities are 1 as Doubles, but the ranking uses the logits.
    #expect(try Evaluation(logits: [50, 60], targets: [0, 1])[.rocAUC] == 1)
  }

  @Test func undefinedIsNilAndNeverZero() throws {
    let none = try Evaluation(logits: [-1, -2], targets: [0, 0])
    for metric in [
      Metric.precision, .recall, .f1, .balancedAccuracy, .matthewsCorrelation, .rocAUC,
      .averagePrecision,
    ] {
      #expect(none[metric] == nil)
    }
    #expect(none[.specificity] == 1)
    let json = try none.json()
    #expect(json.contains("\"precision\" : null"))
    #expect(json.contains("\"specificity\" : 1"))
  }

  @Test func rowsOfWeightZeroDoNotCount() throws {
    let whole = try Evaluation(
      logits: [1, -1, 0.5, 9], targets: [1, 0, 0, 0], weights: [1, 2, 3, 0])
    let part = try Evaluation(logits: [1, -1, 0.5], targets: [1, 0, 0], weights: [1, 2, 3])
    for metric in Metric.allCases { #expect(whole[metric] == part[metric]) }
    #expect(whole.confusion == part.confusion)
  }

  @Test func correlationOfHugeCounts() {
    let huge = ConfusionMatrix(
      truePositives: 1e80, falsePositives: 1e80, trueNegatives: 3e80, falseNegatives: 1e80)
    #expect(abs((huge.matthewsCorrelation ?? 0) - 0.25) < 1e-12)
  }

  @Test func roundTripThroughJSON() throws {
    for reference in ReferenceEvaluation.all.prefix(12) {
      let evaluation = try Evaluation(
        logits: reference.logits, targets: reference.targets, weights: reference.weights,
        threshold: reference.threshold)
      #expect(try decoded(Evaluation.self, evaluation.json()) == evaluation)
    }
  }

  @Test func titlesAreDistinct() {
    #expect(Set(Metric.allCases.map(\.title)).count == Metric.allCases.count)
    #expect(Metric.matthewsCorrelation.title == "MCC")
  }

  @Test(arguments: [1e-300, 1e-160, 1, 1e160, 1e303]) func anyScaleOfWeights(_ scale: Double) throws
  {
    let reference = try #require(ReferenceEvaluation.all.first { $0.weights == nil })
    let weights = reference.targets.indices.map { Double($0 % 3) }
    func evaluation(_ scale: Double) throws -> Evaluation {
      try Evaluation(
        logits: reference.logits, targets: reference.targets, weights: weights.map { $0 * scale },
        threshold: reference.threshold)
    }
    let (one, scaled) = (try evaluation(1), try evaluation(scale))
    for metric in Metric.allCases {
      switch (one[metric], scaled[metric]) {
      case (nil, nil): break
      case (let value?, let other?): #expect(abs(value - other) <= 1e-9, "\(metric.title)")
      default: Issue.record("\(metric.title)")
      }
    }
    let ratio = scaled.confusion.trueNegatives / scale / one.confusion.trueNegatives
    #expect(abs(ratio - 1) < 1e-9)
  }

  @Test func weightsWhoseSumIsInfinite() {
    let error = #expect(throws: ClassificationError.self) {
      try Evaluation(logits: [0, 1], targets: [0, 1], weights: [1e308, 1e308])
    }
    #expect(error?.code == .invalidWeight)
  }

  @Test func aPerfectRankingIsAtMostOne() throws {
    let evaluation = try Evaluation(
      logits: [2, 1, 0], targets: [1, 0, 0], weights: [0.1, 0.3, 0.3])
    #expect(evaluation[.rocAUC] == 1)
    #expect(evaluation[.averagePrecision] == 1)
  }
}
