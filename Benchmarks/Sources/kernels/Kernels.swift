// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import TestSupport
import WeightedCrossEntropy

@main
struct Kernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Measure calls on single elements and on arrays, in nanoseconds per element.",
    discussion: """
      On every instruction set of this machine, for Float and Double, by size, on one thread and \
      on all. Each result is first compared with calls on single elements. Figures are medians.
      """)

  @Argument(help: "The operations, or 'single' for calls on single elements; all by default.")
  var names: [String] = []

  @Flag(help: "Also measure 64 Mi elements, which takes 2 GiB.") var large = false

  func validate() throws {
    let known = ["single"] + Operation.allCases.map(\.rawValue)
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw ValidationError(
        "no operation '\(unknown)'; choose from \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let sizes = [1, 16, 1 << 10, 1 << 16, 1 << 22] + (large ? [1 << 26] : [])
    if names.isEmpty || names.contains("single") { try SingleCalls.print() }
    let operations = Operation.allCases.filter { names.isEmpty || names.contains($0.rawValue) }
    guard !operations.isEmpty else { return }
    print(
      "ns per element variant   type    threads  operation                "
        + sizes.map { pad("\($0)", 9) }.joined()
    )
    for set in InstructionSet.available {
      try Self.measure(Float.self, operations, set, sizes)
      try Self.measure(Double.self, operations, set, sizes)
    }
  }

  static func measure<Scalar: LossScalar>(
    _ type: Scalar.Type, _ operations: [Operation], _ set: InstructionSet, _ sizes: [Int]
  ) throws {
    for threads in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
      for operation in operations {
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: 3, threads: threads, instructionSet: set)
        let columns = try sizes.map { try time(operation, loss, count: $0) }
        print(
          pad("", 15) + pad(set.rawValue, 10) + pad("\(type)", 8) + pad("\(threads)", 9)
            + pad(operation.rawValue, 25) + columns.map { pad(rounded($0), 9) }.joined())
      }
    }
  }

  /// Nanoseconds per element.
  static func time<Scalar: LossScalar>(
    _ operation: Operation, _ loss: WeightedCrossEntropyLoss<Scalar>, count: Int
  ) throws -> Double {
    var random = SeededGenerator(seed: 7)
    let logits = (0..<count).map { _ in
      Scalar(Int.random(in: -8_000_000...8_000_000, using: &random)) / 1_000_000
    }
    let targets = (0..<count).map { _ in Scalar(Int.random(in: 0...1, using: &random)) }
    let weights = (0..<(operation.isWeighted ? count : 0)).map { _ in
      Scalar(Int.random(in: 1...8, using: &random)) / 4
    }
    // Not arrays: a mutable span of an array first checks whether the array must be copied.
    func buffer(_ count: Int) -> UnsafeMutableBufferPointer<Scalar> {
      let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: count)
      buffer.initialize(repeating: 0)
      return buffer
    }
    let output = buffer(count)
    let losses = buffer(operation == .lossWithGradient ? count : 0)
    defer {
      output.deallocate()
      losses.deallocate()
    }
    func call() throws -> Scalar? {
      var outputSpan = output.mutableSpan
      var lossesSpan = losses.mutableSpan
      return try operation.run(
        loss, logits.span, targets.span, weights: weights.span, into: &outputSpan,
        losses: &lossesSpan)
    }
    let mean = try call()
    check(operation, loss, logits, targets, weights, Array(output), mean)
    return try Measurement { _ = try call() }.nanoseconds / Double(count)
  }

  /// Stops the program if a result differs from the calls on single elements by more than rounding.
  static func check<Scalar: LossScalar>(
    _ operation: Operation, _ loss: WeightedCrossEntropyLoss<Scalar>, _ logits: [Scalar],
    _ targets: [Scalar],
    _ weights: [Scalar], _ output: [Scalar], _ mean: Scalar?
  ) {
    // Kahan's sum: a plain one has a larger error than the mean under test.
    var (sum, lost) = (0.0, 0.0)
    for index in logits.indices {
      let weight = operation.isWeighted ? weights[index] : 1
      let term =
        Double(weight) * Double(loss(logit: logits[index], target: targets[index])) - lost
      let next = sum + term
      lost = (next - sum) - term
      sum = next
      if let expected = operation.expected(
        loss, logit: logits[index], target: targets[index], weight: weight, count: logits.count)
      {
        // The derivative in the target is a difference of two losses, which may nearly cancel.
        let scale =
          operation == .targetDerivative
          ? loss(logit: logits[index], target: 0)
            + loss(logit: logits[index], target: 1)
          : expected
        guard (output[index] - expected).magnitude <= 8 * scale.ulp else {
          fatalError("\(operation) at \(index) is \(output[index]), should be \(expected)")
        }
      }
    }
    if let mean {
      let expected = Scalar(sum / Double(logits.count))
      guard (mean - expected).magnitude <= 8 * expected.ulp else {
        fatalError("\(operation): the mean is \(mean), should be \(expected)")
      }
    }
  }
}

func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
