// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import WeightedCrossEntropy

/// Compares the sum of a long stream of losses of mixed size with the exact sum of the same losses.
enum SumSweep {
  /// Prints each variant's error of the sum of `count` losses; whether all are within 1 ULP.
  static func run<Scalar: LossScalar>(_ type: Scalar.Type, count: Int) throws -> Bool {
    print("\(type), the sum of \(count) losses of mixed size")
    let length = 1 << 16
    var logits = [Scalar](repeating: 0, count: length)
    var targets = logits
    var terms = logits
    var isGood = true
    for set in InstructionSet.available {
      let loss = try WeightedCrossEntropyLoss<Scalar>(positiveWeight: 3, instructionSet: set)
      var accumulator = try LossAccumulator(loss)
      var exact = ExactSum()
      var random = SeededGenerator(seed: 1)
      for start in stride(from: 0, to: count, by: length) {
        let part = min(length, count - start)
        for index in 0..<part {
          let fraction = Scalar(random.uniform())
          // Three in four of moderate size, the others of up to 2^±40.
          let exponent = Int(random.next() % 80) - 40
          logits[index] =
            index % 4 == 0
            ? fraction * Scalar(sign: .plus, exponent: .init(exponent), significand: 1)
            : fraction * 40
          targets[index] = Scalar(index & 1)
        }
        var output = terms.mutableSpan
        try loss(logits: logits.span, targets: targets.span, into: &output)
        try accumulator.append(
          logits: logits.span.extracting(0..<part), targets: targets.span.extracting(0..<part))
        for index in 0..<part { exact.add(Double(terms[index])) }
      }
      let sum = try accumulator.value(of: .sum)
      let error = exact.ulps(of: sum)
      isGood = isGood && error <= 1
      let variant = set.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
      let verdict = error <= 1 ? "" : ", above the documented 1"
      print("  \(variant) \(String(format: "%9.3f", error)) ULP from the exact sum\(verdict)")
    }
    return isGood
  }
}

extension SeededGenerator {
  /// A number in [-1, 1).
  mutating func uniform() -> Double { Double(Int64(bitPattern: next()) >> 11) * 0x1p-52 }
}
