// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _TestSupport

/// A call on many elements that writes to the caller's memory or returns one number.
struct LossCall: CustomStringConvertible, Sendable {
  enum Kind: CaseIterable, Sendable {
    case loss, lossWithGradient
    case gradient, secondDerivative, targetDerivative, positiveWeightDerivative, streamGradient
    case value, valueWithGradient, arrayValue, streamValue
  }

  var kind: Kind
  /// Nil is the elementwise loss.
  var reduction: LossReduction?

  var description: String { "\(kind)" + (reduction.map { " of \($0)" } ?? "") }

  /// Every kind with every reduction that it takes.
  static let all = Kind.allCases.flatMap { kind in
    let reductions: [LossReduction?] =
      switch kind {
      case .loss, .lossWithGradient: [nil]
      case .gradient, .secondDerivative, .targetDerivative, .positiveWeightDerivative,
        .streamGradient:
        [nil] + LossReduction.allCases
      case .value, .valueWithGradient, .arrayValue, .streamValue: LossReduction.allCases
      }
    return reductions.map { LossCall(kind: kind, reduction: $0) }
  }

  /// How many outputs the call fills.
  var outputCount: Int {
    switch kind {
    case .lossWithGradient: 2
    case .value, .arrayValue, .streamValue: 0
    default: 1
    }
  }

  /// Whether the call supports the options.
  func takes(_ options: KernelOptions) -> Bool {
    reduction != .weightedMean || options.contains(.weights)
  }
}

/// The inputs of a call.
struct LossElements<Scalar: LossScalar> {
  let logits, targets, weights: [Scalar]
  let shape: [Int]
  /// One for each class along the last axis.
  let positiveWeights: [Scalar]

  init(shape: [Int], seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let count = shape.reduce(1, *)
    logits = generator.uniform(count, in: -20...20)
    targets = generator.targets(count)
    weights = generator.weights(count)
    positiveWeights = generator.uniform(shape.last ?? 1, in: 0...10)
    self.shape = shape
  }
}

/// The inputs of a call, with a loss.
struct LossCallSample<Scalar: LossScalar> {
  private let logits, targets: [Scalar]
  private let weights: [Scalar]?
  private let shape: [Int]?
  private let loss: WeightedCrossEntropyLoss<Scalar>
  private let accumulator: LossAccumulator<Scalar>

  init(
    _ elements: LossElements<Scalar>, _ options: KernelOptions, threads: Int,
    _ set: InstructionSet? = nil
  ) throws {
    logits = elements.logits
    targets = elements.targets
    let weights = options.contains(.weights) ? elements.weights : nil
    self.weights = weights
    shape = elements.shape.count == 1 && elements.logits.count % 2 == 0 ? nil : elements.shape
    loss = try WeightedCrossEntropyLoss(
      positiveWeight: options.contains(.positiveWeights)
        ? .perClass(elements.positiveWeights, axis: -1) : 3,
      labelSmoothing: options.contains(.smoothing) ? 0.25 : 0, threads: threads, instructionSet: set
    )
    var accumulator = try LossAccumulator(loss, shape: elements.shape)
    try accumulator.append(
      logits: elements.logits.span, targets: elements.targets.span, weights: weights?.span)
    self.accumulator = accumulator
  }

  /// Makes a call, which writes none, the first or both of the outputs. Returns its value, or 0 if
  /// it has none.
  func run(_ call: LossCall, into first: inout [Scalar], _ second: inout [Scalar]) throws(LossError)
    -> Scalar
  {
    var output = first.mutableSpan
    let (x, z, w, reduction) = (logits.span, targets.span, weights?.span, call.reduction)
    switch call.kind {
    case .loss:
      try loss(logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .lossWithGradient:
      var gradient = second.mutableSpan
      try loss.lossWithGradient(
        logits: x, targets: z, weights: w, shape: shape, losses: &output, gradient: &gradient)
    case .gradient:
      try loss.gradient(
        of: reduction, logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .secondDerivative:
      try loss.secondDerivative(
        of: reduction, logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .targetDerivative:
      try loss.targetDerivative(
        of: reduction, logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .positiveWeightDerivative:
      try loss.positiveWeightDerivative(
        of: reduction, logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .streamGradient:
      try accumulator.gradient(
        of: reduction, logits: x, targets: z, weights: w, firstIndex: 0, into: &output)
    case .value:
      return try loss.value(of: reduction!, logits: x, targets: z, weights: w, shape: shape)
    case .valueWithGradient:
      return try loss.valueWithGradient(
        of: reduction!, logits: x, targets: z, weights: w, shape: shape, into: &output)
    case .arrayValue:
      return try loss.value(
        of: reduction!, logits: logits, targets: targets, weights: weights, shape: shape)
    case .streamValue:
      return try accumulator.value(of: reduction!)
    }
    return 0
  }
}
