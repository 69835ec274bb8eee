// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@Suite struct CalibrationTests {
  @Test func probabilitiesAreTheLogisticFunction() {
    let probabilities = LogisticModel.probabilities([0, 2, -2, 710, -745, 1000, -1000])
    let expected: [Double] = [
      0.5, 1 / (1 + exp(-2.0)), 1 / (1 + exp(2.0)), 1, .leastNonzeroMagnitude, 1, 0,
    ]
    for (probability, value) in zip(probabilities, expected) {
      #expect(abs(probability - value) <= 2 * value.ulp)
    }
  }

  @Test func calibratedLogitsAreShiftedByTheLogarithmOfTheWeight() throws {
    let (features, targets, _, _) = TestData.synthetic
    for q in [0.1, 1, 578] {
      let model = try LogisticRegression(positiveWeight: q).fit(features, targets: targets)
      let logits = try model.logits(features)
      #expect(model.calibratedLogits(logits) == logits.map { $0 - log(q) })
    }
  }

  /// σ(x) >= 1/2 is the same as a calibrated probability of at least 1 / (1 + q).
  @Test(arguments: [0.1, 0.5, 3, 100])
  func thresholdsAreEquivalent(_ q: Double) throws {
    let (features, targets) = TestData.problem(rows: 800, columns: 4, seed: 30)
    let model = try LogisticRegression(positiveWeight: q).fit(features, targets: targets)
    let logits = try model.logits(features)
    let raw = try Evaluation(logits: logits, targets: targets)
    let threshold = LogisticModel.equivalentThreshold(positiveWeight: q)
    #expect(threshold == 1 / (1 + q))
    let calibrated = try Evaluation(
      logits: model.calibratedLogits(logits), targets: targets, threshold: threshold)
    #expect(raw.confusion == calibrated.confusion)
    #expect(raw[.rocAUC] == calibrated[.rocAUC])
    #expect(raw[.averagePrecision] == calibrated[.averagePrecision])
  }

  /// If the model is well specified and there are enough rows, a weight changes only the intercept,
  /// by log q.
  @Test func exactForAWellSpecifiedModel() throws {
    let (features, targets) = TestData.problem(rows: 60_000, columns: 2, rate: 0.2, seed: 31)
    let q = 8.0
    let plain = try LogisticRegression(l2: 0).fit(features, targets: targets)
    let weighted = try LogisticRegression(positiveWeight: q, l2: 0).fit(features, targets: targets)
    #expect(abs(weighted.intercept - log(q) - plain.intercept) < 0.05)
    #expect(relativeDistance(weighted.coefficients, plain.coefficients) < 0.05)
    let logits = try weighted.logits(features)
    let raw = try Evaluation(logits: logits, targets: targets)
    let calibrated = try Evaluation(logits: weighted.calibratedLogits(logits), targets: targets)
    #expect(try #require(calibrated[.calibrationError]) < 0.01)
    #expect(try #require(raw[.calibrationError]) > 0.2)
    #expect(try #require(calibrated[.logLoss]) < #require(raw[.logLoss]))
    #expect(try #require(calibrated[.brierScore]) < #require(raw[.brierScore]))
  }

  /// Without features the calibration is exact up to rounding: the log odds of the weighted rows
  /// are the log odds of the rows plus log q.
  @Test func exactForTheInterceptAlone() throws {
    let targets = (0..<1000).map { $0 % 10 == 0 ? 1.0 : 0 }
    // A feature that is exactly independent of the target.
    let features = try FeatureMatrix(columns: [.numbers((0..<1000).map { Double($0 / 10 % 2) })])
    let model = try LogisticRegression(positiveWeight: 25).fit(features, targets: targets)
    let probabilities = LogisticModel.probabilities(
      model.calibratedLogits(try model.logits(features)))
    #expect(probabilities.allSatisfy { abs($0 - 0.1) < 1e-12 })
  }
}
