// SPDX-License-Identifier: Apache-2.0
extension BinaryFloatingPoint {
  /// The distance to an exact value in units in the last place of this type, at the scale of the
  /// value; infinite for NaN.
  ///
  /// For subnormal values the unit is the least subnormal number. Infinity counts as the number
  /// after the greatest finite one, and as exact for all larger values.
  public func ulps<Real: WideReal>(from exact: ExactValue<Real>) -> Double {
    guard !isNaN else { return .infinity }
    let exponentLimit = Int(Self.greatestFiniteMagnitude.exponent) + 1
    let result: Real
    if isInfinite {
      let end = Real(1).scaled(byPowerOfTwo: exponentLimit)
      if exact.value.isNegative == (self < 0), !(exact.value.magnitude - end).isNegative {
        return 0
      }
      result = self < 0 ? -end : end
    } else {
      result = Real(Double(self))
    }
    let leastExponent = Int(Self.leastNonzeroMagnitude.exponent)
    let unit = max(
      (exact.scale.binaryExponent ?? leastExponent) - Self.significandBitCount, leastExponent)
    return (result - exact.value).magnitude.scaled(byPowerOfTwo: -unit).rounded
  }
}

/// The largest of many errors.
public struct WorstError: Sendable, CustomStringConvertible {
  /// The error in units in the last place; infinite for NaN and missing results.
  public var ulps = 0.0
  /// The index of the worst result.
  public var index = 0
  /// The inputs, the result and the exact value.
  public var description = "none"

  /// The largest error of `results`, a quantity computed for each logit and target.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init<Scalar: BinaryFloatingPoint>(
    of results: [Scalar], _ quantity: LossQuantity, logits: [Scalar], targets: [Scalar],
    positiveWeight: Scalar, labelSmoothing: Scalar = 0
  ) {
    guard results.count == logits.count, targets.count == logits.count else {
      ulps = .infinity
      description =
        "\(results.count) results for \(logits.count) logits and \(targets.count) targets"
      return
    }
    let reference = LossReference<Wide>(
      positiveWeight: Double(positiveWeight), labelSmoothing: Double(labelSmoothing))
    for index in results.indices {
      let exact = reference(quantity, logit: Double(logits[index]), target: Double(targets[index]))
      let error = results[index].ulps(from: exact)
      guard error > ulps else { continue }
      ulps = error
      self.index = index
      description =
        "\(error) ULP: \(quantity) of logit \(logits[index]), target \(targets[index]), "
        + "positive weight \(positiveWeight), smoothing \(labelSmoothing) gave \(results[index]) "
        + "instead of \(exact.value)"
    }
  }
}
