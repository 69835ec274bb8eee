// SPDX-License-Identifier: Apache-2.0
/// The report of a trade-off study: one HTML file that needs nothing else, neither the network nor scripts.
///
/// Its numbers are those of the study's JSON: where one is rounded for reading, the element `<data value="…">` around it has all
/// digits. The same study and the same provenance give the same bytes.
public struct TradeoffReport: Hashable, Sendable {
  /// Where the numbers come from, as far as the study does not know it.
  public struct Provenance: Hashable, Sendable {
    /// What the data are called.
    public var dataName: String
    /// The column of the targets.
    public var target: TargetColumn
    /// The number of features.
    public var featureCount: Int
    /// The command that made the report.
    public var command: String
    /// The command to run next: it fits the chosen weight, or goes on looking where the recommendation has `furtherWeights`.
    public var nextCommand: String
    /// The version of the software.
    public var version: String
    /// More to say about the data, a sentence each: their source and licence, rows that were dropped.
    public var notes: [String]

    /// A provenance.
    public init(
      dataName: String, target: TargetColumn, featureCount: Int, command: String,
      nextCommand: String,
      version: String, notes: [String] = []
    ) {
      self.dataName = dataName
      self.target = target
      self.featureCount = featureCount
      self.command = command
      self.nextCommand = nextCommand
      self.version = version
      self.notes = notes
    }
  }

  let study: TradeoffStudy
  let provenance: Provenance

  /// A report.
  public init(_ study: TradeoffStudy, provenance: Provenance) {
    self.study = study
    self.provenance = provenance
  }

  /// The page.
  public func html() -> String { page.source }

  /// The chart of recall and precision against the weight alone, as an SVG file in light colours.
  public func picture() -> String {
    let style: Markup = """
      <style>
      svg { \(Markup(stringLiteral: Palette.light.declarations)) }
      \(Markup(stringLiteral: StyleSheet.chart))
      </style>
      <rect x="-14" y="-12" width="\(Chart.width + 28)" height="\(Chart.height + 20)" fill="\(Palette.light.background)"/>

      """
    let svg = study.weightChart.svg(
      id: "weights", title: weightsTitle, description: study.weightChartDescription, style: style,
      attributes: " xmlns=\"http://www.w3.org/2000/svg\" width=\"880\"")
    return svg.source.replacing(
      "viewBox=\"0 0 \(Int(Chart.width)) \(Int(Chart.height))\"",
      with: "viewBox=\"-14 -12 \(Int(Chart.width) + 28) \(Int(Chart.height) + 20)\"") + "\n"
  }

  var weightsTitle: String { "Recall and precision by positive weight" }
}
