// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import LinearClassification

/// Calibrations of scikit-learn, and Platt's by Newton's method.
struct ReferenceCalibration: Decodable, Sendable {
  var logits: [Double]
  var targets: [Double]
  var weights: [Double]?
  /// Slope and intercept.
  var platt: [Double]
  /// Scores, and the isotonic probability of each.
  var points: [Double]
  var isotonic: [Double]

  static let all: [ReferenceCalibration] = TestData.fixture("calibrations.json")
}

@Suite struct ScoreCalibrationTests {
  @Test(arguments: ReferenceCalibration.all.indices)
  func sameAsTheReference(_ index: Int) throws {
    let reference = ReferenceCalibration.all[index]
    let platt = try ScoreCalibration(
      .platt, logits: reference.logits, targets: reference.targets, weights: reference.weights)
    guard case .platt(let slope, let intercept) = platt.curve else {
      Issue.record("not a Platt curve")
      return
    }
    #expect(abs(slope - reference.platt[0]) <= 1e-9)
    #expect(abs(intercept - reference.platt[1]) <= 1e-9)
    let isotonic = try ScoreCalibration(
      .isotonic, logits: reference.logits, targets: reference.targets, weights: reference.weights)
    for (value, expected) in zip(isotonic.probabilities(reference.points), reference.isotonic) {
      #expect(abs(value - expected) <= 1e-12)
    }
    #expect(platt.method == .platt && isotonic.method == .isotonic)
  }

  @Test func theReferenceHasTiesAndMaskedRows() {
    #expect(ReferenceCalibration.all.count == 12)
    #expect(ReferenceCalibration.all.contains { Set($0.logits).count < $0.logits.count / 2 })
    #expect(ReferenceCalibration.all.contains { $0.weights?.contains(0) ?? false })
  }

  @Test(arguments: ScoreCalibration.Method.allCases)
  func probabilitiesAscendWithTheScore(_ method: ScoreCalibration.Method) throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<50 {
      let logits = (0..<60).map { _ in (generator.normal() * 3).rounded() }
      let targets: [Double] =
        [1, 0]
        + logits.dropFirst(2).map {
          Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(1 - $0)) ? 1 : 0
        }
      let map = try ScoreCalibration(method, logits: logits, targets: targets)
      let values = map.probabilities((-100...100).map { Double($0) / 10 })
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 } || method == .platt)
      #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      if method == .isotonic {
        // The mean over the rows is the rate of positives.
        let mean = map.probabilities(logits).reduce(0, +) / 60
        #expect(abs(mean - targets.reduce(0, +) / 60) <= 1e-12)
      }
    }
  }

  @Test func separableScoresHaveAFiniteCurve() throws {
    let map = try ScoreCalibration(
      .platt, logits: [-2, -1, 1, 2], targets: [0, 0, 1, 1])
    let values = map.probabilities([-2, 2])
    #expect(values[0] > 0.1 && values[0] < 0.3 && abs(values[0] + values[1] - 1) < 1e-9)
  }

  @Test func rowsOfWeightZeroHaveNoEffect() throws {
    let logits: [Double] = [-3, -1, 0, 2, 9, -9]
    let targets: [Double] = [0, 1, 0, 1, 0, 1]
    for method in ScoreCalibration.Method.allCases {
      let masked = try ScoreCalibration(
        method, logits: logits, targets: targets, weights: [1, 1, 1, 1, 0, 0])
      let without = try ScoreCalibration(
        method, logits: Array(logits.prefix(4)), targets: Array(targets.prefix(4)))
      for (value, expected) in zip(masked.probabilities(logits), without.probabilities(logits)) {
        #expect(abs(value - expected) <= 1e-12)
      }
    }
  }

  /// A row is calibrated without its own fold, so a curve that memorises gains nothing.
  @Test func heldOutProbabilitiesAreThoseOfTheOtherFolds() throws {
    var generator = SeededGenerator(seed: 8)
    let logits = (0..<300).map { _ in generator.normal() }
    let targets: [Double] = (0..<300).map { _ in
      Double.random(in: 0..<1, using: &generator) < 0.3 ? 1 : 0
    }
    let heldOut = try ScoreCalibration.heldOutProbabilities(
      .isotonic, logits: logits, targets: targets, folds: 3, seed: 4)
    let division = try StratifiedFolds(targets: targets, count: 3, seed: 4)
    for fold in 0..<3 {
      let others = logits.indices.filter { division.assignment[$0] != fold }
      let map = try ScoreCalibration(
        .isotonic, logits: others.map { logits[$0] }, targets: others.map { targets[$0] })
      let rows = division.rows(inFold: fold)
      #expect(rows.map { heldOut[$0] } == map.probabilities(rows.map { logits[$0] }))
    }
  }

  @Test func invalidRows() {
    #expect(throws: ClassificationError.oneClass(positive: true)) {
      try ScoreCalibration(.isotonic, logits: [1, 2], targets: [1, 1])
    }
    #expect(throws: ClassificationError.invalidLogit(.infinity, row: 2)) {
      try ScoreCalibration(.isotonic, logits: [1, .infinity], targets: [1, 0])
    }
    #expect(throws: ClassificationError.onlyConstantFeatures) {
      try ScoreCalibration(.platt, logits: [1, 1], targets: [1, 0])
    }
  }
}

@Suite struct LogOddsTests {
  @Test func logOddsAreTheInverseOfTheLogisticFunction() throws {
    let probabilities = [0.5, 0.1, 1e-300, 1 - 0x1p-53, 0x1p-1074]
    let logits = try LogOdds.logits(ofProbabilities: probabilities)
    let expected: [Double] = [
      0, -2.1972245773362196, -690.7755278982137, 36.7368005696771, -744.4400719213812,
    ]
    for (logit, value) in zip(logits, expected) { #expect(abs(logit - value) <= 2 * value.ulp) }
  }

  /// 0 and 1 get finite log odds beyond all others.
  @Test func certaintyIsFinite() throws {
    #expect(try LogOdds.logits(ofProbabilities: [0, 1, 0.5]) == [-37.5, 37.5, 0])
    let logits = try LogOdds.logits(ofProbabilities: [0, 1e-300, 1])
    #expect(
      logits == [
        -(-logits[1]).nextUp, logits[1], (-logits[1]).nextUp,
      ])
  }

  @Test(arguments: [-1e-9, 1.0000001, .nan, .infinity])
  func numbersOutsideTheInterval(_ value: Double) {
    let error = #expect(throws: ClassificationError.self) {
      try LogOdds.logits(ofProbabilities: [0.5, value])
    }
    #expect(error?.code == .invalidProbability && error?.row == 2)
  }
}
