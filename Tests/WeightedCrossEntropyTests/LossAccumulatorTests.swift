// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// A stream gives the same bits as an array, for any division into parts.
@Suite struct LossAccumulatorTests {
  /// How a stream is divided into parts.
  enum Chunking: CaseIterable, Sendable {
    case whole, ones, sevens, belowABlock, blocks, aboveABlock, random

    func next(_ generator: inout SeededGenerator) -> Int {
      switch self {
      case .whole: .max
      case .ones: 1
      case .sevens: 7
      case .belowABlock: 4095
      case .blocks: 4096
      case .aboveABlock: 4097
      case .random: Int.random(in: 0...10_000, using: &generator)
      }
    }
  }

  @Test(
    "Every chunking gives the same bits as the array", arguments: Chunking.allCases, Variant.all)
  func chunkings(_ chunking: Chunking, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 601)
      let count = chunking == .ones || chunking == .sevens ? 9001 : 12 * 4096 + 2049
      let logits: [Scalar] = generator.logits(count)
      let targets: [Scalar] = generator.targets(count)
      let weights: [Scalar] = generator.weights(count)
      for (hasWeights, classCount) in [(false, 0), (true, 0), (true, 3)] {
        let positiveWeight: PositiveWeight<Scalar> =
          classCount == 0 ? 3 : .perClass([0.5, 2, 7], axis: -1)
        // With classes, only whole rows are used.
        let rows = count / 3
        let used = classCount == 0 ? count : rows * 3
        let shape = classCount == 0 ? [count] : [rows, 3]
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: positiveWeight, instructionSet: variant.set)
        var accumulator = try LossAccumulator(loss, shape: shape)
        var start = 0
        while start < used {
          let end = start + min(chunking.next(&generator), used - start)
          try accumulator.append(
            logits: logits.span.extracting(start..<end),
            targets: targets.span.extracting(start..<end),
            weights: hasWeights ? weights.span.extracting(start..<end) : nil)
          start = end
          #expect(accumulator.count == start)
        }
        func value(of reduction: LossReduction) throws -> Scalar {
          try loss.value(
            of: reduction, logits: logits.span.extracting(0..<used),
            targets: targets.span.extracting(0..<used),
            weights: hasWeights ? weights.span.extracting(0..<used) : nil, shape: shape)
        }
        #expect(try accumulator.value(of: .sum) == value(of: .sum))
        #expect(try accumulator.value(of: .mean) == value(of: .mean))
        if hasWeights {
          #expect(try accumulator.value(of: .weightedMean) == value(of: .weightedMean))
          let exact = ExactSum(ofElements: Array(weights[..<used]))
          #expect(exact.ulps(of: accumulator.weightSum) <= 1)
        } else {
          #expect(accumulator.weightSum == Scalar(used))
        }
      }
    }
    try check(variant.type)
  }

  @Test("The results so far are available at any time")
  func runningResults() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 2)
    var generator = SeededGenerator(seed: 602)
    let logits: [Double] = generator.uniform(9000, in: -5...5)
    let targets: [Double] = generator.targets(9000)
    var accumulator = try LossAccumulator(loss)
    for start in stride(from: 0, to: 9000, by: 1500) {
      try accumulator.append(
        logits: logits.span.extracting(start..<start + 1500),
        targets: targets.span.extracting(start..<start + 1500))
      let soFar = start + 1500
      #expect(
        try accumulator.value(of: .mean)
          == loss.value(
            of: .mean, logits: Array(logits[..<soFar]), targets: Array(targets[..<soFar])))
    }
  }

  @Test(
    "The second pass over a stream gives the gradient of the whole stream",
    arguments: LossReduction.allCases,
    Precision.allCases)
  func gradients(_ reduction: LossReduction, in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 603)
      let count = 3 * 3001
      let logits: [Scalar] = generator.logits(count)
      let targets: [Scalar] = generator.targets(count)
      let weights: [Scalar] = generator.weights(count)
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .perClass([0.5, 2, 7], axis: 1))
      var accumulator = try LossAccumulator(loss, shape: [3001, 3])
      try accumulator.append(logits: logits.span, targets: targets.span, weights: weights.span)
      var pieces: [Scalar] = []
      for start in stride(from: 0, to: count, by: 1000) {
        let end = min(start + 1000, count)
        var piece = [Scalar](repeating: -1, count: end - start)
        var output = piece.mutableSpan
        try accumulator.gradient(
          of: reduction, logits: logits.span.extracting(start..<end),
          targets: targets.span.extracting(start..<end),
          weights: weights.span.extracting(start..<end), firstIndex: start, into: &output)
        pieces += piece
      }
      let whole = try loss.gradient(
        of: reduction, logits: logits, targets: targets, weights: weights, shape: [3001, 3])
      #expect(areSame(pieces, whole), "\(differences(pieces, whole))")
    }
    try check(precision.type)
  }

  @Test("An invalid part throws an error and is not added")
  func errors() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(name: "stream")
    let (two, three): ([Float], [Float]) = ([0, 0], [0, 0, 0])
    var accumulator = try LossAccumulator(loss)
    #expect(try accumulator.value(of: .sum) == 0)
    #expect(throws: LossError("stream", .emptyMean)) { try accumulator.value(of: .mean) }
    #expect(throws: LossError("stream", .missingWeights)) {
      try accumulator.value(of: .weightedMean)
    }
    try accumulator.append(logits: two.span, targets: two.span)
    let sum = try accumulator.value(of: .sum)
    #expect(
      throws: LossError("stream", .shapeMismatch(other: "targets", logits: [2], received: [3]))
    ) {
      try accumulator.append(logits: two.span, targets: three.span)
    }
    #expect(throws: LossError("stream", .weightsOfSomeParts)) {
      try accumulator.append(logits: two.span, targets: two.span, weights: two.span)
    }
    #expect(throws: LossError("stream", .missingWeights)) {
      try accumulator.value(of: .weightedMean)
    }
    #expect(accumulator.count == 2)
    #expect(try accumulator.value(of: .sum) == sum)
    var weighted = try LossAccumulator(loss)
    try weighted.append(logits: two.span, targets: two.span, weights: two.span)
    #expect(throws: LossError("stream", .weightSum("0.0"))) {
      try weighted.value(of: .weightedMean)
    }
    #expect(throws: LossError("stream", .weightsOfSomeParts)) {
      try weighted.append(logits: two.span, targets: two.span)
    }
  }

  @Test(
    "A gradient needs weights if the stream has them; after an error the output is unchanged",
    arguments: [nil, .sum, .mean, .weightedMean] as [LossReduction?])
  func weightsOfGradients(_ reduction: LossReduction?) throws {
    let loss = try WeightedCrossEntropyLoss<Float>(name: "stream")
    let ones: [Float] = [1, 1]
    var plain = try LossAccumulator(loss)
    try plain.append(logits: ones.span, targets: ones.span)
    var weighted = try LossAccumulator(loss)
    try weighted.append(logits: ones.span, targets: ones.span, weights: ones.span)
    var gradient: [Float] = [7, 7]
    #expect(throws: LossError("stream", .weightsOfSomeParts)) {
      var output = gradient.mutableSpan
      try plain.gradient(
        of: reduction, logits: ones.span, targets: ones.span, weights: ones.span, firstIndex: 0,
        into: &output
      )
    }
    #expect(throws: LossError("stream", .weightsOfSomeParts)) {
      var output = gradient.mutableSpan
      try weighted.gradient(
        of: reduction, logits: ones.span, targets: ones.span, firstIndex: 0, into: &output)
    }
    #expect(gradient == [7, 7])
  }

  @Test("Class weights need the shape of the stream, which limits the number of elements")
  func classes() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 2], axis: 1))
    #expect(throws: LossError("logistic_loss", .axisOutOfRange(axis: 1, shape: []))) {
      try LossAccumulator(loss)
    }
    #expect(throws: LossError("logistic_loss", .classCount(axis: 1, shape: [3, 3], weights: 2))) {
      try LossAccumulator(loss, shape: [3, 3])
    }
    var accumulator = try LossAccumulator(loss, shape: [2, 2])
    let three: [Float] = [0, 0, 0]
    try accumulator.append(logits: three.span, targets: three.span)
    let sum = try accumulator.value(of: .sum)
    #expect(
      throws: LossError("logistic_loss", .elementCount(shape: [2, 2], expected: 4, received: 6))
    ) {
      try accumulator.append(logits: three.span, targets: three.span)
    }
    #expect(accumulator.count == 3)
    #expect(try accumulator.value(of: .sum) == sum)
  }
}
