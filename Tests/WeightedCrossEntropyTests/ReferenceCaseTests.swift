// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy

/// One case from the tests, documentation or issue threads of other implementations, with expected
/// values recomputed in at least double precision.
struct ReferenceCase: CustomTestStringConvertible, Sendable {
  var source: String
  var logits: [Double]
  var targets: [Double]
  var positiveWeight = 1.0
  var losses: [Double]?
  var gradient: [Double]?
  var mean: Double?
  /// The relative tolerance, from the number of digits given.
  var tolerance = 3e-7

  var testDescription: String { source }
}

/// The test cases of other implementations, on every variant of the kernels and on single elements.
@Suite struct ReferenceCaseTests {
  static let cases = [
    ReferenceCase(
      source: "TensorFlow, nn_xent_test.py, WeightedCrossEntropyTest",
      logits: [-100, -2, -2, 0, 2, 2, 2, 100], targets: [0, 0, 1, 0, 0, 1, 0.5, 1],
      positiveWeight: 3,
      losses: [
        3.720076e-44, 0.12692801, 6.38078403, 0.69314718, 2.12692801, 0.38078403, 1.25385602,
        1.116023e-43,
      ],
      gradient: [
        3.720076e-44, 0.11920292, -2.64239123, 0.5, 0.88079708, -0.35760877, 0.26159416,
        -1.116023e-43,
      ]),
    ReferenceCase(
      source: "TensorFlow, documentation, positive weight 1.5", logits: [1.5, -0.1, -10],
      targets: [1, 0.5, 0],
      positiveWeight: 1.5, losses: [0.30211992, 0.88049583, 4.5398899e-5]),
    ReferenceCase(
      source: "TensorFlow, documentation, positive weight 0.5", logits: [1.5, -0.1, -10],
      targets: [1, 0.5, 0],
      positiveWeight: 0.5, losses: [0.10070664, 0.50829750, 4.5398899e-5]),
    ReferenceCase(
      source: "TensorFlow, testGradientAtZero", logits: [0, 0], targets: [0, 1],
      gradient: [0.5, -0.5]),
    ReferenceCase(
      source: "The gradient at zero with a positive weight", logits: [0, 0, 0],
      targets: [0, 1, 0.5],
      positiveWeight: 3, gradient: [0.5, -1.5, -0.5]),
    ReferenceCase(
      source: "PyTorch, issues 49844, 102894 and 135359",
      logits: [.infinity, -.infinity, .infinity, -.infinity],
      targets: [1, 0, 0, 1], losses: [0, 0, .infinity, .infinity]),
    ReferenceCase(
      source: "PyTorch, issue 102894", logits: [.infinity, 1], targets: [1, 0], mean: 0.6566308),
    ReferenceCase(
      source: "PyTorch, issue 13773", logits: [0, -120], targets: [0, 1],
      losses: [0.69314718, 120]),
    ReferenceCase(
      source: "Optax, SigmoidCrossEntropyTest, large logits", logits: [1e9, -1e9], targets: [0, 1],
      mean: 1e9),
    ReferenceCase(
      source: "Optax, SigmoidCrossEntropyTest, small logits", logits: [1e-9, -1e-9],
      targets: [0, 1],
      losses: [0.6931472, 0.6931472], tolerance: 1e-6),
    ReferenceCase(
      source: "MLX, test_losses.py", logits: [0.105361, 0.223144, 1.20397, 0.916291],
      targets: [0, 0, 1, 1],
      losses: [0.747215, 0.810930, 0.262365, 0.336472], tolerance: 4e-6),
    ReferenceCase(
      source: "Swift for TensorFlow, LossTests", logits: [-100, -2, -2, 0, 2, 2, 2, 100],
      targets: [0, 0, 1, 0, 0, 1, 0.5, 1], mean: 0.7909734),
    ReferenceCase(
      source: "burn, class weights 3 and 7, divided by 3",
      logits: [0.8271, 0.9626, 0.3796, 0.2355],
      targets: [0, 1, 0, 1], positiveWeight: 7.0 / 3, mean: 3.1531 / 3, tolerance: 2e-5),
    ReferenceCase(
      source: "A tiny positive weight", logits: [0], targets: [1], positiveWeight: 1e-8,
      losses: [6.9314718e-9]),
    ReferenceCase(
      source: "Confident and right, target 0", logits: [-20], targets: [0], positiveWeight: 3,
      losses: [2.0611536e-9], gradient: [2.0611536e-9]),
    ReferenceCase(
      source: "Confident and right, target 1", logits: [20], targets: [1], positiveWeight: 3,
      losses: [6.1834608e-9], gradient: [-6.1834608e-9]),
  ]

  @Test("Every reference case, on every variant", arguments: cases, Precision.allCases)
  func matches(_ reference: ReferenceCase, in precision: Precision) throws {
    try check(reference, precision.type)
  }

