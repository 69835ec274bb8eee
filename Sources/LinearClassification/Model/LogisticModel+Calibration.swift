// SPDX-License-Identifier: Apache-2.0
/// Calibrated probabilities from a model that was trained with a positive weight.
///
/// The loss with the positive weight q is the unweighted loss over data in which each positive row
/// occurs q times. The odds there are q times the odds of the data, so the logit is larger by log
/// q: `p = σ(x - log q)`.
///
/// This is exact if the log odds are linear in the features, there are enough rows to estimate
/// them, and the penalty is negligible. A weight then changes only the intercept, by log q.
/// Otherwise it is an approximation, because a weight also shifts the fit towards the rows with a
/// larger weight, and a penalty limits the logits. The reliability curves of a ``TradeoffStudy``
/// show how good it is.
///
/// Calibration does not change the ranking. With the corresponding threshold it does not change the
/// decisions either: σ(x) >= 1/2 is the same as a calibrated probability of at least 1 / (1 + q).
/// Therefore a threshold other than 1/2 for an unweighted model is an alternative to a weight (van
/// den Goorbergh, van Smeden, Timmerman and Van Calster, JAMIA 2022).
extension LogisticModel {
  /// The logits of calibrated probabilities, `x - log q`.
  public func calibratedLogits(_ logits: [Double]) -> [Double] {
    let shift = positiveWeight.logarithm
    return logits.map { $0 - shift }
  }

  /// The threshold on σ(x) that corresponds to a threshold t on the calibrated probabilities:
  /// `q t / (q t + 1 - t)`.
  public func rawThreshold(_ calibrated: Double) -> Double {
    let odds = positiveWeight * calibrated
    return odds.isFinite ? odds / (odds + (1 - calibrated)) : 1
  }

  /// σ(x) of each logit x.
  public static func probabilities(_ logits: [Double]) -> [Double] { logits.map(\.logistic) }

  /// The threshold for an unweighted model that corresponds to a positive weight: `1 / (1 + q)`.
  public static func equivalentThreshold(positiveWeight: Double) -> Double {
    1 / (1 + positiveWeight)
  }
}
