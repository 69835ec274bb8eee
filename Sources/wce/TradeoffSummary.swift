// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _TradeoffReport

/// What `wce tradeoff` reports on the terminal.
struct TradeoffSummary {
  let study: TradeoffStudy
  let data: TradeoffData
  /// The command to run next.
  let next: String

  /// The report for people.
  var text: String {
    """
    \(heading)

    \(table)

    \(answer)

    Next:
      \(next)

    """
  }

  private var heading: String {
    let share = Double(study.positiveCount) / Double(study.rowCount) * 100
    var lines = [
      "\(data.description): \(study.rowCount.grouped) rows, \(study.positiveCount.grouped) of them positive (\(share.formatted(3)) %), \(data.table.features.columns.count.grouped) features."
        .wrapped(),
      "Held-out rows of \(study.settings.folds) stratified folds, seed \(study.settings.seed), l2 \(study.settings.l2.shown); ± is the standard deviation over the folds."
        .wrapped(),
    ]
    if data.path == nil {
      lines += [
        "", "For your own data:", "  wce tradeoff DATA.csv --target COLUMN --recall-at-least R",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private var table: String {
    var columns = TextColumns(gaps: ["", " ", "  ", "  ", "  ", "   | ", "  ", "  "])
    columns.append([
      "", "weight", "recall     ", "precision   ", "F1 ", "threshold", "recall", "precision",
    ])
    for (index, (point, rival)) in zip(study.weightPath, study.thresholdPath).enumerated() {
      columns.append([
        index == study.chosenIndex ? ">" : "", point.positiveWeight.shown,
        described(point, .recall),
        described(point, .precision), point.pooled[.f1].cell, rival.threshold.formatted(3),
        rival.pooled[.recall].cell, rival.pooled[.precision].cell,
      ])
    }
    let left = columns.width(0..<5)
    let title = "weight, threshold 1/2"
    let heading =
      String(repeating: " ", count: max(0, left - title.count)) + title
      + "   | no weight, threshold 1/(1 + weight)"
    return ([heading] + columns.lines).joined(separator: "\n")
  }

  private var answer: String {
    guard let index = study.chosenIndex else { return "No weight predicts a positive right." }
    let title = "> \(study.choiceTitle): q = \(study.weightPath[index].positiveWeight.shown)"
    let goal = study.recommendation.map { " for \($0.goal.title)" } ?? ""
    return "\(title)\(goal)\n\(study.reason.wrapped())"
  }

  private func described(_ point: TradeoffPoint, _ metric: Metric) -> String {
    guard let value = point.pooled[metric], let spread = point.spread(of: metric) else {
      return "undefined"
    }
    return "\(value.fixed(3)) ±\(spread.standardDeviation.fixed(3))"
  }
}

extension Double? {
  /// For a table: three decimals, a dash for 0/0.
  fileprivate var cell: String { map { $0.fixed(3) } ?? "-" }
}
