// SPDX-License-Identifier: Apache-2.0

/// The log odds of probabilities, for methods that take logits.
public enum LogOdds {
  /// `log(p / (1 - p))` of each probability p.
  ///
  /// The log odds of 0 and 1 are infinite, and a single wrong one makes the log loss infinite.
  /// Instead they get finite log odds beyond those of all other probabilities, at least ±37.5: the
  /// largest number below 1 has log odds of 36.7. The ranking stays the same.
  ///
  /// - Parameter probabilities: Numbers in [0, 1].
  /// - Throws: ``ClassificationError`` with the row of a number outside [0, 1].
  public static func logits(
    ofProbabilities probabilities: [Double]
  ) throws(ClassificationError) -> [Double] {
    var limit = 37.5
    var logits: [Double] = []
    logits.reserveCapacity(probabilities.count)
    for (row, probability) in probabilities.enumerated() {
      guard probability >= 0, probability <= 1 else {
        throw .invalidProbability(probability, row: row + 1)
      }
      let logit = probability.logOdds
      if logit.isFinite { limit = max(limit, logit.magnitude.nextUp) }
      logits.append(logit)
    }
    return logits.map { $0.isFinite ? $0 : Double(signOf: $0, magnitudeOf: limit) }
  }
}
