// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension TradeoffReport {
  /// The numbers of both paths and of the calibration.
  var table: Markup {
    let folds = study.settings.folds
    return """
      <section aria-labelledby="numbers">
      <h2 id="numbers">The numbers</h2>
      <p class="note" id="numbers-note">± is the standard deviation over the \(folds) folds; \
      in a fold without alarms precision is undefined. Log loss and calibration error are those \
      of the calibrated probabilities.</p>
      <div class="table" role="region" aria-labelledby="numbers" tabindex="0">
      <table id="paths" aria-labelledby="numbers" aria-describedby="numbers-note">
      <thead>
      <tr><td></td>\
      <th scope="colgroup" colspan="\(costs == nil ? 6 : 7)">weight q, threshold ½</th>\
      <th class="first" scope="colgroup" colspan="\(costs == nil ? 4 : 5)">\
      no weight, threshold 1/(1+q)</th></tr>
      <tr>\(headings.map(heading))</tr>
      </thead>
      <tbody>
      \(study.weightPath.indices.map(row).lines)
      </tbody>
      </table>
      </div>
      \(CalibrationFigure.table(
        "bins",
        "Held-out rows by predicted probability, for q = "
          + "\(study.calibration.positiveWeight.shown).",
        [("raw", calibrationFigures.raw), ("calibrated", calibrationFigures.calibrated)]))
      </section>
      """
  }

  private var costs: TradeoffCosts? { study.settings.costs }

  private var headings: [String] {
    let cost = costs == nil ? [] : ["cost"]
    return ["q", "recall", "precision", "F1", "MCC", "log loss", "calibration error"] + cost
      + ["threshold", "recall", "precision", "F1"] + cost
  }

  /// The cost of a point, in a cell of its own.
  private func cost(_ point: TradeoffPoint) -> [Markup] {
    guard let costs else { return [] }
    return [.tally(costs.total(point.pooled.confusion))]
  }

  private func heading(_ title: String) -> Markup {
    // The first column of the second path.
    let style: Markup = title == "threshold" ? " class=\"first\"" : ""
    return "<th scope=\"col\"\(style)>\(title)</th>"
  }

  private func row(_ index: Int) -> Markup {
    let point = study.weightPath[index]
    let unweighted = study.thresholdPath[index]
    let isChosen = index == study.chosenIndex
    let weight = "\(point.positiveWeight)"
    // The choice is also stated in the text, for screen readers.
    let choice: Markup = isChosen ? "<span class=\"choice\">\(study.choiceTitle)</span>" : ""
    let weightCells: [Markup] =
      [
        withSpread(point, .recall), withSpread(point, .precision), Markup.number(point.pooled[.f1]),
        Markup.number(point.pooled[.matthewsCorrelation]),
        Markup.number(point.calibrated[.logLoss]),
        Markup.number(point.calibrated[.calibrationError]),
      ] + cost(point)
    let unweightedCells =
      [Metric.recall, .precision, .f1].map { Markup.number(unweighted.pooled[$0]) }
      + cost(unweighted)
    return """
      <tr\(isChosen ? " class=\"chosen\"" : "" as Markup)>\
      <th scope="row"><data value="\(weight)">\(point.positiveWeight.shown)</data>\(choice)</th>\
      \(weightCells.map { "<td>\($0)</td>" as Markup })<td class="unweighted first">\
      <data value="\("\(unweighted.threshold)")">\(unweighted.threshold.formatted(3))</data></td>\
      \(unweightedCells.map { "<td class=\"unweighted\">\($0)</td>" as Markup })</tr>
      """
  }

  private func withSpread(_ point: TradeoffPoint, _ metric: Metric) -> Markup {
    guard let spread = point.spread(of: metric) else { return Markup.number(point.pooled[metric]) }
    // There is no deviation of one value.
    let deviation: Markup = spread.count > 1 ? "± \(Markup.number(spread.standardDeviation))" : ""
    let folds: Markup =
      spread.count < study.settings.folds
      ? " (\(spread.count) of \(study.settings.folds) folds)" : ""
    return
      "\(Markup.number(point.pooled[metric])) <span class=\"spread\">\(deviation)\(folds)</span>"
  }
}
