// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization
import TestSupport
import WeightedCrossEntropy

/// Computes the terms of the quantities at one logit with the C library, in a type wider than the
/// one measured.
struct Reference<Wide: BinaryFloatingPoint & Sendable>: Sendable {
  /// `e^-a` and `log(1 + t)` in the wide type.
  let exponentialOfNegative: @Sendable (Wide) -> Wide
  let logOnePlus: @Sendable (Wide) -> Wide

  func callAsFunction(_ x: Wide) -> ExactTerms<Wide> {
    let t = exponentialOfNegative(x.magnitude)
    let logarithm = logOnePlus(t)
    let (big, small) = (1 / (1 + t), t / (1 + t))
    return ExactTerms(
      softplus: max(x, 0) + logarithm, softplusOfNegative: max(-x, 0) + logarithm,
      sigmoid: x < 0 ? small : big,
      complementarySigmoid: x < 0 ? big : small)
  }
}

/// Compares every instruction set's kernels with a wide reference, on all processors.
struct Sweep<Scalar: LossScalar, Wide: BinaryFloatingPoint & Sendable> {
  let losses: [(set: InstructionSet, loss: WeightedCrossEntropyLoss<Scalar>)]
  let reference: Reference<Wide>
  let quantities: [Quantity]
  /// The positive weight.
  let positiveWeight: Scalar
  /// The largest magnitude of the logits that are compared: for weights other than 1, the
  /// documented bounds hold only if the exponential is a normal number.
  let largest: Scalar
  /// The distance between subnormal numbers.
  let least: Wide

  init(
    _ sets: [InstructionSet], positiveWeight: Scalar, reference: Reference<Wide>
  ) throws(LossError) {
    var losses: [(InstructionSet, WeightedCrossEntropyLoss<Scalar>)] = []
    for set in sets {
      losses.append(
        (
          set,
          try WeightedCrossEntropyLoss(
            positiveWeight: .uniform(positiveWeight), threads: 1, instructionSet: set)
        ))
    }
    self.losses = losses
    self.positiveWeight = positiveWeight
    quantities = positiveWeight == 1 ? Quantity.hard : Quantity.allCases
    largest = positiveWeight == 1 ? .infinity : Scalar.significandBitCount < 30 ? 87.3 : 708.3
    self.reference = reference
    least = Wide(Scalar.leastNonzeroMagnitude)
  }

  /// The worst errors by instruction set and quantity.
  typealias Worst = [[WorstError]]

  /// Runs over `parts` parts; `fill` writes the logits of a part and returns how many.
  func run(
    parts: Int, partLength: Int,
    fill: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Scalar>) -> Int
  ) -> (worst: Worst, count: Int) {
    let initial = Worst(
      repeating: Array(repeating: WorstError(), count: Quantity.allCases.count), count: losses.count
    )
    let total = Mutex((worst: initial, count: 0))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
      var logits = [Scalar](repeating: 0, count: partLength)
      var results = logits
      var worst = initial
      var count = 0
      while case let part = next.wrappingAdd(1, ordering: .relaxed).oldValue, part < parts {
        let filled = logits.withUnsafeMutableBufferPointer { fill(part, $0) }
        var random = SeededGenerator(seed: ~UInt64(part))
        compare(logits[..<filled], &random, &results, &worst)
        count += filled
      }
      total.withLock { total in
        total.count += count
        for variant in worst.indices {
          for quantity in worst[variant].indices {
            total.worst[variant][quantity].merge(worst[variant][quantity])
          }
        }
      }
    }
    return total.withLock { $0 }
  }

  private func compare(
    _ logits: ArraySlice<Scalar>, _ random: inout SeededGenerator, _ results: inout [Scalar],
    _ worst: inout Worst
  ) {
    let exact = logits.map { reference(Wide($0)) }
    for quantity in quantities {
      let targets = logits.map { _ in Scalar(quantity.target ?? random.uniform().magnitude) }
      for (variant, (_, loss)) in losses.enumerated() {
        compute(quantity, loss, logits, targets, &results)
        var record = worst[variant][quantity.rawValue]
        for (index, logit) in logits.enumerated() where logit.magnitude <= largest {
          let wide = quantity.exact(
            exact[index], target: Wide(targets[index]), weight: Wide(positiveWeight))
          // In the wide type, because the error is below the precision of the result's type.
          let error = (Wide(results[index]) - wide.value).magnitude
          let spacing = max(Wide(Scalar.ulpOfOne) * wide.scale.binade, least)
          record.record(
            ulps: Double(error / spacing), logit: Double(logit), target: Double(targets[index]))
        }
        worst[variant][quantity.rawValue] = record
      }
    }
  }

  private func compute(
    _ quantity: Quantity, _ loss: WeightedCrossEntropyLoss<Scalar>, _ logits: ArraySlice<Scalar>,
    _ targets: [Scalar], _ results: inout [Scalar]
  ) {
    do throws(LossError) {
      var part = results[..<logits.count]
      results = []
      var output = part.mutableSpan
      let (x, z) = (logits.span, targets.span)
      switch quantity {
      case .lossOfNegative, .lossOfPositive, .softLoss:
        try loss(logits: x, targets: z, into: &output)
      case .sigmoid, .complementarySigmoid, .softGradient:
        try loss.gradient(logits: x, targets: z, into: &output)
      case .secondDerivative: try loss.secondDerivative(logits: x, targets: z, into: &output)
      case .targetDerivative: try loss.targetDerivative(logits: x, targets: z, into: &output)
      case .positiveWeightDerivative:
        try loss.positiveWeightDerivative(logits: x, targets: z, into: &output)
      }
      results = Array(part)
    } catch { fatalError("\(error)") }
  }
}
