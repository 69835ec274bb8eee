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
      <tr><td></td><th scope="colgroup" colspan="6">weight q, threshold ½</th>\
      <th class="first" scope="colgroup" colspan="4">no weight, threshold 1/(1+q)</th></tr>
      <tr>\(Self.headings.map(heading))</tr>
      </thead>
      <tbody>
      \(study.weightPath.indices.map(row).lines)
      </tbody>
      </table>
      </div>
      <details>
      <summary>The numbers of the calibration</summary>
      <div class="table" role="region" aria-label="The numbers of the calibration" tabindex="0">
      <table id="bins">
      <caption>Held-out rows by predicted probability, for \
      q = \(study.calibration.positiveWeight.shown).</caption>
      <thead><tr><th scope="col">probabilities</th><th scope="col">bin</th>\
      <th scope="col">rows</th><th scope="col">mean prediction</th>\
      <th scope="col">share of positives</th></tr></thead>
      <tbody>
      \(bins(study.calibration.before, "raw").lines)
      \(bins(study.calibration.after, "calibrated").lines)
      </tbody>
      </table>
      </div>
      </details>
      </section>
      """
  }

  private static let headings = [
    "q", "recall", "precision", "F1", "MCC", "log loss", "calibration error", "threshold", "recall",
    "precision", "F1",
  ]

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
    let weightCells: [Markup] = [
      withSpread(point, .recall), withSpread(point, .precision), number(point.pooled[.f1]),
      number(point.pooled[.matthewsCorrelation]), number(point.calibrated[.logLoss]),
      number(point.calibrated[.calibrationError]),
    ]
    let unweightedCells = [Metric.recall, .precision, .f1].map { number(unweighted.pooled[$0]) }
    return """
      <tr\(isChosen ? " class=\"chosen\"" : "" as Markup)>\
      <th scope="row"><data value="\(weight)">\(point.positiveWeight.shown)</data>\(choice)</th>\
      \(weightCells.map { "<td>\($0)</td>" as Markup })<td class="unweighted first">\
      <data value="\("\(unweighted.threshold)")">\(unweighted.threshold.formatted(3))</data></td>\
      \(unweightedCells.map { "<td class=\"unweighted\">\($0)</td>" as Markup })</tr>
      """
  }

  private func bins(_ curve: ReliabilityCurve, _ title: String) -> [Markup] {
    curve.bins.map { bin in
      """
      <tr><th scope="row">\(title)</th><td>\(bin.interval)</td>\
      <td><data value="\("\(bin.weight)")">\(bin.rows)</data></td>\
      <td>\(number(bin.meanPrediction))</td><td>\(number(bin.positiveRate))</td></tr>
      """
    }
  }

  private func withSpread(_ point: TradeoffPoint, _ metric: Metric) -> Markup {
    guard let spread = point.spread(of: metric) else { return number(point.pooled[metric]) }
    // There is no deviation of one value.
    let deviation: Markup = spread.count > 1 ? "± \(number(spread.standardDeviation))" : ""
    let folds: Markup =
      spread.count < study.settings.folds
      ? " (\(spread.count) of \(study.settings.folds) folds)" : ""
    return "\(number(point.pooled[metric])) <span class=\"spread\">\(deviation)\(folds)</span>"
  }

  /// A rounded number, with all its digits as an attribute for programs.
  func number(_ value: Double?) -> Markup {
    guard let value else { return "<span class=\"spread\">undefined</span>" }
    let digits = "\(value)"
    return "<data value=\"\(digits)\">\(value.fixed(3))</data>"
  }
}
