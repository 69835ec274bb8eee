// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// Sums and means: their accuracy, their denominators, and that their bits depend only on the
/// input.
@Suite struct ReductionTests {
  /// Sizes of terms for which accurate sums are difficult.
  enum Sizes: CaseIterable, Sendable {
    /// All about 1.
    case alike
    /// From 10^-30 to 10^30.
    case mixed
    /// One term that is nearly the whole sum, and many that would each be lost in a plain sum.
    case oneLarge
  }

  private func logits<Scalar: LossScalar>(_ sizes: Sizes, _ count: Int) -> [Scalar] {
    var generator = SeededGenerator(seed: 501)
    switch sizes {
    case .alike: return generator.uniform(count, in: -4...4)
    case .mixed:
      return generator.logits(count, as: Scalar.self).map {
        $0.magnitude > 1e30 ? $0 / .greatestFiniteMagnitude : $0
      }
    case .oneLarge:
      var logits = generator.uniform(count, in: Scalar(-30)...(-20))
      logits[count / 3] = 3e8
      return logits
    }
  }

  @Test(
    "Sums are within 1 ULP of the exact sum of the terms", arguments: Sizes.allCases, Variant.all)
  func exactness(_ sizes: Sizes, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 502)
      let count = 60_007
      let logits: [Scalar] = logits(sizes, count)
      let targets =
        sizes == .oneLarge ? [Scalar](repeating: 0, count: count) : generator.targets(count)
      let weights: [Scalar] = generator.weights(count)
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      let plain = ExactSum(ofElements: try loss(logits: logits, targets: targets))
      #expect(plain.ulps(of: try loss.value(of: .sum, logits: logits, targets: targets)) <= 1)
      let weighted = ExactSum(
        ofElements: try loss(logits: logits, targets: targets, weights: weights))
      #expect(
        weighted.ulps(
          of: try loss.value(of: .sum, logits: logits, targets: targets, weights: weights)) <= 1)
      // The denominators of the means are correctly rounded.
      let mean = try loss.value(of: .mean, logits: logits, targets: targets)
      #expect(abs(Double(mean) - plain.value / Double(count)) <= Double(mean.ulp))
      let weightedMean = try loss.value(
        of: .weightedMean, logits: logits, targets: targets, weights: weights)
      let denominator = ExactSum(ofElements: weights).value
      #expect(
        abs(Double(weightedMean) - weighted.value / denominator) <= 1.5 * Double(weightedMean.ulp))
      let (value, _) = try loss.valueWithGradient(
        of: .sum, logits: logits, targets: targets, weights: weights)
      #expect(
        value == (try loss.value(of: .sum, logits: logits, targets: targets, weights: weights)))
    }
    try check(variant.type)
  }

  @Test("Sums near the length of a block include all terms", arguments: Variant.all)
  func blockBoundaries(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      for count in [1, 4095, 4096, 4097, 8191, 8192, 8193, 3 * 4096] {
        let zeros = [Scalar](repeating: 0, count: count)
        // Terms of 1024 each, whose sums are exact.
        let logits = [Scalar](repeating: 1024, count: count)
        #expect(try loss.value(of: .sum, logits: logits, targets: zeros) == Scalar(count * 1024))
        #expect(try loss.value(of: .mean, logits: logits, targets: zeros) == 1024)
        #expect(try loss(logits: logits, targets: zeros) == logits)
      }
    }
    try check(variant.type)
  }

  @Test("No intermediate result overflows if the result does not", arguments: Variant.all)
  func overflow(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      let large = Scalar.greatestFiniteMagnitude / 2
      for count in [2, 5, 16, 33, 4096, 10_000] {
        let logits = [Scalar](repeating: large, count: count)
        let zeros = [Scalar](repeating: 0, count: count)
        #expect(
          abs(try loss.value(of: .mean, logits: logits, targets: zeros) - large) <= large.ulp,
          "\(count) elements")
        let weights = [Scalar](repeating: 1.5, count: count)
        #expect(
          abs(
            try loss.value(of: .weightedMean, logits: logits, targets: zeros, weights: weights)
              - large)
            <= large.ulp)
        #expect(
          try loss.value(of: .sum, logits: logits, targets: zeros)
            == (count == 2 ? .greatestFiniteMagnitude : .infinity))
        let (value, gradient) = try loss.valueWithGradient(
          of: .mean, logits: logits, targets: zeros)
        #expect(abs(value - large) <= large.ulp && gradient.allSatisfy { $0 == 1 / Scalar(count) })
        var accumulator = try LossAccumulator(loss)
        try accumulator.append(logits: logits.span, targets: zeros.span)
        #expect(try accumulator.value(of: .mean) == value)
        // The sum of the weights may also exceed the range of the type.
        let heavy = [Scalar](repeating: large, count: count)
        let ones = [Scalar](repeating: 1, count: count)
        let expected = loss(logit: 1, target: 0)
        let heavyMean = try loss.value(
          of: .weightedMean, logits: ones, targets: zeros, weights: heavy)
        #expect(
          abs(heavyMean - expected) <= 2 * expected.ulp
            || count == 2 && expected * large == .infinity)
      }
    }
    try check(variant.type)
  }

  @Test("An infinite or NaN term at any position is the sum", arguments: Variant.all)
  func nonFiniteTerms(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      let count = 9000
      for position in [0, 17, 4095, 4096, 8999] {
        var logits = [Scalar](repeating: 1, count: count)
        let zeros = [Scalar](repeating: 0, count: count)
        logits[position] = .infinity
        #expect(try loss.value(of: .sum, logits: logits, targets: zeros) == .infinity)
        #expect(try loss.value(of: .mean, logits: logits, targets: zeros) == .infinity)
        logits[position == 0 ? 1 : 0] = .nan
        #expect(try loss.value(of: .sum, logits: logits, targets: zeros).isNaN)
      }
    }
    try check(variant.type)
  }

  @Test(
    "A gradient written over an input is the same as in a separate buffer", arguments: Variant.all)
  func inPlace(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      var generator = SeededGenerator(seed: 505)
      let inputs = [
        generator.logits(9001), generator.targets(9001), generator.uniform(9001, in: Scalar(1)...2),
      ]
      let expected = try loss.gradient(
        of: .weightedMean, logits: inputs[0], targets: inputs[1], weights: inputs[2])
      for place in 0..<3 {
        let buffers = inputs.map { UnsafeMutableBufferPointer<Scalar>.allocate(capacity: $0.count) }
        defer { for buffer in buffers { buffer.deallocate() } }
        for (buffer, input) in zip(buffers, inputs) { _ = buffer.initialize(from: input) }
        let addresses = buffers.map { UnsafePointer($0.baseAddress!) }
        try loss.evaluate(
          .gradient, of: .weightedMean,
          LossInputs(
            InPlaceStorage(), logits: addresses[0], targets: addresses[1], weights: addresses[2],
            count: 9001, classes: nil),
          into: buffers[place])
        #expect(areSame(Array(buffers[place]), expected), "over input \(place)")
      }
    }
    try check(variant.type)
  }

  @Test(
    "The sum of no elements is 0, and a mean of no elements is an error",
    arguments: Precision.allCases)
  func empty(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(name: "batch")
      let none: [Scalar] = []
      #expect(try loss.value(of: .sum, logits: none, targets: none) == 0)
      #expect(try loss.valueWithGradient(of: .sum, logits: none, targets: none).value == 0)
      let error = LossError("batch", .emptyMean)
      #expect(throws: error) { try loss.value(of: .mean, logits: none, targets: none) }
      #expect(throws: error) {
        try loss.value(of: .weightedMean, logits: none, targets: none, weights: none)
      }
      #expect(throws: error) { try loss.gradient(of: .mean, logits: none, targets: none) }
      #expect(throws: error) { try loss.valueWithGradient(of: .mean, logits: none, targets: none) }
    }
    try check(precision.type)
  }

  @Test(
    "A weighted mean needs weights with a positive and finite sum", arguments: Precision.allCases)
  func weightSums(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>()
      let two: [Scalar] = [0, 0]
      #expect(throws: LossError("logistic_loss", .missingWeights)) {
        try loss.value(of: .weightedMean, logits: two, targets: two)
      }
      for (weights, text) in [
        ([0, 0], "0.0"), ([1, .nan], "nan"), ([1, .infinity], "inf"), ([-1, 0.5], "-0.5"),
      ] as [([Scalar], String)] {
        #expect(throws: LossError("logistic_loss", .weightSum(text))) {
          try loss.value(of: .weightedMean, logits: two, targets: two, weights: weights)
        }
        #expect(throws: LossError("logistic_loss", .weightSum(text))) {
          try loss.gradient(of: .weightedMean, logits: two, targets: two, weights: weights)
        }
      }
    }
    try check(precision.type)
  }

  @Test(
    "If the sum of the weights exceeds the type, the mean is defined and its derivatives throw",
    arguments: Precision.allCases)
  func hugeWeightSums(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>()
      let (zeros, heavy): ([Scalar], [Scalar]) = (
        [0, 0, 0], .init(repeating: .greatestFiniteMagnitude, count: 3)
      )
      let mean = try loss.value(of: .weightedMean, logits: zeros, targets: zeros, weights: heavy)
      #expect(abs(mean - loss(logit: 0, target: 0)) <= 2 * mean.ulp)
      let error = LossError("logistic_loss", .weightSum("inf"))
      #expect(throws: error) {
        try loss.gradient(of: .weightedMean, logits: zeros, targets: zeros, weights: heavy)
      }
      #expect(throws: error) {
        try loss.valueWithGradient(of: .weightedMean, logits: zeros, targets: zeros, weights: heavy)
      }
    }
    try check(precision.type)
  }

  @Test("The tree of a stream is the tree of an array, for any number of leaves")
  func trees() {
    var generator = SeededGenerator(seed: 506)
    let leaves = generator.logits(300, as: Double.self).map { PartialSum(high: $0 * 0x1p-20) }
    var stack = PartialSumStack()
    #expect(stack.total == PartialSum())
    for count in 1...300 {
      let expected = PartialSum.tree(over: 0..<count) { leaves[$0] }
      #expect(stack.total(adding: leaves[count - 1]) == expected)
      stack.append(leaves[count - 1])
      #expect(stack.count == count)
      #expect(stack.total == expected)
    }
  }
}
