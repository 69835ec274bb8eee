// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy

/// Every error of the loss, with its exact text.
@Suite struct LossErrorTests {
  /// A text and a call that fails with it.
  struct Failure: CustomTestStringConvertible, Sendable {
    var text: String
    var call: @Sendable () throws -> Void
    init(_ text: String, _ call: @escaping @Sendable () throws -> Void) {
      (self.text, self.call) = (text, call)
    }
    var testDescription: String { text }
  }

  private static let six = [Float](repeating: 0.5, count: 6)

  private static func loss(_ positiveWeight: PositiveWeight<Float> = 1) throws
    -> WeightedCrossEntropyLoss<
      Float
    >
  {
    try WeightedCrossEntropyLoss(positiveWeight: positiveWeight)
  }

  static let failures = [
    Failure(
      "logistic_loss: logits and targets must have the same shape, received [2, 3] and [3, 2]"
    ) {
      _ = try weightedCrossEntropy(
        targets: Tensor(shape: [3, 2], elements: six),
        logits: Tensor(shape: [2, 3], elements: six), positiveWeight: 1)
    },
    Failure("logistic_loss: the shape [2, 2] holds 4 elements, received 6") {
      _ = try loss()(logits: six, targets: six, shape: [2, 2])
    },
    Failure(
      "logistic_loss: a shape must have lengths of at least 0 and a number of elements that fits "
        + "64 bits, received [2, -3]"
    ) {
      _ = try loss().gradient(logits: six, targets: six, shape: [2, -3])
    },
    Failure("logistic_loss: logits and targets must have the same shape, received [2] and [3]") {
      _ = try loss().value(of: .sum, logits: [1, 2], targets: [1, 0, 1])
    },
    Failure("logistic_loss: logits and weights must have the same shape, received [2] and [1]") {
      _ = try loss().valueWithGradient(of: .mean, logits: [1, 2], targets: [1, 0], weights: [1])
    },
    Failure(
      "Tensor: a shape must have lengths of at least 0 and a number of elements that fits 64 bits, "
        + "received [2, -3]"
    ) { _ = try Tensor<Float>(shape: [2, -3], elements: []) },
    Failure("Tensor: the shape [2, 3] holds 6 elements, received 5") {
      _ = try Tensor<Float>(shape: [2, 3], elements: [1, 2, 3, 4, 5])
    },
    Failure("logistic_loss: the output must have 2 elements like the logits, received 3") {
      let two: [Float] = [0, 0]
      var three: [Float] = [0, 0, 0]
      var output = three.mutableSpan
      try loss()(logits: two.span, targets: two.span, into: &output)
    },
    Failure("logistic_loss: positive weights must be finite and at least 0, received -1.5") {
      _ = try loss(.uniform(-1.5))
    },
    Failure("logistic_loss: positive weights must be finite and at least 0, received nan") {
      _ = try loss(.uniform(.nan))
    },
    Failure(
      "logistic_loss: positive weights must be finite and at least 0, received inf for class 1"
    ) {
      _ = try loss(.perClass([1, .infinity, -1], axis: 0))
    },
    Failure("logistic_loss: axis 2 is out of range for logits of shape [2, 3]") {
      _ = try loss(.perClass([1, 2], axis: 2))(logits: six, targets: six, shape: [2, 3])
    },
    Failure("logistic_loss: axis -3 is out of range for logits of shape [2, 3]") {
      _ = try loss(.perClass([1, 2], axis: -3))(logits: six, targets: six, shape: [2, 3])
    },
    Failure("logistic_loss: axis 0 is out of range for logits of shape []") {
      _ = try loss(.perClass([1], axis: 0))(logits: [1], targets: [1], shape: [])
    },
    Failure(
      "logistic_loss: there must be one positive weight for each class along axis -1 of logits of "
        + "shape [2, 3], received 2"
    ) {
      _ = try loss(.perClass([1, 2], axis: -1))(logits: six, targets: six, shape: [2, 3])
    },
    Failure("logistic_loss: the shape [2, 3] holds 6 elements, received 7") {
      // A part that starts in the tensor and ends beyond it.
      let two: [Float] = [0, 0]
      _ = try loss(.perClass([1, 2], axis: 0)).value(
        of: .sum, logits: two.span, targets: two.span, shape: [2, 3], firstIndex: 5)
    },
    Failure(
      "logistic_loss: the first index of 2 elements must lie in [0, \(Int.max - 2)], received -1"
    ) {
      let two: [Float] = [0, 0]
      _ = try loss(.perClass([1, 2], axis: 0)).value(
        of: .sum, logits: two.span, targets: two.span, shape: [2], firstIndex: -1)
    },
    Failure(
      "logistic_loss: the first index of 2 elements must lie in [0, \(Int.max - 2)], "
        + "received \(Int.max - 1)"
    ) {
      let two: [Float] = [0, 0]
      _ = try loss(.perClass([1, 2], axis: 0)).value(
        of: .sum, logits: two.span, targets: two.span, firstIndex: .max - 1)
    },
    Failure(
      "logistic_loss: the first index of 1 elements must lie in [0, \(Int.max - 1)], "
        + "received \(Int.max)"
    ) {
      let (one, two): ([Float], [Float]) = ([1], [2])
      try loss().validate(logits: one.span, targets: two.span, firstIndex: .max)
    },
    Failure("logistic_loss: targets must lie in [0, 1], received 2.0 at index \(Int.max - 1)") {
      let (one, two): ([Float], [Float]) = ([1], [2])
      try loss().validate(logits: one.span, targets: two.span, firstIndex: .max - 1)
    },
    Failure("logistic_loss: all parts of a stream must have weights, or none") {
      let two: [Float] = [0, 0]
      var stream = try LossAccumulator(loss())
      try stream.append(logits: two.span, targets: two.span)
      try stream.append(logits: two.span, targets: two.span, weights: two.span)
    },
    Failure("logistic_loss: label smoothing must lie in [0, 1], received 1.5") {
      _ = try WeightedCrossEntropyLoss<Float>(labelSmoothing: 1.5)
    },
    Failure("logistic_loss: label smoothing must lie in [0, 1], received nan") {
      _ = try WeightedCrossEntropyLoss<Double>(labelSmoothing: .nan)
    },
    Failure("logistic_loss: the number of threads must be at least 1, received 0") {
      _ = try WeightedCrossEntropyLoss<Float>(threads: 0)
    },
    Failure("logistic_loss: the mean of no elements is undefined") {
      _ = try loss().value(of: .mean, logits: [], targets: [])
    },
    Failure(
      "logistic_loss: a weighted mean needs weights whose sum is positive and finite, received the "
        + "sum 0.0"
    ) {
      _ = try loss().value(of: .weightedMean, logits: [1], targets: [1], weights: [0])
    },
    Failure("logistic_loss: a weighted mean needs weights") {
      _ = try loss().gradient(of: .weightedMean, logits: [1], targets: [1])
    },
    Failure("logistic_loss: targets must lie in [0, 1], received 1.25 at index 2") {
      try loss().validate(logits: [1, 2, 3], targets: [0, 1, 1.25])
    },
    Failure("logistic_loss: the logit at index 1 is NaN and no weight of 0 masks it") {
      try loss().validate(logits: [1, .nan], targets: [0, 1])
    },
    Failure("logistic_loss: weights must be finite and at least 0, received -2.0 at index 0") {
      try loss().validate(logits: [1], targets: [0], weights: [-2])
    },
  ]

