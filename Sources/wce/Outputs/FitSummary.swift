// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles

/// The output of `wce fit`.
struct FitSummary {
  let classifier: Classifier
  let posWeight: PositiveWeightArgument
  let search: PenaltySearch?
  /// The model file.
  let path: String

  /// The report as text.
  var text: String {
    let (model, training) = (classifier.model, classifier.training)
    let constant = model.constantFeatures.count
    // Both kinds of probabilities give the same decisions, but the evaluation of the calibrated
    // ones has their threshold only if the model has one.
    let decisions = classifier.threshold == nil ? training.raw : training.calibrated
    let threshold = classifier.defaultThreshold(for: .calibrated)
    let summary = reportLines([
      ("rows", "\(training.rowCount), \(training.positiveCount) of them positive"),
      (
        "features",
        "\(model.coefficients.count - constant)"
          + (constant > 0 ? ", \(constant) constant dropped" : "")
      ),
      (
        "positive weight",
        model.positiveWeight.plain + (posWeight.number == nil ? " (balanced)" : "")
      ),
      ("l2 penalty", model.l2.plain + (search?.words ?? "")),
      ("iterations", "\(model.certificate.iterations)"),
      ("gradient norm", model.certificate.gradientNorm.formatted(2)), ("model", displayed(path)),
    ])
    let metrics = Metric.allCases.map { metric in
      (metric.title, (metric.isOfDecisions ? decisions : training.calibrated)[metric].metric)
    }
    return """
      \(summary)
      On the training rows, calibrated, threshold \(threshold.formatted(6)):
      \(reportLines(metrics))
      """
  }
}
