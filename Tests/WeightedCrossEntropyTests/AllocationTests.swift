import Testing
import WeightedCrossEntropy
import _TestSupport

/// The calls into a caller's buffer and the reductions allocate nothing on one thread.
@Suite(.enabled(if: AllocationCount.isAvailable, "allocations cannot be counted here"))
struct AllocationTests {
  /// A call on the spans of a sample.
  enum Call: CaseIterable, Sendable {
    case losses, gradient, secondDerivative, targetDerivative, positiveWeightDerivative, lossesWithGradient
    case sum, mean, weightedMean, valueWithGradient
  }

  @Test("No call allocates", arguments: Call.allCases, Variant.all)
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

  private func allocations<Scalar: LossScalar>(
    of call: Call, _: Scalar.Type, _ set: InstructionSet, _ count: Int, _ hasClasses: Bool
  ) throws -> Int {
    var generator = SeededGenerator(seed: 801)
    let logits: [Scalar] = generator.uniform(count, in: -9...9)
    let targets: [Scalar] = generator.targets(count)
    let weights = generator.uniform(count, in: Scalar(1)...2)
    var first = [Scalar](repeating: 0, count: count)
    var second = first
    let loss = try WeightedCrossEntropyLoss<Scalar>(
      positiveWeight: hasClasses ? .perClass(.init(repeating: 2, count: count), axis: 0) : 3, threads: 1,
      instructionSet: set)
    let shape = count % 2 == 0 ? nil : [count]
    func body() throws(LossError) {
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
    // Tables are made on first use.
    try body()
    return try AllocationCount.during(body)
  }
}
