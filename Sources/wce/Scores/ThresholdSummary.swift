// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _TradeoffReport

/// The output of `wce tradeoff --scores` on the terminal.
struct ThresholdSummary {
  /// The studies of the columns of scores, at least one.
  let studies: [(name: String, target: String, study: ThresholdStudy)]
  let dataName: String
  /// The command to run next.
  let next: String

  /// The report as text.
  var text: String {
    let parts = [heading, table] + studies.compactMap(\.study.calibration).map(Self.calibration)
    return (parts + [answer, "Next:\n  \(next)"]).joined(separator: "\n\n") + "\n"
  }

  private var first: ThresholdStudy { studies[0].study }

  private var heading: String {
    let settings = first.settings
    return """
      \(dataName): \(first.rowCount.grouped) rows, scores of \
      \(studies.count == 1 ? "one classifier" : "\(studies.count) classifiers"), \
      \(first.scoreKind == .probabilities ? "probabilities" : "log odds").
      """.wrapped() + "\n"
        + """
        In brackets: the 90 % intervals of \(settings.resamples) stratified resamples of the rows, \
        seed \(settings.seed)\(
          settings.confidence == nil ? "" : "; that of the threshold is without the confidence").
        """.wrapped()
  }

  private var table: String {
    var columns = TextColumns(gaps: ["", "  ", "  ", "  ", "  "])
    columns.append(["scores", "positives", "threshold", "recall", "precision"])
    for (name, _, study) in studies {
      columns.append([
        name, study.positiveCount.grouped,
        Self.described(study.threshold.shown, study.spreads.threshold) { $0.shown },
        Self.described(study.evaluation[.recall].cell, study.spreads.recall) { $0.fixed(3) },
        Self.described(study.evaluation[.precision].cell, study.spreads.precision) { $0.fixed(3) },
      ])
    }
    return columns.lines.joined(separator: "\n")
  }

  private var answer: String {
    studies.map { name, _, study in
      "> \(studies.count > 1 ? "\(name): " : "")\(study.verdict)\n\(study.reason.wrapped())"
    }.joined(separator: "\n\n")
  }

  private static func calibration(_ calibration: ThresholdStudy.Calibration) -> String {
    var columns = TextColumns(gaps: ["", "  ", "  "])
    let title = "on held-out rows"
    columns.append([title, "before", "calibrated"])
    for metric in [Metric.logLoss, .brierScore, .calibrationError] {
      columns.append([
        metric.title.padded(to: title.count + 1), calibration.before[metric].metric,
        calibration.after[metric].metric,
      ])
    }
    var lines = columns.lines
    if let (before, after) = calibration.logLoss, after > before {
      lines.append("The calibration does not help: the log loss rises. Leave --calibrate out.")
    }
    return lines.joined(separator: "\n")
  }

  private static func described(
    _ value: String, _ interval: BootstrapInterval?, _ text: (Double) -> String
  ) -> String {
    guard let interval else { return value }
    return "\(value) [\(text(interval.lowerBound)), \(text(interval.upperBound))]"
  }
}

extension ThresholdStudy.Calibration {
  fileprivate var logLoss: (before: Double, after: Double)? {
    before[.logLoss].flatMap { before in after[.logLoss].map { (before, $0) } }
  }
}

extension String {
  /// The text with blanks after it.
  fileprivate func padded(to length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }
}
