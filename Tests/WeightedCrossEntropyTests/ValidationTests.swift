// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// The checks of elements, which the calls themselves do not make.
@Suite struct ValidationTests {
  /// An invalid input and its problem.
  struct Case: CustomTestStringConvertible, Sendable {
    var logits: [Double]
    var targets: [Double]
    var weights: [Double]?
    var problem: LossError.Problem
    var testDescription: String { "\(problem)" }
  }

  static let invalid = [
    Case(
      logits: [0, 0, 0], targets: [0, 1, 1.5], problem: .targetOutOfRange(value: "1.5", index: 2)),
    Case(
      logits: [0, 0], targets: [-1e-300, 1],
      problem: .targetOutOfRange(value: "-1e-300", index: 0)),
    Case(logits: [0, 0], targets: [1, .nan], problem: .targetOutOfRange(value: "nan", index: 1)),
    Case(logits: [0], targets: [.infinity], problem: .targetOutOfRange(value: "inf", index: 0)),
    Case(logits: [0, .nan], targets: [0, 0], problem: .logitNotANumber(index: 1)),
    Case(
      logits: [0, 0], targets: [0, 0], weights: [1, -1],
      problem: .invalidWeight(value: "-1.0", index: 1)),
    Case(
      logits: [0, 0], targets: [0, 0], weights: [.infinity, 1],
      problem: .invalidWeight(value: "inf", index: 0)),
    Case(
      logits: [0, 0], targets: [0, 0], weights: [1, .nan],
      problem: .invalidWeight(value: "nan", index: 1)),
    // The first of several invalid elements.
    Case(logits: [0, .nan, .nan], targets: [0, 0, 9], problem: .logitNotANumber(index: 1)),
    Case(
      logits: [0, 0], targets: [0],
      problem: .shapeMismatch(other: "targets", logits: [2], received: [1])),
    Case(
      logits: [0, 0], targets: [0, 0], weights: [],
      problem: .shapeMismatch(other: "weights", logits: [2], received: [0])),
  ]

  @Test(
    "The error has the index of the first invalid element", arguments: invalid, Precision.allCases)
  func failures(_ input: Case, in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(name: "check")
      let (logits, targets) = (input.logits.map(Scalar.init), input.targets.map(Scalar.init))
      let weights = input.weights.map { $0.map(Scalar.init) }
      // 10^-300 is 0 in Float, and valid.
      if Scalar.self == Float.self && input.problem == .targetOutOfRange(value: "-1e-300", index: 0)
      {
        return
      }
      let error = LossError("check", input.problem)
      #expect(throws: error) {
        try loss.validate(logits: logits.span, targets: targets.span, weights: weights?.span)
      }
      #expect(throws: error) {
        try loss.validate(logits: logits, targets: targets, weights: weights)
      }
    }
    try check(precision.type)
  }

  @Test(
    "Valid input passes: infinite logits, targets 0 and 1, anything masked by a weight of 0")
  func valid() throws {
    let loss = try WeightedCrossEntropyLoss<Float>()
    try loss.validate(logits: [.infinity, -.infinity, 0, -0.0], targets: [0, 1, 0.5, -0.0])
    try loss.validate(
      logits: [.nan, 1, .nan, 0], targets: [0, .nan, 7, 1],
      weights: [0, 0, -0.0, .greatestFiniteMagnitude])
    try loss.validate(logits: [], targets: [], weights: [])
  }

  @Test("An error in a part of a stream has the index in the whole stream")
  func firstIndex() throws {
    let loss = try WeightedCrossEntropyLoss<Float>()
    let (logits, targets): ([Float], [Float]) = ([0, 0], [1, 2])
    #expect(throws: LossError("logistic_loss", .targetOutOfRange(value: "2.0", index: 1_000_001))) {
      try loss.validate(logits: logits.span, targets: targets.span, firstIndex: 1_000_000)
    }
  }
}
