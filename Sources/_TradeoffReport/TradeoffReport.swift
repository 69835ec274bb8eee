// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

/// The report of a trade-off study: one HTML file that fetches nothing and needs no script.
///
/// Its numbers are those of the study's JSON, and the coefficients those of `wce fit`. A rounded
/// number is in an element `<data value="…">` that has all its digits. The same study and
/// provenance give the same bytes.
package struct TradeoffReport: Hashable, Sendable {
  let study: TradeoffStudy
  /// The target column.
  let target: TargetColumn
  let featureCount: Int
  /// The command to run next: a fit with the chosen weight, or a study of `furtherWeights`.
  let nextCommand: String
  let provenance: Provenance
  /// The recommended model, fitted to all rows.
  let model: LogisticModel?
  let featureNames: [String]
  let columns: ColumnUse?

  /// A report.
  package init(
    _ study: TradeoffStudy, target: TargetColumn, featureCount: Int, nextCommand: String,
    provenance: Provenance, model: LogisticModel? = nil, featureNames: [String] = [],
    columns: ColumnUse? = nil
  ) {
    self.study = study
    self.target = target
    self.featureCount = featureCount
    self.nextCommand = nextCommand
    self.provenance = provenance
    self.model = model
    self.featureNames = featureNames
    self.columns = columns
  }

  /// The HTML page.
  package func html() -> String { page.source }

  /// The chart of recall and precision against the weight: an SVG file in light colours.
  package func picture() -> String {
    study.weightChart.picture(
      id: "weights", title: weightsTitle, description: study.weightChartDescription)
  }

  var weightsTitle: String { "Recall and precision by positive weight" }
}

extension TradeoffReport: Encodable {
  private enum Key: String, CodingKey { case notes, recommendation, reason }

  /// The JSON is that of the study, with the notes about the data and the reason for the
  /// recommendation.
  package func encode(to encoder: any Encoder) throws {
    try study.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    if !provenance.notes.isEmpty { try container.encode(provenance.notes, forKey: .notes) }
    guard study.recommendation != nil else { return }
    var recommendation = container.nestedContainer(keyedBy: Key.self, forKey: .recommendation)
    try recommendation.encode(study.reason, forKey: .reason)
  }

  /// The JSON of the study, with the notes and the reason for the recommendation.
  package func json() throws(ClassificationError) -> String { try jsonText(self) }
}
