// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _TradeoffReport

/// The output of `wce tradeoff` on the terminal.
struct TradeoffSummary {
  let study: TradeoffStudy
  let data: TradeoffData
  /// The command to run next.
  let next: String

  /// The report as text.
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
    let share = (Double(study.positiveCount) / Double(study.rowCount) * 100).formatted(3)
    let featureCount = data.table.features.columns.count
    var lines = [
      """
      \(data.description): \(study.rowCount.grouped) rows, \(study.positiveCount.grouped) of them \
      positive (\(share) %), \(featureCount.grouped) features.
      """.wrapped(),
      """
      Held-out rows of \(study.settings.folds) stratified folds, seed \(study.settings.seed), \
      l2 \(study.settings.l2.shown); ± is the standard deviation over the folds.
      """.wrapped(),
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
    for (index, (point, moved)) in zip(study.weightPath, study.thresholdPath).enumerated() {
      columns.append([
        index == study.chosenIndex ? ">" : "", point.positiveWeight.shown,
        described(point, .recall), described(point, .precision), point.pooled[.f1].cell,
        moved.threshold.formatted(3), moved.pooled[.recall].cell, moved.pooled[.precision].cell,
      ])
    }
    let title = "weight, threshold 1/2"
    let indentation = String(repeating: " ", count: max(0, columns.width(0..<5) - title.count))
    let heading = "\(indentation)\(title)   | no weight, threshold 1/(1 + weight)"
    return ([heading] + columns.lines).joined(separator: "\n")
  }

  private var answer: String {
    guard let index = study.chosenIndex else { return "No weight yields a true positive." }
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
