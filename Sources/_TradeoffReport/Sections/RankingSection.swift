// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// How well the scores rank: ROC AUC, average precision, gain and lift, and what other thresholds
/// give.
struct RankingSection {
  /// Unique in the document.
  let id: String
  let curve: DecisionCurve
  let evaluation: Evaluation
  let costs: TradeoffCosts?

  /// The largest number of rows of the table.
  private static let rows = 12

  var markup: Markup {
    let base = curve.positives / (curve.positives + curve.negatives)
    return """
      <section aria-labelledby="\(id)-ranking">
      <h2 id="\(id)-ranking">How well the cases are ranked</h2>
      <dl class="metrics">
      <dt>ROC AUC</dt><dd>\(Markup.number(evaluation[.rocAUC]))</dd>
      <dt>average precision</dt><dd>\(Markup.number(evaluation[.averagePrecision])) \
      <span class="spread">(\(base.significant) without a ranking)</span></dd>
      </dl>
      <div class="charts">
      \(Markup.figure(
        "\(id)-gain", "Cumulative gain", curve.gainChart, curve.gainDescription,
        "The share of the positives that are caught among the cases with the highest scores."))
      \(Markup.figure(
        "\(id)-lift", "Lift", curve.liftChart, curve.liftDescription,
        "The share of positives among the alarms, divided by that among all cases."))
      </div>
      <h3 id="\(id)-others">Other thresholds</h3>
      <div class="table" role="region" aria-labelledby="\(id)-others" tabindex="0">
      <table class="thresholds" aria-labelledby="\(id)-others">
      <thead><tr>\(headings.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead>
      <tbody>
      \(shown.map(row).lines)
      </tbody>
      </table>
      </div>
      </section>
      """
  }

  private var headings: [String] {
    ["threshold", "alarms", "alarm rate", "caught", "missed", "recall", "precision", "lift"]
      + (costs == nil ? [] : ["cost"])
  }

  /// Points at about equal distances of recall, with the chosen one.
  private var shown: [Int] {
    let count = curve.points.count
    let step = max(1, Double(count - 1) / Double(Self.rows - 2))
    let even = stride(from: 0, to: Double(count), by: step).map { Int($0) }
    return Set(even + [curve.chosenIndex, count - 1]).sorted()
  }

  private func row(_ index: Int) -> Markup {
    let counts = curve.confusion(index)
    let isChosen = index == curve.chosenIndex
    let cells: [Markup] = [
      .tally(counts.alarms), .percentage(counts.alarms / counts.total),
      .tally(counts.truePositives), .tally(counts.falseNegatives),
      .number(counts.recall), .number(counts.precision),
      "\(curve.lift(index)?.formatted(3) ?? "")",
    ]
    let cost: [Markup] = costs.map { [.tally($0.total(counts))] } ?? []
    let threshold = curve.points[index].threshold
    return """
      <tr\(isChosen ? " class=\"chosen\"" : "" as Markup)><th scope="row">\
      <data value="\("\(threshold)")">\(threshold.shown)</data>\
      \(isChosen ? "<span class=\"choice\">chosen</span>" : "" as Markup)</th>\
      \((cells + cost).map { "<td>\($0)</td>" as Markup })</tr>
      """
  }
}

extension Markup {
  /// A chart with a title and a caption.
  static func figure(
    _ id: String, _ title: String, _ chart: Chart, _ description: String, _ caption: String
  ) -> Markup {
    """
    <figure>
    <h2>\(title)</h2>
    \(chart.svg(id: id, title: title, description: description))
    <figcaption><p>\(caption)</p></figcaption>
    </figure>
    """
  }
}