  private func check<Scalar: LossScalar>(_ reference: ReferenceCase, _: Scalar.Type) throws {
    let (logits, targets) = (reference.logits.map(Scalar.init), reference.targets.map(Scalar.init))
    for set in InstructionSet.available {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .uniform(Scalar(reference.positiveWeight)), instructionSet: set)
      let losses = try loss(logits: logits, targets: targets)
      let gradient = try loss.gradient(logits: logits, targets: targets)
      for index in logits.indices {
        let value = loss(logit: logits[index], target: targets[index])
        let derivative = loss.gradient(logit: logits[index], target: targets[index])
        if let expected = reference.losses?[index] {
          expect(losses[index], expected, reference)
          expect(value, expected, reference)
        }
        if let expected = reference.gradient?[index] {
          expect(gradient[index], expected, reference)
          expect(derivative, expected, reference)
        }
      }
      if let expected = reference.mean {
        expect(try loss.value(of: .mean, logits: logits, targets: targets), expected, reference)
      }
    }
  }

  /// Within the digits given, or 1.5 times the least subnormal number: three times a subnormal
  /// number has three roundings.
  private func expect<Scalar: LossScalar>(
    _ result: Scalar, _ expected: Double, _ reference: ReferenceCase
  ) {
    guard expected.isFinite else {
      #expect(Double(result) == expected)
      return
    }
    let allowed = max(
      reference.tolerance * expected.magnitude, 1.5 * Double(Scalar.leastNonzeroMagnitude))
    #expect(abs(Double(result) - expected) <= allowed, "\(result) instead of \(expected)")
  }

  @Test(
    "TensorFlow's case with shape [2, 2, 2], by the function with TensorFlow's arguments",
    arguments: Precision.allCases)
  func shaped(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let reference = Self.cases[0]
      let result = try weightedCrossEntropy(
        targets: Tensor(shape: [2, 2, 2], elements: reference.targets.map(Scalar.init)),
        logits: Tensor(shape: [2, 2, 2], elements: reference.logits.map(Scalar.init)),
        positiveWeight: 3)
      #expect(result.shape == [2, 2, 2])
      for (element, expected) in zip(result.elements, reference.losses!) {
        expect(element, expected, reference)
      }
    }
    try check(precision.type)
  }

  @Test("TensorFlow, testShapeError")
  func shapeError() throws {
    let logits = try Tensor<Float>(shape: [1, 2], elements: [2, 1])
    #expect(
      throws: LossError(
        "logistic_loss", .shapeMismatch(other: "targets", logits: [1, 2], received: [3]))
    ) {
      try weightedCrossEntropy(targets: [2, 1, 3], logits: logits, positiveWeight: 2)
    }
  }

  /// The issue asks which of the two is the mean of a weighted loss. This library has a name for
  /// each.
  @Test(
    "PyTorch, issue 54843: the mean over elements and the weighted mean differ",
    arguments: Precision.allCases
  )
  func bothMeans(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>()
      let logits: [Scalar] = [0, 0, 0, 0]
      let targets: [Scalar] = [1, 0, 1, 0]
      let weights: [Scalar] = [3, 1, 0, 0]
      let logarithmOfTwo = Scalar(0.6931471805599453)
      let mean = try loss.value(of: .mean, logits: logits, targets: targets, weights: weights)
      let weightedMean = try loss.value(
        of: .weightedMean, logits: logits, targets: targets, weights: weights)
      #expect(abs(mean - logarithmOfTwo) <= Scalar.tolerance)
      #expect(abs(weightedMean - logarithmOfTwo) <= Scalar.tolerance)
      // If the sum of the weights is not the count, the two differ.
      let half = weights.map { $0 / 2 }
      #expect(
        abs(
          try loss.value(of: .mean, logits: logits, targets: targets, weights: half)
            - logarithmOfTwo / 2)
          <= Scalar.tolerance)
      #expect(
        abs(
          try loss.value(of: .weightedMean, logits: logits, targets: targets, weights: half)
            - logarithmOfTwo)
          <= Scalar.tolerance)
    }
    try check(precision.type)
  }

  @Test(
    "PyTorch, issue 51906: the mean of huge Double losses is finite",
    arguments: InstructionSet.available)
  func hugeLogits(on set: InstructionSet) throws {
    let loss = try WeightedCrossEntropyLoss<Double>(instructionSet: set)
    let logits = [2.3e307, -4.1e307, 6.7e307, -5.2e307, 6.1e307, -6.3e307]
    let targets: [Double] = [0, 1, 0, 1, 0, 1]
    // Each term is the magnitude of the logit. The sum of the terms overflows.
    let expected = logits.map { $0.magnitude / 6 }.reduce(0, +)
    let mean = try loss.value(of: .mean, logits: logits, targets: targets)
    #expect(mean.isFinite && abs(mean - expected) <= 1e-14 * expected)
    let (value, gradient) = try loss.valueWithGradient(of: .mean, logits: logits, targets: targets)
    #expect(value == mean)
    #expect(gradient == [1, -1, 1, -1, 1, -1].map { $0 / 6 })
  }

  @Test(
    "d2l, masked rows: the loss of a row over the sum of its mask", arguments: Precision.allCases)
  func maskedRows(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>()
      let logits: [Scalar] = [1.1, -2.2, 3.3, -4.4]
      let targets: [[Scalar]] = [[1, 0, 0, 0], [0, 1, 0, 0]]
      let masks: [[Scalar]] = [[1, 1, 1, 1], [1, 1, 0, 0]]
      for (row, expected) in [0.9352, 1.8462].enumerated() {
        let mean = try loss.value(
          of: .weightedMean, logits: logits, targets: targets[row], weights: masks[row])
        #expect(abs(Double(mean) - expected) < 5e-5)
      }
    }
    try check(precision.type)
  }
}
