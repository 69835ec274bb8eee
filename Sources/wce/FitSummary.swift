// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// What `wce fit` reports.
struct FitSummary {
  private let classifier: Classifier
  private let posWeight: PositiveWeightArgument
  private let path: String

  init(_ classifier: Classifier, _ posWeight: PositiveWeightArgument, path: String) {
    self.classifier = classifier
    self.posWeight = posWeight
    self.path = path
  }

  /// The report for people.
  var text: String {
    let (model, training) = (classifier.model, classifier.training)
    let constant = model.constantFeatures.count
    let balanced = posWeight.number == nil ? " (balanced)" : ""
    // Decisions are the same with either probabilities; how far the probabilities can be believed is a matter of the calibrated ones.
    let threshold = classifier.defaultThreshold(for: .calibrated)
    let metrics = Metric.allCases.map { metric in
      (metric.title, (metric.isOfDecisions ? training.raw : training.calibrated)[metric])
    }
    return """
      \(aligned("rows"))\(training.rowCount), \(training.positiveCount) of them positive
      \(aligned("features"))\(model.coefficients.count - constant)\(constant > 0 ? ", and \(constant) constant dropped" : "")
      \(aligned("positive weight"))\(model.positiveWeight.plain)\(balanced)
      \(aligned("l2 penalty"))\(model.l2.plain)
      \(aligned("iterations"))\(model.certificate.iterations)
      \(aligned("gradient norm"))\(model.certificate.gradientNorm.formatted(2))
      \(aligned("model"))\(path)

      On these rows, calibrated, with the threshold \(threshold.formatted(6)):
      \(metricLines(metrics))
      """
  }
}

/// A name of a line of a report, padded to a common width.
func aligned(_ name: String) -> String {
  name + String(repeating: " ", count: max(1, 19 - name.count))
}

/// A line for each metric; 0/0 is undefined.
func metricLines(_ metrics: [(title: String, value: Double?)]) -> String {
  metrics.map { "\(aligned($0.title))\($0.value.map { $0.formatted(6) } ?? "undefined")\n" }
    .joined()
}
