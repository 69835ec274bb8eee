// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

/// The report about scores of any classifier: one HTML file without scripts or links to other
/// files.
package struct ThresholdReport: Hashable, Sendable {
  /// A column of scores.
  package struct Item: Hashable, Sendable {
    let scores, target: String
    let study: ThresholdStudy

    /// A column of scores with its target.
    package init(scores: String, target: String, study: ThresholdStudy) {
      self.scores = scores
      self.target = target
      self.study = study
    }
  }

  let items: [Item]
  let dataName, generator, command, nextCommand: String
  let notes: [String]

  /// A report.
  ///
  /// - Parameters:
  ///   - items: The columns of scores, at least one.
  ///   - dataName: The name of the data.
  ///   - generator: The name and version of the program that generates the report.
  ///   - command: The command that generates the report.
  ///   - nextCommand: The command that applies the threshold.
  ///   - notes: Notes about the data.
  package init(
    _ items: [Item], dataName: String, generator: String, command: String, nextCommand: String,
    notes: [String]
  ) {
    self.items = items
    self.dataName = dataName
    self.generator = generator
    self.command = command
    self.nextCommand = nextCommand
    self.notes = notes
  }

  /// The HTML page.
  package func html() -> String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="\(generator)">
      <link rel="icon" href="data:,">
      <title>\(heading) – \(dataName)</title>
      <style>
      \(Markup(stringLiteral: StyleSheet.page))
      \(Markup(stringLiteral: StyleSheet.chart))
      </style>
      </head>
      <body>
      <main>
      <header>
      <h1>\(heading)</h1>
      <p class="facts">\(facts)</p>
      </header>
      \(items.indices.map(section).lines)
      <footer>
      <p>To apply it to new scores:</p>
      <pre><code>\(nextCommand)</code></pre>
      <p>Made by \(generator) with the command</p>
      <pre><code>\(command)</code></pre>
      \(notes.map { "<p>\($0)</p>" as Markup }.lines)
      </footer>
      </main>
      </body>
      </html>

      """
    return page.source
  }

  private var heading: String {
    items.count == 1
      ? "The threshold for \(items[0].target)" : "The thresholds of \(items.count) scores"
  }

  private var facts: Markup {
    let study = items[0].study
    return """
      \(dataName): \(study.rowCount.grouped) rows with scores, which are \
      \(study.scoreKind == .probabilities ? "probabilities" : "log odds"). In brackets: the \
      90\u{A0}% intervals of \(study.settings.resamples) stratified resamples of the rows \
      (seed \("\(study.settings.seed)")).
      """
  }

  private func section(_ index: Int) -> Markup {
    let (item, id) = (items[index], "scores-\(index + 1)")
    let study = item.study
    return """
      <section class="answer" aria-labelledby="\(id)">
      <h2 id="\(id)">\(item.scores), target \(item.target)</h2>
      <div>
      <p class="weight">\(study.verdict)</p>
      <dl>
      <dt>positives</dt><dd>\(study.positiveCount.grouped)</dd>
      <dt>recall</dt><dd>\(number(study.evaluation[.recall])) \(interval(study.spreads.recall))</dd>
      <dt>precision</dt>\
      <dd>\(number(study.evaluation[.precision])) \(interval(study.spreads.precision))</dd>
      <dt>threshold</dt><dd>\(number(study.threshold)) \(interval(study.spreads.threshold))</dd>
      <dt>ROC AUC</dt><dd>\(number(study.evaluation[.rocAUC]))</dd>
      <dt>average precision</dt><dd>\(number(study.evaluation[.averagePrecision]))</dd>
      </dl>
      </div>
      <div class="words">
      <p>\(study.reason)</p>
      </div>
      </section>
      <section class="charts" aria-label="Charts of \(item.scores)">
      \(figures(study, id).lines)
      </section>
      """
  }

  private func figures(_ study: ThresholdStudy, _ id: String) -> [Markup] {
    let chart = study.chart
    let curves = study.calibration.map {
      [
        ("before", "Scores before the calibration", $0.reliabilityBefore),
        ("after", "Probabilities after the calibration", $0.reliabilityAfter),
      ]
    }
    return [
      figure(
        "\(id)-curve", "Precision against recall", chart,
        "Marked is the \(study.verdict).",
        "Every threshold on the scores; up and to the right is better.")
    ]
      + (curves ?? []).map { name, title, curve in
        figure(
          "\(id)-\(name)", title, curve.chart, curve.chartDescription,
          "Calibration error \(curve.expectedCalibrationError.fixed(3)), on held-out rows.")
      }
  }

  private func figure(
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

  /// A rounded number, with all its digits as an attribute for programs.
  private func number(_ value: Double?) -> Markup {
    guard let value else { return "<span class=\"spread\">undefined</span>" }
    return "<data value=\"\("\(value)")\">\(value.formatted(3))</data>"
  }

  private func interval(_ interval: BootstrapInterval?) -> Markup {
    guard let interval else { return "" }
    return """
      <span class="spread">[\(number(interval.lowerBound)), \(number(interval.upperBound))]</span>
      """
  }
}

extension ThresholdStudy {
  /// Precision against recall of every threshold, with the chosen one and the goal.
  fileprivate var chart: Chart {
    let chosen = evaluation[.recall].flatMap { recall in
      evaluation[.precision].map { (x: recall, y: $0) }
    }
    let points = curve.map { (x: $0.recall, y: $0.precision) } + [chosen].compactMap { $0 }
    var chart = Chart(
      x: (.linear, .shares(points.map(\.x))), xTitle: "recall", y: .shares(points.map(\.y)),
      yTitle: "precision")
    if let goal = settings.goal {
      if goal.metric == .recall {
        chart.addVertical(goal.minimum, goal.title, "goal")
      } else {
        chart.addHorizontal(goal.minimum, goal.title, "goal")
      }
    }
    chart.addLine(curve.map { ($0.recall, $0.precision) }, "unweighted")
    if let chosen {
      chart.addMarks([(chosen, verdict)], .diamond, "chosen")
      chart.addLabel("threshold \(threshold.formatted(3))", beside: chosen, "chosen")
    }
    chart.addKey("thresholds", "unweighted")
    return chart
  }
}