  @Test("Every failing call throws the exact text", arguments: failures)
  func text(_ failure: Failure) throws {
    let error = #expect(throws: LossError.self) { try failure.call() }
    #expect(error?.description == failure.text)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("The error for an unavailable instruction set lists the available ones")
  func unavailableVariant() {
    let problem = LossError.Problem.instructionSetUnavailable(
      requested: "avx512", available: ["baseline", "avx2"])
    #expect(
      "\(LossError("logistic_loss", problem))"
        == "logistic_loss: the instruction set avx512 is not available here; choose one of "
        + "baseline, avx2"
    )
    for set in InstructionSet.allCases where !set.isAvailable {
      #expect(
        throws: LossError(
          "mine",
          .instructionSetUnavailable(
            requested: set.rawValue, available: InstructionSet.available.map(\.rawValue)))
      ) { try WeightedCrossEntropyLoss<Float>(name: "mine", instructionSet: set) }
    }
  }

  @Test("Every error of a call has the name of the operation")
  func name() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(
      positiveWeight: .perClass([1, 2], axis: 0), name: "churn")
    func expect(_ body: () throws -> Void) {
      #expect(#expect(throws: LossError.self, performing: body)?.operation == "churn")
    }
    let (two, three): ([Float], [Float]) = ([0, 0], [0, 0, 0])
    expect { _ = try loss(logits: two, targets: three) }
    expect { _ = try loss(logits: three, targets: three) }
    expect { _ = try loss.gradient(logits: two, targets: two, weights: three) }
    expect { _ = try loss.value(of: .mean, logits: [], targets: []) }
    expect { _ = try loss.value(of: .weightedMean, logits: two, targets: two) }
    expect { try loss.validate(logits: two, targets: [2, 0]) }
    expect { _ = try WeightedCrossEntropyLoss<Float>(positiveWeight: -1, name: "churn") }
    expect { _ = try WeightedCrossEntropyLoss<Float>(labelSmoothing: -1, name: "churn") }
    expect { _ = try WeightedCrossEntropyLoss<Float>(name: "churn", threads: -1) }
    expect {
      _ = try weightedCrossEntropy(
        targets: Tensor(three), logits: Tensor(two), positiveWeight: 1, name: "churn")
    }
    #expect(try WeightedCrossEntropyLoss<Float>().name == "logistic_loss")
  }

  @Test("Control and format characters in names are escaped")
  func namesAreOnOneLine() throws {
    let name = "a\t\r\n\u{1B}[2J\u{85}\u{2028}\u{202E}\u{E0001}b\\"
    let escaped = #"a\t\r\n\u{1B}[2J\u{0085}\u{2028}\u{202E}\u{000E0001}b\"#
    let error = LossError(name, .emptyMean)
    #expect(error.operation == name)
    #expect(error.description == "\(escaped): the mean of no elements is undefined")
    let problem = LossError.Problem.instructionSetUnavailable(requested: name, available: ["a"])
    #expect(problem.description.hasPrefix("the instruction set \(escaped) is not available"))
  }

  @Test("A call that fails leaves the output unchanged")
  func outputIsUntouched() throws {
    let loss = try Self.loss(.perClass([1, 2, 3], axis: 0))
    let two: [Float] = [0, 0]
    var output: [Float] = [7, 7]
    do {
      var view = output.mutableSpan
      #expect(throws: LossError.self) {
        try loss.gradient(of: .mean, logits: two.span, targets: two.span, into: &view)
      }
    }
    #expect(output == [7, 7])
  }

  @Test(
    "A positive weight of 0 or of the greatest number, and label smoothing of 0 or 1, are valid")
  func validArguments() throws {
    #expect(try Self.loss(0)(logits: [1], targets: [1]) == [0])
    #expect(
      try Self.loss(.uniform(.greatestFiniteMagnitude))(logits: [1], targets: [0])[0].isFinite)
    for smoothing: Float in [0, 1] {
      _ = try WeightedCrossEntropyLoss<Float>(labelSmoothing: smoothing)
    }
    // The literals.
    #expect(PositiveWeight<Float>.uniform(3) == 3 && PositiveWeight<Double>.uniform(0.1) == 0.1)
  }
}
