import Testing
import WeightedCrossEntropy
import _TestSupport

/// The calls into a caller's buffer and the reductions allocate nothing: on one thread no memory is asked for at all, on several
/// threads by Dispatch alone.
@Suite(.enabled(if: AllocationCount.isAvailable, "allocations cannot be counted here"))
struct AllocationTests {
  /// A call on the spans of a sample.
  enum Call: CaseIterable, Sendable {
    case losses, gradient, secondDerivative, targetDerivative, positiveWeightDerivative, lossesWithGradient
    case sum, mean, weightedMean, valueWithGradient
  }

  @Test("No call allocates on one thread", arguments: Call.allCases, Variant.all)
  func spans(_ call: Call, on variant: Variant) throws {
    // A few elements, a block and a remainder, several blocks.
    for count in [1, 16, 4099, 20_000] {
      for hasClasses in [false, true] {
        let made =
          switch variant.precision {
          case .float: try allocations(of: call, Float.self, variant.set, count, hasClasses)
          case .double: try allocations(of: call, Double.self, variant.set, count, hasClasses)
          }
        #expect(made == 0, "\(count) elements, weights per class: \(hasClasses)")
      }
    }
  }

  @Test("On several threads only Dispatch allocates, to start them, however many elements there are")
  func threads() async {
    // In a process of its own, as other tests allocate meanwhile.
    await #expect(processExitsWith: .success) {
      for (hasClasses, threads) in [(false, 2), (false, 16), (true, 2), (true, 5)] {
        let sample = try Sample<Float>(1_200_001, hasClasses, threads: threads)
        var (first, second) = (sample.buffer, sample.buffer)
        for call in Call.allCases {
          // Tables are made and threads started on first use.
          for _ in 0..<3 { try sample.run(call, into: &first, &second) }
          let calls = 10
          let bytes = try AllocationCount.bytes { () throws(LossError) in
            for _ in 0..<calls { try sample.run(call, into: &first, &second) }
          }
          // A closure, a block, and a continuation of 64 bytes for each thread; twice, as a weighted mean sums its weights first. The
          // sums of the blocks are 7 KiB.
          #expect(
            bytes <= calls * 2 * (256 + 64 * threads),
            "\(call) on \(threads) threads, weights per class: \(hasClasses)")
        }
      }
    }
  }

  @Test("Changing an element of a tensor does not copy the others")
  func changes() {
    var tensor = Tensor([Float](repeating: 0, count: 1000))
    tensor.elements[0] = 1
    #expect(AllocationCount.during { for index in 0..<1000 { tensor.elements[index] = 2 } } == 0)
    #expect(tensor.elements.allSatisfy { $0 == 2 })
  }

  private func allocations<Scalar: LossScalar>(
    of call: Call, _: Scalar.Type, _ set: InstructionSet, _ count: Int, _ hasClasses: Bool
  ) throws -> Int {
    let sample = try Sample<Scalar>(count, hasClasses, threads: 1, set)
    var (first, second) = (sample.buffer, sample.buffer)
    // Tables are made on first use.
    try sample.run(call, into: &first, &second)
    return try AllocationCount.during { () throws(LossError) in try sample.run(call, into: &first, &second) }
  }

  /// Elements, and buffers for what is computed of them.
  private struct Sample<Scalar: LossScalar> {
    private let logits, targets, weights: [Scalar]
    private let shape: [Int]?
    private let loss: WeightedCrossEntropyLoss<Scalar>

    /// Room for a result.
    var buffer: [Scalar] { [Scalar](repeating: 0, count: logits.count) }

    init(_ count: Int, _ hasClasses: Bool, threads: Int, _ set: InstructionSet? = nil) throws(LossError) {
      var generator = SeededGenerator(seed: 801)
      logits = generator.uniform(count, in: -9...9)
      targets = generator.targets(count)
      weights = generator.uniform(count, in: Scalar(1)...2)
      shape = count % 2 == 0 ? nil : [count]
      loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: hasClasses ? .perClass(.init(repeating: 2, count: count), axis: 0) : 3,
        threads: threads, instructionSet: set)
    }

    func run(_ call: Call, into first: inout [Scalar], _ second: inout [Scalar]) throws(LossError) {
      var output = first.mutableSpan
      let (x, z, w) = (logits.span, targets.span, weights.span)
      switch call {
      case .losses: try loss.losses(logits: x, targets: z, weights: w, shape: shape, into: &output)
      case .gradient:
        try loss.gradient(of: .mean, logits: x, targets: z, weights: w, shape: shape, into: &output)
      case .secondDerivative: try loss.secondDerivative(logits: x, targets: z, shape: shape, into: &output)
      case .targetDerivative: try loss.targetDerivative(logits: x, targets: z, shape: shape, into: &output)
      case .positiveWeightDerivative:
        try loss.positiveWeightDerivative(logits: x, targets: z, shape: shape, into: &output)
      case .lossesWithGradient:
        var gradient = second.mutableSpan
        try loss.lossesWithGradient(logits: x, targets: z, shape: shape, losses: &output, gradient: &gradient)
      case .sum: _ = try loss.reduced(.sum, logits: x, targets: z, weights: w, shape: shape)
      case .mean: _ = try loss.reduced(.mean, logits: x, targets: z, shape: shape)
      case .weightedMean: _ = try loss.reduced(.weightedMean, logits: x, targets: z, weights: w, shape: shape)
      case .valueWithGradient:
        _ = try loss.valueWithGradient(of: .mean, logits: x, targets: z, shape: shape, into: &output)
      }
    }
  }
}
