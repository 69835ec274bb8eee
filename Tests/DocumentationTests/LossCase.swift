// SPDX-License-Identifier: Apache-2.0
import Foundation
import WeightedCrossEntropy

/// One element in float32, as tables of the documentation name it, and the ways to compute it.
struct LossCase {
  enum Quantity: String { case loss, gradient }

  var quantity: Quantity
  var logit: Float
  var target: Float
  var positiveWeight: Float

  /// The form that TensorFlow documents, in Float throughout: `(1-z)x + l(log1p(exp(-|x|)) +
  /// max(-x,0))`, `l = 1+(q-1)z`.
  var publishedLoss: Float {
    let factor = 1 + (positiveWeight - 1) * target
    return (1 - target) * logit + factor * (log1p(exp(-abs(logit))) + max(-logit, 0))
  }

  /// To double precision, by the form that does not cancel.
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

  /// What the library gives, by each variant that this machine has and for a call on a single
  /// element.
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

  /// The bound that the library documents for it.
  var bound: Double {
    quantity == .loss
      ? MaximumError.loss
      : MaximumError.softGradient
  }
}

/// A number with nine digits, as the documentation writes exact values.
func nineDigits(_ value: Double) -> String { String(format: "%.8e", value) }

/// A number as `%.8g` writes it, without the zero in a short exponent, and infinity as a sign: as
/// the table of the peers does.
func eightDigits(_ value: Double) -> String {
  if value.isInfinite { return value > 0 ? "∞" : "-∞" }
  return String(format: "%.8g", value).replacing("e-0", with: "e-")
}

/// A number in a table.
func number(_ text: String) -> Float? {
  text == "∞" ? .infinity : text == "-∞" ? -.infinity : Float(text)
}
