// SPDX-License-Identifier: Apache-2.0
import Foundation
import WeightedCrossEntropy

/// One element in float32, as in the tables of the documentation, and the ways to compute its loss
/// and gradient.
struct LossCase {
  enum Quantity: String { case loss, gradient }

  var quantity: Quantity
  var logit: Float
  var target: Float
  var positiveWeight: Float

  /// The formula that TensorFlow documents, computed in Float:
  /// `(1-z)x + l(log1p(exp(-|x|)) + max(-x,0))`, `l = 1+(q-1)z`.
  var publishedLoss: Float {
    let factor = 1 + (positiveWeight - 1) * target
    return (1 - target) * logit + factor * (log1p(exp(-abs(logit))) + max(-logit, 0))
  }

  /// The exact value to double precision, by the formula without cancellation.
  var exact: Double {
    let (x, z, q) = (Double(logit), Double(target), Double(positiveWeight))
    if x.isInfinite { return (x > 0) == (z == 1) ? 0 : .infinity }
    let t = exp(-abs(x))
    let (big, small) = (1 / (1 + t), t / (1 + t))
    switch quantity {
    case .loss: return (1 - z) * (max(x, 0) + log1p(t)) + q * z * (max(-x, 0) + log1p(t))
    case .gradient: return (1 - z) * (x < 0 ? small : big) - q * z * (x < 0 ? big : small)
    }
  }

  /// The results of the library: of a call on a single element, and of each available instruction
  /// set.
  func computed() throws -> [Float] {
    let single = try WeightedCrossEntropyLoss<Float>(positiveWeight: .uniform(positiveWeight))
    let alone =
      quantity == .loss
      ? single(logit: logit, target: target) : single.gradient(logit: logit, target: target)
    return try [alone]
      + InstructionSet.available.flatMap { set in
        let loss = try WeightedCrossEntropyLoss<Float>(
          positiveWeight: .uniform(positiveWeight), instructionSet: set)
        return quantity == .loss
          ? try loss(logits: [logit], targets: [target])
          : try loss.gradient(logits: [logit], targets: [target])
      }
  }

  /// The distance of a result from the exact value, in units in the last place.
  func error(of result: Float) -> Double {
    if Double(result) == exact { return 0 }
    let unit = max(
      Double(Float.ulpOfOne) * exact.magnitude.binade, Double(Float.leastNonzeroMagnitude))
    return abs(Double(result) - exact) / unit
  }

  /// The documented bound on the error.
  var bound: Double {
    quantity == .loss
      ? MaximumError.loss
      : MaximumError.softGradient
  }
}

/// A number with nine digits, the format of exact values in the documentation.
func nineDigits(_ value: Double) -> String { String(format: "%.8e", value) }

/// A number in the format of the comparison with the peers: `%.8g` without a leading zero in the
/// exponent, and `∞` for infinity.
func eightDigits(_ value: Double) -> String {
  if value.isInfinite { return value > 0 ? "∞" : "-∞" }
  return String(format: "%.8g", value).replacing("e-0", with: "e-")
}

/// A number in a table.
func number(_ text: String) -> Float? {
  text == "∞" ? .infinity : text == "-∞" ? -.infinity : Float(text)
}
