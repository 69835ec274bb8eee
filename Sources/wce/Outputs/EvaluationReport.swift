// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// The output of `wce evaluate`.
struct EvaluationReport: Encodable {
  private let evaluation: Evaluation
  private let rowCount, positiveCount: Int
  private let probabilities: Classifier.Probabilities
  /// The weight of a fitted model.
  private let positiveWeight: Double?
  let notes: [String]

  private enum Key: String, CodingKey {
    case rowCount, positiveCount, probabilities, positiveWeight, notes
  }

  init(
    _ evaluation: Evaluation, _ labels: Classifier.Labels,
    _ probabilities: Classifier.Probabilities, positiveWeight: Double?
  ) {
    notes = StandardError.notes
    self.evaluation = evaluation
    self.probabilities = probabilities
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)
    self.positiveWeight = positiveWeight
  }

  func encode(to encoder: any Encoder) throws {
    try evaluation.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(rowCount, forKey: .rowCount)
    try container.encode(positiveCount, forKey: .positiveCount)
    try container.encode(probabilities, forKey: .probabilities)
    try container.encodeIfPresent(positiveWeight, forKey: .positiveWeight)
    if !notes.isEmpty { try container.encode(notes, forKey: .notes) }
  }

  /// One JSON object with all digits.
  func json() throws -> String { try jsonText(self) }

  /// The report as text.
  var text: String {
    let confusion = evaluation.confusion
    func row(_ counts: Double...) -> String {
      counts.map { count in
        let text = count.count
        return String(repeating: " ", count: max(0, 18 - text.count)) + text
      }.joined(separator: "  ")
    }
    return [
      [("rows", "\(rowCount), \(positiveCount) of them positive")]
        + (positiveWeight.map { [("positive weight", $0.plain)] } ?? []) + [
          ("probabilities", probabilities.rawValue),
          (
            "threshold",
            "\(evaluation.threshold)\(positiveWeight == nil ? ", of the scores" : "")"
          ),
        ],
      [
        ("", "predicted positive  predicted negative"),
        ("positive", row(confusion.truePositives, confusion.falseNegatives)),
        ("negative", row(confusion.falsePositives, confusion.trueNegatives)),
      ],
      Metric.allCases.map { ($0.title, evaluation[$0].metric) },
    ].map(reportLines).joined(separator: "\n")
  }
}
