// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// Measures calls on single elements: over an array, where the processor overlaps them, and in a
/// chain, where each call waits for the result of the last.
enum SingleCalls {
  static func print() throws {
    Swift.print("ns a call                  over an array   in a chain")
    try measure(Float.self)
    try measure(Double.self)
  }

  static func measure<Scalar: LossScalar>(_ type: Scalar.Type) throws {
    let loss = try WeightedCrossEntropyLoss<Scalar>(positiveWeight: 3)
    try row("\(type) value") { loss(logit: $0, target: 1) }
    try row("\(type) derivative") { loss.gradient(logit: $0, target: 1) }
    try row("\(type) second derivative") { loss.secondDerivative(logit: $0, target: 1) }
  }

  // Inlined, so that the measured call is inlined into the loops, as in users' code.
  @inline(__always)
  static func row<Scalar: LossScalar>(_ name: String, _ call: (Scalar) -> Scalar) throws {
    let logits = (0..<1000).map { Scalar($0 - 500) / 64 }
    var sum: Scalar = 0
    let independent = Measurement { for logit in logits { sum += call(logit) } }
    var logit: Scalar = 0.5
    let dependent = Measurement { for _ in 0..<1000 { logit = call(logit) - 1 } }
    precondition(sum.isFinite && logit.isFinite)
    Swift.print(
      pad("", 2) + pad(name, 25) + pad(rounded(independent.nanoseconds / 1000), 16)
        + rounded(dependent.nanoseconds / 1000))
  }
}
