import Foundation
import WeightedCrossEntropy

/// Times the array calls: every variant that this machine has, Float and Double, six sizes, one thread and all.
///
///     swift run -c release --package-path Benchmarks kernels           sizes up to 4 Mi
///     swift run -c release --package-path Benchmarks kernels --large   64 Mi too (1.5 GiB)
///
/// Each result is checked against calls on single elements before it is timed. Prints nanoseconds an element, medians.
@main
struct Kernels {
  static func main() throws {
    var sizes = [1, 16, 1 << 10, 1 << 16, 1 << 22]
    if CommandLine.arguments.contains("--large") { sizes.append(1 << 26) }
    print(
      "value(logit:target:), ns: \(try scalarCalls(Float.self)) (Float), \(try scalarCalls(Double.self)) (Double)"
    )
    print(
      "ns an element  variant   type    threads  operation          " + sizes.map { pad("\($0)", 9) }.joined()
    )
    for set in InstructionSet.available {
      try measure(Float.self, set, sizes)
      try measure(Double.self, set, sizes)
    }
  }

  static func measure<Scalar: LossScalar>(_ type: Scalar.Type, _ set: InstructionSet, _ sizes: [Int]) throws {
    for threads in Set([1, WeightedCrossEntropyLoss<Scalar>.processorCount]).sorted() {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .uniform(3), threads: threads, instructionSet: set)
      for operation in Operation.allCases {
        let columns = try sizes.map { try time(operation, loss, count: $0) }
        print(
          pad("", 15) + pad(set.rawValue, 10) + pad("\(type)", 8) + pad("\(threads)", 9)
            + pad(operation.rawValue, 19) + columns.map { pad(rounded($0), 9) }.joined())
      }
    }
  }

  /// Nanoseconds an element.
  static func time<Scalar: LossScalar>(
    _ operation: Operation, _ loss: WeightedCrossEntropyLoss<Scalar>, count: Int
  ) throws -> Double {
    var random = SystemRandomNumberGenerator()
    let logits = (0..<count).map { _ in
      Scalar(Int.random(in: -8_000_000...8_000_000, using: &random)) / 1_000_000
    }
    let targets = (0..<count).map { _ in Scalar(Int.random(in: 0...1, using: &random)) }
    // A buffer of our own: an array's span would begin with a check for a copy.
    let output = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: count)
    defer { output.deallocate() }
    output.initialize(repeating: 0)
    var span = output.mutableSpan
    let mean = try operation.run(loss, logits.span, targets.span, into: &span)
    check(operation, loss, logits, targets, Array(output), mean)
    return try Measurement {
      var span = output.mutableSpan
      _ = try operation.run(loss, logits.span, targets.span, into: &span)
    }.nanoseconds / Double(count)
  }

  /// Stops the program where a result is not what the calls on single elements give, but for rounding.
  static func check<Scalar: LossScalar>(
    _ operation: Operation, _ loss: WeightedCrossEntropyLoss<Scalar>, _ logits: [Scalar], _ targets: [Scalar],
    _ output: [Scalar], _ mean: Scalar?
  ) {
    let divisor: Scalar = operation == .meanWithGradient ? Scalar(logits.count) : 1
    // Kahan's sum: a plain one is off by more than the mean under test.
    var (sum, lost) = (0.0, 0.0)
    for index in logits.indices {
      let term = Double(loss.value(logit: logits[index], target: targets[index])) - lost
      let next = sum + term
      lost = (next - sum) - term
      sum = next
      let expected: Scalar
      switch operation {
      case .loss: expected = loss.value(logit: logits[index], target: targets[index])
      case .gradient, .meanWithGradient:
        expected = loss.derivative(logit: logits[index], target: targets[index]) / divisor
      case .secondDerivative: expected = loss.secondDerivative(logit: logits[index], target: targets[index])
      case .mean: continue
      }
      precondition(
        (output[index] - expected).magnitude <= 8 * expected.ulp, "\(operation) at \(index) is wrong")
    }
    if let mean {
      let expected = Scalar(sum / Double(logits.count))
      precondition((mean - expected).magnitude <= 8 * expected.ulp, "\(operation): the mean is wrong")
    }
  }

  /// Nanoseconds a call of `value(logit:target:)`: over an array, and where each call waits for the result of the one before.
  static func scalarCalls<Scalar: LossScalar>(_: Scalar.Type) throws -> String {
    let loss = try WeightedCrossEntropyLoss<Scalar>(positiveWeight: .uniform(3))
    let logits = (0..<1000).map { Scalar($0 - 500) / 64 }
    var sum: Scalar = 0
    let independent = Measurement {
      for logit in logits { sum += loss.value(logit: logit, target: 1) }
    }
    var logit: Scalar = 0.5
    let dependent = Measurement {
      for _ in 0..<1000 { logit = loss.value(logit: logit, target: 1) - 1 }
    }
    precondition(sum.isFinite && logit.isFinite)
    return
      "\(rounded(independent.nanoseconds / 1000)) over an array, \(rounded(dependent.nanoseconds / 1000)) in a chain"
  }

  static func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
