// SPDX-License-Identifier: Apache-2.0
import Callgrind
import WeightedCrossEntropy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs every kernel on two lengths and has callgrind record the instructions of each run. The
/// script `Benchmarks/instruction-counts` starts it under valgrind.
@main
struct InstructionCounts {
  /// Multiples of the library's block, so that the runs differ by whole blocks.
  static let lengths = [16_384, 32_768]

  static func main() throws {
    guard callgrind_is_running() else {
      print("error: run Benchmarks/instruction-counts, which needs valgrind and its headers")
      exit(69)
    }
    for set in InstructionSet.available {
      try record(Float.self, set)
      try record(Double.self, set)
    }
  }

  static func record<Scalar: LossScalar>(_ type: Scalar.Type, _ set: InstructionSet) throws {
    let work = Work<Scalar>(count: lengths.max() ?? 0)
    for form in Form.allCases {
      let loss: WeightedCrossEntropyLoss<Scalar> = try form.loss(set)
      for operation in Operation.allCases where form != .plain || !operation.needsWeights {
        let name = "\(set.rawValue) \(type) \(form) \(operation)"
        let names = lengths.map { "\(name) \($0)" }
        // The first call also resolves symbols and makes tables; recording resets the counts.
        try work.run(operation, loss, isWeighted: form != .plain, count: lengths[0])
        callgrind_record("first call 0")
        for (name, length) in zip(names, lengths) {
          try work.run(operation, loss, isWeighted: form != .plain, count: length)
          callgrind_record(name)
        }
      }
    }
  }
}

/// The forms of a kernel.
enum Form: CaseIterable {
  /// One positive weight.
  case plain
  /// Element weights and label smoothing.
  case weighted
  /// The same, and a positive weight for each of eight classes.
  case classes

  func loss<Scalar: LossScalar>(_ set: InstructionSet) throws -> WeightedCrossEntropyLoss<Scalar> {
    try WeightedCrossEntropyLoss(
      positiveWeight: self == .classes ? .perClass((1...8).map { Scalar($0) }, axis: -1) : 3,
      labelSmoothing: self == .plain ? 0 : 0.125, threads: 1, instructionSet: set)
  }
}

/// The calls, one for each kernel.
enum Operation: CaseIterable {
  case loss, gradient, secondDerivative, targetDerivative, positiveWeightDerivative,
    lossWithGradient
  case sum, sumWithGradient, weightedMean

  /// The weighted mean also runs the kernel that sums the weights.
  var needsWeights: Bool { self == .weightedMean }
}

/// The arrays of the calls.
struct Work<Scalar: LossScalar> {
  let logits, targets, weights: [Scalar]
  let output, losses: UnsafeMutableBufferPointer<Scalar>

  init(count: Int) {
    logits = (0..<count).map { Scalar($0 * 7919 % 1601) / 100 - 8 }
    targets = (0..<count).map { Scalar($0 * 31 % 2) }
    weights = (0..<count).map { Scalar($0 * 17 % 5) }
    output = .allocate(capacity: count)
    losses = .allocate(capacity: count)
    output.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  func run(
    _ operation: Operation, _ loss: WeightedCrossEntropyLoss<Scalar>, isWeighted: Bool, count: Int
  ) throws {
    let (x, z) = (logits.span.extracting(first: count), targets.span.extracting(first: count))
    let w = isWeighted ? weights.span.extracting(first: count) : nil
    let shape = [count / 8, 8]
    var out = output.extracting(..<count).mutableSpan
    switch operation {
    case .loss: try loss(logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .gradient: try loss.gradient(logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .secondDerivative:
      try loss.secondDerivative(logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .targetDerivative:
      try loss.targetDerivative(logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .positiveWeightDerivative:
      try loss.positiveWeightDerivative(logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .lossWithGradient:
      var values = losses.extracting(..<count).mutableSpan
      try loss.lossWithGradient(
        logits: x, targets: z, weights: w, shape: shape, losses: &values, gradient: &out)
    case .sum: _ = try loss.value(of: .sum, logits: x, targets: z, weights: w, shape: shape)
    case .sumWithGradient:
      _ = try loss.valueWithGradient(
        of: .sum, logits: x, targets: z, weights: w, shape: shape, into: &out)
    case .weightedMean:
      _ = try loss.value(of: .weightedMean, logits: x, targets: z, weights: w, shape: shape)
    }
  }
}
