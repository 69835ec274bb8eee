// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// What `wce evaluate` reports.
struct EvaluationReport: Encodable {
  private let evaluation: Evaluation
  private let rowCount, positiveCount: Int
  private let probabilities: Classifier.Probabilities
  private let positiveWeight: Double

  private enum Key: String, CodingKey {
    case rowCount, positiveCount, probabilities, positiveWeight
  }

  init(
    _ evaluation: Evaluation, _ labels: Classifier.Labels,
    _ probabilities: Classifier.Probabilities,
    _ classifier: Classifier
  ) {
    self.evaluation = evaluation
    self.probabilities = probabilities
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)
    positiveWeight = classifier.model.positiveWeight
  }

  func encode(to encoder: any Encoder) throws {
    try evaluation.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(rowCount, forKey: .rowCount)
    try container.encode(positiveCount, forKey: .positiveCount)
    try container.encode(probabilities, forKey: .probabilities)
    try container.encode(positiveWeight, forKey: .positiveWeight)
  }

  /// One JSON object with all digits.
  func json() throws -> String { try jsonText(self) }

  /// The report for people.
  var text: String {
    let confusion = evaluation.confusion
    return """
      \(aligned("rows"))\(rowCount), \(positiveCount) of them positive
      \(aligned("positive weight"))\(positiveWeight.plain)
      \(aligned("probabilities"))\(probabilities.rawValue)
      \(aligned("threshold"))\(evaluation.threshold)

      \(aligned(""))predicted positive  predicted negative
      \(aligned("positive"))\(cell(confusion.truePositives))  \(cell(confusion.falseNegatives))
      \(aligned("negative"))\(cell(confusion.falsePositives))  \(cell(confusion.trueNegatives))

      \(metricLines(Metric.allCases.map { ($0.title, evaluation[$0]) }))
      """
  }

  private func cell(_ count: Double) -> String {
    // All digits of a whole number; a sum of weights without the noise in its last ones.
    let text = count.formatted(abs(count) < 1e9 ? 9 : 15)
    return String(repeating: " ", count: max(0, 18 - text.count)) + text
  }
}
