// SPDX-License-Identifier: Apache-2.0
/// A number that says how good predictions are.
///
/// All take the rows' weights as scikit-learn takes `sample_weight`. TP, FP, TN and FN are the sums of the weights of true and false
/// positives and negatives. One that comes to 0/0 is undefined, where scikit-learn chooses 0 for some.
public enum Metric: String, CaseIterable, Codable, CodingKey, Hashable, Sendable {
  /// Of the rows predicted positive, the share that is: TP / (TP + FP).
  case precision
  /// Of the positive rows, the share that is predicted positive: TP / (TP + FN).
  case recall
  /// Of the negative rows, the share that is predicted negative: TN / (TN + FP).
  case specificity
  /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).
  case f1
  /// The mean of recall and specificity; undefined where a class is missing.
  case balancedAccuracy
  /// The correlation of prediction and truth (Matthews, Biochimica et Biophysica Acta 1975); see `ConfusionMatrix`.
  case matthewsCorrelation
  /// The area under the ROC curve: the probability that a positive row scores higher than a negative one, ties counting half (Hanley and
  /// McNeil, Radiology 1982). It takes the logits, so that probabilities which round to 1 are still told apart.
  case rocAUC
  /// The area under the precision–recall curve as a sum of steps, Σ (Rₖ - Rₖ₋₁) Pₖ over the distinct scores, falling.
  case averagePrecision
  /// The mean of the loss with q = 1, in nats: Σ w (sp(x) - z x) / Σ w, computed from the logits and thus without clipping.
  case logLoss
  /// The mean squared difference of probability and truth (Brier, Monthly Weather Review 1950).
  case brierScore
  /// The expected calibration error over ten bins of equal width; see `ReliabilityCurve`. Where positives are rare, nearly all rows are in
  /// the first bin, and it is small whatever the ranking.
  case calibrationError

  /// Whether it is about the decisions at a threshold, rather than about probabilities or their order.
  public var isOfDecisions: Bool {
    switch self {
    case .precision, .recall, .specificity, .f1, .balancedAccuracy, .matthewsCorrelation: true
    case .rocAUC, .averagePrecision, .logLoss, .brierScore, .calibrationError: false
    }
  }

  /// Its name in tables.
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
