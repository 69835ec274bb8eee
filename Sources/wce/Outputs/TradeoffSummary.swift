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
      positive (\(share) %), \(featureCount.grouped) feature\(featureCount == 1 ? "" : "s").
      """.wrapped(),
      """
      Held-out rows of \(study.foldWords), \
      l2 \(study.settings.l2.shown)\(study.penaltySearch?.words ?? ""); ± is the standard \
      deviation over the folds.
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
    let costs = study.settings.costs
    let weighted = described(study.weightPath)
    var columns = TextColumns(
      gaps: ["", " ", "  ", "  ", "  "] + (costs == nil ? [] : ["  "]) + ["   | ", "  ", "  "]
        + (costs == nil ? [] : ["  "]))
    let cost = costs == nil ? [] : ["cost"]
    columns.append(
      ["", "weight"] + weighted.headings + ["F1 "] + cost + ["threshold", "recall", "precision"]
        + cost)
    for (index, (point, moved)) in zip(study.weightPath, study.thresholdPath).enumerated() {
      let costs = [point, moved].map { point in
        costs.map { [$0.total(point.pooled.confusion).count] } ?? []
      }
      columns.append(
        [index == markedIndex ? ">" : "", point.positiveWeight.shown] + weighted.cells[index]
          + [point.pooled[.f1].cell] + costs[0]
          + [
            moved.threshold.formatted(3), moved.pooled[.recall].cell, moved.pooled[.precision].cell,
          ] + costs[1])
    }
    let title = "weight, threshold 1/2"
    let width = columns.width(0..<(costs == nil ? 5 : 6))
    let indentation = String(repeating: " ", count: max(0, width - title.count))
    let heading = "\(indentation)\(title)   | no weight, threshold 1/(1 + weight)"
    return ([heading] + columns.lines + weighted.notes).joined(separator: "\n")
  }

  /// The row of the recommended weight, or without a recommendation that of the highest F1.
  private var markedIndex: Int? {
    study.recommendation.map { $0.verdict == .weight } ?? true ? study.chosenIndex : nil
  }

  private var answer: String {
    guard let verdict = study.verdict else { return "No weight yields a true positive." }
    let candidates = study.recommendation.map { "\(lines(of: $0))\n\n" } ?? ""
    return "> \(verdict)\n\(candidates)\(study.reason.wrapped())"
  }

  /// The best weight and the best threshold.
  private func lines(of recommendation: Recommendation) -> String {
    let all = [recommendation.weight, recommendation.threshold].compactMap { $0 }
    let rates = described(all)
    let cost = recommendation.costs == nil ? [] : ["cost"]
    var columns = TextColumns(gaps: ["", " ", "  ", "  ", "  ", "  ", "  "])
    columns.append(
      ["", ""] + rates.headings + ["missed", "false alarms"] + (cost + [""]).prefix(1))
    for (candidate, rates) in zip(all, rates.cells) {
      let title =
        candidate == recommendation.weight
        ? "\(candidate.title), threshold 1/2" : "no weight, \(candidate.title)"
      columns.append(
        [candidate == recommendation.recommended ? ">" : "", title] + rates
          + [
            candidate.confusion.falseNegatives.count, candidate.confusion.falsePositives.count,
            candidate.cost?.count ?? "",
          ])
    }
    return (columns.lines + rates.notes).joined(separator: "\n")
  }

  /// Recall and precision with their spreads, in columns.
  private func described(
    _ rows: [some Rated]
  ) -> (headings: [String], cells: [[String]], notes: [String]) {
    let folds = study.settings.folds
    let columns = [Metric.recall, .precision].map { metric in
      rows.map { row in
        let value = row.value(metric)
        // There is no deviation of one value.
        let deviation = value.spread.flatMap { $0.count > 1 ? $0.standardDeviation : nil }
        let count = value.spread?.count ?? 0
        return (
          value: value.value.map { $0.fixed(3) } ?? "undefined",
          deviation: value.value == nil ? "" : deviation.map { " ±\($0.fixed(3))" } ?? "",
          folds: value.value == nil || count == folds ? "" : " (\(count) of \(folds))"
        )
      }
    }
    // The parts of the cells are aligned.
    let texts = columns.map { cells in
      let widths = (
        cells.map(\.deviation.count).max() ?? 0, cells.map(\.folds.count).max() ?? 0
      )
      return cells.map { cell in
        guard cell.value != "undefined" else { return cell.value }
        return cell.value + cell.deviation.padded(widths.0) + cell.folds.padded(widths.1)
      }
    }
    let isPartial = columns.joined().contains { !$0.folds.isEmpty }
    return (
      zip(["recall", "precision"], texts).map { title, cells in
        title.padded(max(title.count, (cells.map(\.count).max() ?? 0)))
      },
      rows.indices.map { row in texts.map { $0[row] } },
      isPartial
        ? ["(k of \(folds)): in the other folds there is no alarm, so precision is undefined."] : []
    )
  }
}

/// A row with recall and precision.
private protocol Rated {
  func value(_ metric: Metric) -> (value: Double?, spread: Spread?)
}

extension TradeoffPoint: Rated {
  fileprivate func value(_ metric: Metric) -> (value: Double?, spread: Spread?) {
    (pooled[metric], spread(of: metric))
  }
}

extension Recommendation.Candidate: Rated {
  fileprivate func value(_ metric: Metric) -> (value: Double?, spread: Spread?) {
    metric == .recall ? (recall, recallSpread) : (precision, precisionSpread)
  }
}

extension PenaltySearch {
  /// How the penalty was chosen.
  var words: String {
    let range = "\((path.first?.l2 ?? 0).shown) to \((path.last?.l2 ?? 0).shown)"
    let end =
      isAtAnEnd
      ? l2 == path.last?.l2
        ? "; it is the largest, so the features hardly help" : "; it is the smallest" : ""
    return " (the least held-out log loss of \(path.count) penalties from \(range)\(end))"
  }
}

extension String {
  /// The text with blanks up to a width.
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
