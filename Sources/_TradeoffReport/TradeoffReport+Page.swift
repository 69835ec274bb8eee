// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension TradeoffReport {
  /// The whole document.
  var page: Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="\(provenance.generator)">
    <link rel="icon" href="data:,">
    <title>\(heading) – \(provenance.dataName)</title>
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
    \(answer)
    \(charts)
    \(table)
    \(reading)
    \(footer)
    </main>
    </body>
    </html>

    """
  }

  private var heading: String {
    let label = provenance.target.positive.map { " = \($0)" } ?? ""
    return "Recall against precision for \(provenance.target.name)\(label)"
  }

  private var facts: Markup {
    let share = Double(study.positiveCount) / Double(study.rowCount) * 100
    return """
      \(provenance.dataName): \(study.rowCount.grouped) rows, \(study.positiveCount.grouped) of \
      them positive (\(share.formatted(3))\u{A0}%), \(provenance.featureCount.grouped) \
      feature\(provenance.featureCount == 1 ? "" : "s"). \
      Logistic regression with the l2 penalty \(study.settings.l2.shown). All numbers are those of \
      held-out rows, in \(study.settings.folds) stratified folds \
      (seed \("\(study.settings.seed)")).
      """
  }

  // MARK: The recommendation

  private var answer: Markup {
    guard let index = study.chosenIndex else {
      return """
        <section class="answer" aria-labelledby="answer"><h2 id="answer">No choice of a weight</h2>
        <div class="words"><p>No weight yields a true positive.</p></div></section>
        """
    }
    let point = study.weightPath[index]
    let chosen = study.recommendation.map { $0.recommended ?? $0.weight }
    let spreads = (
      chosen?.recallSpread ?? point.spread(of: .recall),
      chosen?.precisionSpread ?? point.spread(of: .precision)
    )
    let confusion = chosen?.confusion ?? point.pooled.confusion
    var terms: [(String, Markup)] = [
      ("recall", "\(number(confusion.recall)) \(range(spreads.0))"),
      ("precision", "\(number(confusion.precision)) \(range(spreads.1))"),
      ("F1", number(confusion.f1)),
    ]
    if let price = chosen?.falseAlarmsPerCatch {
      terms.append(("false alarms per catch", number(price)))
    }
    if let cost = chosen?.cost {
      terms.append(("cost", "<data value=\"\("\(cost)")\">\(cost.formatted(6))</data>"))
    }
    if let probability = chosen?.probability {
      terms.append(("holds on new rows with", number(probability)))
    }
    return """
      <section class="answer" aria-labelledby="answer">
      <h2 id="answer">\(answerTitle)</h2>
      <div>
      <p class="weight">\(chosen?.title ?? "q = \(point.positiveWeight.shown)")</p>
      <dl>
      \(terms.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" as Markup }.lines)
      </dl>
      </div>
      <div class="words">
      <p>\(study.reason)</p>
      <p>\(nextTitle)</p>
      <pre><code>\(provenance.nextCommand)</code></pre>
      </div>
      </section>
      """
  }

  private var nextTitle: String {
    guard let recommendation = study.recommendation else {
      return "To fit a model with this weight:"
    }
    switch recommendation.verdict {
    case .threshold: return "To fit a model with this threshold:"
    case nil where recommendation.furtherWeights != nil: return "To try further weights:"
    default: return "To fit a model with this weight:"
    }
  }

  private var answerTitle: String {
    guard let recommendation = study.recommendation else { return "The weight with the highest F1" }
    let aim = recommendation.goal?.title ?? "the least cost"
    return recommendation.verdict == nil
      ? "Nothing tried reaches \(aim); the closest" : "Recommended for \(aim)"
  }

  private func range(_ spread: Spread?) -> Markup {
    guard let spread else { return "" }
    return "<span class=\"spread\">(\(spread.lowest.fixed(3)) to \(spread.highest.fixed(3)))</span>"
  }

  // MARK: The charts

  private var charts: Markup {
    let weight = study.calibration.positiveWeight.shown
    let (before, after) = (study.calibration.before, study.calibration.after)
    return """
      <section class="charts" aria-label="Charts">
      \(figure(
        "weights", weightsTitle, study.weightChart, study.weightChartDescription,
        "Lines are all held-out rows together; bands are the range over the folds."))
      \(figure(
        "plane", "Weights and thresholds", study.planeChart, study.planeChartDescription,
        """
        Both on the same folds; up and to the right is better. If the paths coincide, a weight has \
        no advantage over a threshold.
        """))
      \(figure(
        "before", "Raw probabilities, q = \(weight)", before.chart, before.chartDescription,
        """
        Calibration error \(before.expectedCalibrationError.fixed(3)). Above the frame: the rows \
        in each bin, to which the area of a mark is proportional.
        """))
      \(figure(
        "after", "Calibrated probabilities, q = \(weight)", after.chart, after.chartDescription,
        """
        Calibration error \(after.expectedCalibrationError.fixed(3)), with p = σ(x − log q). The \
        threshold 1/(1+q) gives the same decisions as ½ on raw probabilities.
        """))
      </section>
      """
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

  // MARK: Explanations

  private var reading: Markup {
    """
    <section aria-labelledby="reading">
    <h2 id="reading">How to read this</h2>
    <p>Recall is the share of the positives that the model finds. Precision is the share of the \
    alarms that are right. The positive weight q counts each positive row q times in training: a \
    larger weight finds more positives and raises more false alarms.</p>
    <p>The alternative needs no weight: an unweighted model with the threshold 1/(1+q) instead of \
    ½ (van den Goorbergh, van Smeden, Timmerman and Van Calster, <cite>The harm of class imbalance \
    corrections for risk prediction models</cite>, JAMIA 29(9), 2022, \
    <a href="https://doi.org/10.1093/jamia/ocac093">doi:10.1093/jamia/ocac093</a>). Its \
    probabilities need no calibration. If it is as good as a weight, it is the simpler choice.</p>
    <p>The weight and the threshold were chosen on the same held-out rows that they are measured \
    on, so expect slightly less on new rows. The spread over the folds shows how much such numbers \
    vary.</p>
    </section>
    """
  }

  private var footer: Markup {
    """
    <footer>
    <p>Made by \(provenance.generator) with the command</p>
    <pre><code>\(provenance.command)</code></pre>
    \(provenance.notes.map { "<p>\($0)</p>" as Markup }.lines)
    </footer>
    """
  }
}
