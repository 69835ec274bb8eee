// SPDX-License-Identifier: Apache-2.0
import LinearClassification

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
        seed \(settings.seed).
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
      let goal = study.settings.goal
      let title =
        switch (goal, study.settings.costs, study.isReached) {
        case (nil, nil, _): "highest F1"
        case (nil, _?, _): "lowest cost"
        case (_?, _, true): "recommended"
        case (_?, _, false): "comes closest"
        }
      let asked = goal.map { " for \($0.metric.title) ≥ \($0.minimum.shown)" } ?? ""
      return "> \(studies.count > 1 ? "\(name): " : "")\(title): threshold "
        + "\(study.threshold.shown)\(asked)\n\(study.reason.wrapped())"
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
    return columns.lines.joined(separator: "\n")
  }

  private static func described(
    _ value: String, _ interval: BootstrapInterval?, _ text: (Double) -> String
  ) -> String {
    guard let interval else { return value }
    return "\(value) [\(text(interval.lowerBound)), \(text(interval.upperBound))]"
  }
}

extension String {
  /// The text with blanks after it.
  fileprivate func padded(to length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }
}

extension ThresholdStudy {
  /// What the threshold gives, in sentences.
  var reason: String {
    let counts = evaluation.confusion
    var sentences: [String] = []
    if let goal = settings.goal {
      let asked = "\(goal.metric.title) of at least \(goal.minimum.shown)"
      if isReached, let confidence = settings.confidence {
        sentences.append(
          "The threshold reaches a \(asked), and does so on as many new rows with probability "
            + "\(confidence.shown).")
      } else if isReached, let share = spreads.shareReachingGoal {
        sentences.append(
          "The threshold reaches a \(asked) with the highest \(goal.price.title), and still "
            + "reaches it in \((100 * share).formatted(3)) % of the resamples.")
      } else {
        sentences.append(
          "No threshold reaches a \(asked)"
            + (settings.confidence.map { " with probability \($0.shown)." } ?? "."))
      }
    } else if let costs = settings.costs {
      sentences.append(
        "With costs of \(costs.miss.shown) for a miss and \(costs.alarm.shown) for a false alarm "
          + "its errors cost \(costs.total(evaluation.confusion).formatted(6)). For calibrated "
          + "probabilities the threshold of lowest expected cost is "
          + "\(costs.bayesThreshold.formatted(3)).")
    } else {
      sentences.append("There is no goal. Ask for a recall or a precision to get a recommendation.")
    }
    let alarms = counts.truePositives + counts.falsePositives
    let total = alarms + counts.trueNegatives + counts.falseNegatives
    func perThousand(_ count: Double) -> String { (1000 * count / total).formatted(3) }
    sentences.append(
      "Of 1,000 rows it flags \(perThousand(alarms)), finds \(perThousand(counts.truePositives)) "
        + "positives and misses \(perThousand(counts.falseNegatives)).")
    return sentences.joined(separator: " ")
  }
}
