// SPDX-License-Identifier: Apache-2.0
/// From the scores of a model that was trained with a positive weight to probabilities.
///
/// Minimising the loss with positive weight q is minimising the unweighted loss over data in which every positive row occurs q times. The
/// odds there are q times the real odds, so the logit is the real one plus log q, and `p = σ(x - log q)`.
///
/// This is exact where the model is well specified, that is where the real log odds are linear in the features, there are enough rows to
/// find them, and the penalty is negligible: then a weight moves the intercept by log q and nothing else. Elsewhere it is an approximation: a weight
/// also moves the model's best compromise towards the rows it counts more, and a penalty limits how far the logits can follow. The reliability
/// curves of a trade-off study show how good it is. It changes neither the ranking nor the decisions if the threshold moves too:
/// thresholding σ(x) at 1/2 is thresholding the calibrated probability at 1 / (1 + q), which is why moving the threshold of an unweighted model is the
/// rival to weighting (van den Goorbergh, van Smeden, Timmerman and Van Calster, JAMIA 2022).
extension LogisticModel {
  /// The logits without the shift by log q: `x - log q`.
  public func calibratedLogits(_ logits: [Double]) -> [Double] {
    let shift = positiveWeight.logarithm
    return logits.map { $0 - shift }
  }

  /// σ of each logit.
  public static func probabilities(_ logits: [Double]) -> [Double] { logits.map(\.logistic) }

  /// The threshold on the probabilities of an unweighted model that stands for a positive weight: `1 / (1 + q)`.
  public static func equivalentThreshold(positiveWeight: Double) -> Double {
    1 / (1 + positiveWeight)
  }
}
