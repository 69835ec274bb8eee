// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension TradeoffReport {
  /// The whole document.
  var page: Markup {
    .page(
      heading, provenance, facts: facts,
      content: """
        \(answer)
        \(charts)
        \(study.chosenIndex == nil ? "" : ranking.markup)
        \(ModelSection(model: model, names: featureNames, columns: columns).markup)
        \(table)
        \(reading)
        """)
  }

  private var ranking: RankingSection {
    RankingSection(
      id: "chosen", curve: study.decisions, evaluation: study.chosenEvaluation,
      costs: study.settings.costs)
  }

  private var heading: String {
    let label = target.positive.map { " = \($0)" } ?? ""
    return "Recall against precision for \(target.name)\(label)"
  }

  private var facts: Markup {
    let share = Double(study.positiveCount) / Double(study.rowCount) * 100
    return """
      \(provenance.dataName): \(study.rowCount.grouped) rows, \(study.positiveCount.grouped) of \
      them positive (\(share.formatted(3))\u{A0}%), \(featureCount.grouped) \
      feature\(featureCount == 1 ? "" : "s"). \
      Logistic regression with the l2 penalty \(study.settings.l2.shown). All numbers are those of \
      held-out rows, in \(study.foldWords).
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
    var terms = DecisionPanel.Term.standard(
      confusion, costs: study.settings.costs, recall: range(spreads.0), precision: range(spreads.1))
    if let probability = chosen?.probability {
      terms.append(
        DecisionPanel.Term(name: "holds on new rows with", value: .number(probability)))
    }
    let isThreshold = study.recommendation?.verdict == .threshold
    let title = chosen?.title ?? "q = \(point.positiveWeight.shown)"
    let panel = DecisionPanel(
      id: "chosen", curve: study.decisions, confusion: confusion, costs: study.settings.costs,
      terms: terms)
    return """
      <section class="answer" aria-labelledby="answer" data-decisions="">
      <h2 id="answer">\(answerTitle)</h2>
      <p class="weight">\(isThreshold ? "no weight, " : "")\(title)</p>
      \(panel.markup)
      <div class="words">
      <p>\(study.reason)</p>
      <p>\(nextTitle)</p>
      <pre><code>\(nextCommand)</code></pre>
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
    spread.map { .range($0.lowest, $0.highest) } ?? ""
  }

  // MARK: The charts

  private var charts: Markup {
    let (raw, calibrated) = calibrationFigures
    return """
      <section class="charts" aria-label="Charts">
      \(Markup.figure(
        "weights", weightsTitle, study.weightChart, study.weightChartDescription,
        "Lines are all held-out rows together; bands are the range over the folds."))
      \(Markup.figure(
        "plane", "Weights and thresholds", study.planeChart, study.planeChartDescription,
        """
        Both on the same folds; up and to the right is better. If the paths coincide, a weight has \
        no advantage over a threshold.
        """))
      \(raw.markup)
      \(calibrated.markup)
      </section>
      """
  }

  var calibrationFigures: (raw: CalibrationFigure, calibrated: CalibrationFigure) {
    let calibration = study.calibration
    let weight = calibration.positiveWeight.shown
    return (
      CalibrationFigure(
        id: "before", title: "Raw probabilities, q = \(weight)", equalWidth: calibration.before,
        ranked: calibration.rankedBefore, isRare: study.decisions.isRare),
      CalibrationFigure(
        id: "after", title: "Calibrated probabilities, q = \(weight)",
        equalWidth: calibration.after, ranked: calibration.rankedAfter,
        isRare: study.decisions.isRare,
        note: """
          p = σ(x − log q), and the threshold 1/(1+q) gives the same decisions as ½ on raw \
          probabilities.
          """)
    )
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
}
