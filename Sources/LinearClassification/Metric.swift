/// A number that says how good predictions are.
public enum Metric: String, CaseIterable, Codable, CodingKey, Hashable, Sendable {
  /// Of the rows predicted positive, the share that is.
  case precision
  /// Of the positive rows, the share that is predicted positive.
  case recall
  /// Of the negative rows, the share that is predicted negative.
  case specificity
  /// The harmonic mean of precision and recall.
  case f1
  /// The mean of recall and specificity.
  case balancedAccuracy
  /// Matthews's correlation coefficient.
  case matthewsCorrelation
  /// The area under the ROC curve.
  case rocAUC
  /// The area under the precision–recall curve, as a sum of steps.
  case averagePrecision
  /// The mean of the unweighted loss, in nats.
  case logLoss
  /// The mean squared difference of probability and truth.
  case brierScore
  /// The expected calibration error over ten bins of equal width.
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
