// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

/// The report of scores at a threshold: one HTML file that fetches nothing and needs no script.
///
/// Its numbers are those of the JSON. The same items and provenance give the same bytes.
package struct DecisionReport: Hashable, Sendable {
  /// The scores of one classifier.
  package struct Item: Hashable, Sendable {
    /// What the scores are, such as the name of their column.
    package var name: String
    package var target: String
    package var rowCount: Int
    package var positiveCount: Int
    /// The verdict in a few words.
    package var verdict: String
    /// What it means, in sentences.
    package var reason: String
    /// The metrics at the chosen threshold.
    package var evaluation: Evaluation
    package var profile: ScoreProfile
    package var costs: TradeoffCosts?
    /// The spread over resamples, if it is known.
    package var spreads: ThresholdStudy.Spreads?
    package var calibration: ThresholdStudy.Calibration?

    /// The scores of a study.
    package init(_ study: ThresholdStudy, name: String, target: String) {
      (self.name, self.target) = (name, target)
      (rowCount, positiveCount) = (study.rowCount, study.positiveCount)
      (verdict, reason) = (study.verdict, study.reason)
      (evaluation, profile) = (study.evaluation, study.profile)
      (costs, spreads) = (study.settings.costs, study.spreads)
      calibration = study.calibration
    }

    /// The scores of a model at its threshold.
    package init(
      _ evaluation: Evaluation, _ profile: ScoreProfile, of labels: Classifier.Labels,
      name: String, target: String
    ) {
      (self.name, self.target) = (name, target)
      (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)
      verdict = "at the threshold \(evaluation.threshold.shown)"
      reason = "The metrics of these rows, at the threshold that was given or that of the model."
      (self.evaluation, self.profile) = (evaluation, profile)
    }
  }

  let items: [Item]
  /// The command to run next, if there is one.
  let nextCommand: String?
  let provenance: Provenance

  /// A report of at least one item.
  package init(_ items: [Item], nextCommand: String? = nil, provenance: Provenance) {
    self.items = items
    self.nextCommand = nextCommand
    self.provenance = provenance
  }

  /// The HTML page.
  package func html() -> String {
    let heading =
      items.count == 1
      ? "Decisions of \(items[0].name) for \(items[0].target)"
      : "Decisions of \(items.count) classifiers"
    let sections = items.indices.map { section($0) }
    let next: Markup =
      nextCommand.map {
        "<section><h2>Next</h2>\n<pre><code>\($0)</code></pre></section>\n"
      } ?? ""
    return Markup.page(
      heading, provenance, facts: "\(provenance.dataName)", content: "\(sections.lines)\n\(next)"
    ).source
  }

  /// The chart of precision against recall of the first item, as an SVG file in light colours.
  package func picture() -> String {
    items[0].profile.decisions.planeChart.picture(
      id: "plane", title: Self.planeTitle, description: items[0].profile.decisions.planeDescription)
  }

  private static let planeTitle = "Precision and recall by threshold"

  private func section(_ index: Int) -> Markup {
    let item = items[index]
    let id = "scores\(index + 1)"
    let share = Double(item.positiveCount) / Double(item.rowCount)
    let curve = item.profile.decisions
    let confusion = item.evaluation.confusion
    let panel = DecisionPanel(
      id: id, curve: curve, confusion: confusion, costs: item.costs,
      terms: DecisionPanel.Term.standard(
        confusion, costs: item.costs, recall: Self.interval(item.spreads?.recall),
        precision: Self.interval(item.spreads?.precision)))
    let raw = CalibrationFigure(
      id: "\(id)-before", title: "The probabilities", equalWidth: item.profile.reliability,
      ranked: item.profile.rankedReliability, isRare: curve.isRare)
    let calibrated = item.calibration.map {
      CalibrationFigure(
        id: "\(id)-after", title: "Calibrated", equalWidth: $0.reliabilityAfter,
        ranked: $0.rankedReliabilityAfter, isRare: curve.isRare,
        note: "The map for each row was fitted without the fold of the row.")
    }
    let figures = [("as they are", raw)] + (calibrated.map { [("calibrated", $0)] } ?? [])
    let spreadNote =
      item.spreads == nil ? "" : "; in brackets the 90 % intervals of stratified resamples"
    let prefix = items.count > 1 ? "\(item.name) for \(item.target), " : ""
    return """
      <section class="answer" aria-labelledby="\(id)" data-decisions="">
      <h2 id="\(id)">\(prefix)\(item.verdict)</h2>
      \(panel.markup)
      <div class="words">
      <p>\(item.reason)</p>
      <p class="note">\(item.rowCount.grouped) rows, \(item.positiveCount.grouped) of them \
      positive (\(Markup.percentage(share)))\(spreadNote).</p>
      </div>
      </section>
      \(RankingSection(
        id: id, curve: curve, evaluation: item.evaluation, costs: item.costs).markup)
      <section class="charts" aria-label="Charts">
      \(Markup.figure(
        "\(id)-plane", Self.planeTitle, curve.planeChart, curve.planeDescription,
        "Each point of the line is a threshold; up and to the right is better."))
      \(figures.map { $0.1.markup }.lines)
      </section>
      <section>
      \(CalibrationFigure.table(
        "\(id)-bins", "Rows by predicted probability.", figures))
      </section>
      """
  }

  private static func interval(_ interval: BootstrapInterval?) -> Markup {
    interval.map { .range($0.lowerBound, $0.upperBound) } ?? ""
  }
}
