import Dispatch
import Foundation
import Synchronization
import WeightedCrossEntropy

/// A wide reference of the four quantities at one logit, from the C library in a type wider than the one measured.
struct Reference<Wide: BinaryFloatingPoint & Sendable>: Sendable {
  /// `e^-a` and `log(1 + t)` in the wide type.
  let exponentialOfNegative: @Sendable (Wide) -> Wide
  let logOnePlus: @Sendable (Wide) -> Wide

  func callAsFunction(_ x: Wide) -> (Wide, Wide, Wide, Wide) {
    let t = exponentialOfNegative(x.magnitude)
    let logarithm = logOnePlus(t)
    let (big, small) = (1 / (1 + t), t / (1 + t))
    return (max(x, 0) + logarithm, max(-x, 0) + logarithm, x < 0 ? small : big, x < 0 ? big : small)
  }
}

/// Compares every variant of the kernels with a wide reference, over parts of a set of logits, on all processors.
struct Sweep<Scalar: LossScalar, Wide: BinaryFloatingPoint & Sendable> {
  let losses: [(set: InstructionSet, loss: WeightedCrossEntropyLoss<Scalar>)]
  let reference: Reference<Wide>
  /// The distance of neighbouring subnormal numbers.
  let least: Wide

  init(_ sets: [InstructionSet], reference: Reference<Wide>) throws(LossError) {
    var losses: [(InstructionSet, WeightedCrossEntropyLoss<Scalar>)] = []
    for set in sets { losses.append((set, try WeightedCrossEntropyLoss(threads: 1, instructionSet: set))) }
    self.losses = losses
    self.reference = reference
    least = Wide(Scalar.leastNonzeroMagnitude)
  }

  /// The worst errors by variant and quantity.
  typealias Worst = [[WorstError]]

  /// Runs over `parts` parts; `fill` writes the logits of a part and returns how many.
  func run(
    parts: Int, partLength: Int, fill: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Scalar>) -> Int
  ) -> (worst: Worst, count: Int) {
    let initial = Worst(
      repeating: Array(repeating: WorstError(), count: Quantity.allCases.count), count: losses.count)
    let total = Mutex((worst: initial, count: 0))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
      var logits = [Scalar](repeating: 0, count: partLength)
      var results = logits
      var worst = initial
      var count = 0
      while case let part = next.wrappingAdd(1, ordering: .relaxed).oldValue, part < parts {
        let filled = logits.withUnsafeMutableBufferPointer { fill(part, $0) }
        compare(logits[..<filled], &results, &worst)
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

  private func compare(_ logits: ArraySlice<Scalar>, _ results: inout [Scalar], _ worst: inout Worst) {
    let exact = logits.map { reference(Wide($0)) }
    for quantity in Quantity.allCases {
      let targets = [Scalar](repeating: Scalar(quantity.target), count: logits.count)
      for (variant, (_, loss)) in losses.enumerated() {
        compute(quantity, loss, logits, targets, &results)
        var record = worst[variant][quantity.rawValue]
        for (index, logit) in logits.enumerated() {
          let wide =
            switch quantity {
            case .lossOfNegative: exact[index].0
            case .lossOfPositive: exact[index].1
            case .sigmoid: exact[index].2
            case .complementarySigmoid: exact[index].3
            }
          let sign: Wide = quantity == .complementarySigmoid ? -1 : 1
          // In the wide type, as the error is far below the result's own precision.
          let error = (sign * Wide(results[index]) - wide).magnitude
          let spacing = max(Wide(Scalar.ulpOfOne) * wide.binade, least)
          record.record(ulps: Double(error / spacing), logit: Double(logit))
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
      if quantity.isLoss {
        try loss.losses(logits: logits.span, targets: targets.span, into: &output)
      } else {
        try loss.gradient(logits: logits.span, targets: targets.span, into: &output)
      }
      results = Array(part)
    } catch { fatalError("\(error)") }
  }
}
