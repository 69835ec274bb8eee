// SPDX-License-Identifier: Apache-2.0
/// Calibrated probabilities from a model that was trained with a positive weight.
///
/// The loss with the positive weight q is the unweighted loss over data in which each positive row
/// occurs q times. The odds there are q times the odds of the data, so the logit is larger by log
/// q: `p = σ(x - log q)`.
///
/// This is exact if the model is well specified: the log odds are linear in the features, the rows
/// suffice to estimate them, and the penalty is negligible. A weight then moves only the intercept,
/// by log q. Otherwise it is an approximation: a weight also moves the fit towards the rows with a
/// larger weight, and a penalty limits the logits. The reliability curves of a ``TradeoffStudy``
/// show its quality.
///
/// Calibration changes neither the ranking nor, with a threshold that moves along, the decisions:
/// σ(x) >= 1/2 is the same as a calibrated probability of at least 1 / (1 + q). Therefore the
/// alternative to a weight is a threshold other than 1/2 for an unweighted model (van den
/// Goorbergh, van Smeden, Timmerman and Van Calster, JAMIA 2022).
extension LogisticModel {
  /// The logits of calibrated probabilities, `x - log q`.
  public func calibratedLogits(_ logits: [Double]) -> [Double] {
    let shift = positiveWeight.logarithm
    return logits.map { $0 - shift }
  }

  /// σ(x) of each logit x.
  public static func probabilities(_ logits: [Double]) -> [Double] { logits.map(\.logistic) }

  /// The threshold for an unweighted model that corresponds to a positive weight: `1 / (1 + q)`.
  public static func equivalentThreshold(positiveWeight: Double) -> Double {
    1 / (1 + positiveWeight)
  }
}
