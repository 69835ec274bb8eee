// SPDX-License-Identifier: Apache-2.0
/// A measure of the quality of predictions.
///
/// Weights have the meaning of scikit-learn's `sample_weight`: TP, FP, TN and FN are the sums of
/// the weights of true and false positives and negatives. A metric is undefined if it is 0/0;
/// scikit-learn returns 0 for some of these.
public enum Metric: String, CaseIterable, Codable, CodingKey, Hashable, Sendable {
  /// The share of positives among the rows predicted positive: TP / (TP + FP).
  case precision
  /// The share of the positive rows that are predicted positive: TP / (TP + FN).
  case recall
  /// The share of the negative rows that are predicted negative: TN / (TN + FP).
  case specificity
  /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).
  case f1
  /// The mean of recall and specificity; undefined if a class does not occur.
  case balancedAccuracy
  /// The correlation of prediction and target (Matthews, Biochimica et Biophysica Acta 1975); see
  /// ``ConfusionMatrix/matthewsCorrelation``.
  case matthewsCorrelation
  /// The area under the ROC curve: the probability that a positive row has a higher score than a
  /// negative one, with ties counted as half (Hanley and McNeil, Radiology 1982). It uses the
  /// logits, which still differ if the probabilities round to 1.
  case rocAUC
  /// The area under the precision–recall curve as a sum of steps, Σ (Rₖ - Rₖ₋₁) Pₖ over the
  /// distinct scores in descending order.
  case averagePrecision
  /// The mean of the loss with q = 1, in nats: Σ w (softplus(x) - z x) / Σ w. It uses the logits
  /// and needs no clipping.
  case logLoss
  /// The mean squared difference of probability and target (Brier, Monthly Weather Review 1950).
  case brierScore
  /// The expected calibration error over ten bins of equal width; see ``ReliabilityCurve``. If
  /// positives are rare, nearly all rows are in the first bin, and the error is small for any
  /// ranking.
  case calibrationError

  /// Whether the metric depends only on the decisions at a threshold.
  public var isOfDecisions: Bool {
    switch self {
    case .precision, .recall, .specificity, .f1, .balancedAccuracy, .matthewsCorrelation: true
    case .rocAUC, .averagePrecision, .logLoss, .brierScore, .calibrationError: false
    }
  }

  /// The name of the metric, for tables.
  public var title: String {
    switch self {
    case .precision: "precision"
    case .recall: "recall"
    case .specificity: "specificity"
    case .f1: "F1"
    case .balancedAccuracy: "balanced accuracy"
    case .matthewsCorrelation: "MCC"
    case .rocAUC: "ROC AUC"
    case .averagePrecision: "average precision"
    case .logLoss: "log loss"
    case .brierScore: "Brier score"
    case .calibrationError: "calibration error"
    }
  }
}
