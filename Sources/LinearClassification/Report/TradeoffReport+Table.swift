// SPDX-License-Identifier: Apache-2.0
extension TradeoffReport {
  /// All numbers of the two paths, and those of the calibration.
  var table: Markup {
    let folds = study.settings.folds
    return """
      <section aria-labelledby="numbers">
      <h2 id="numbers">The numbers</h2>
      <p class="note" id="numbers-note">± is the standard deviation over the \(folds) folds. Log loss and calibration error are those of the corrected probabilities.</p>
      <div class="table" role="region" aria-labelledby="numbers" tabindex="0">
      <table id="paths" aria-labelledby="numbers" aria-describedby="numbers-note">
      <thead>
      <tr><td></td><th scope="colgroup" colspan="6">trained with weight q, threshold ½</th><th class="first" scope="colgroup" colspan="4">trained without, threshold moved</th></tr>
      <tr>\(Self.headings.map { "<th scope=\"col\"\($0.isFirst ? " class=\"first\"" : "" as Markup)>\($0.title)</th>" as Markup })</tr>
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
      <caption>Held-out rows by predicted probability, for q = \(study.calibration.positiveWeight.shown).</caption>
      <thead><tr><th scope="col">probabilities</th><th scope="col">bin</th><th scope="col">rows</th><th scope="col">mean prediction</th><th scope="col">share of positives</th></tr></thead>
      <tbody>
      \(bins(study.calibration.before, "as they are").lines)
      \(bins(study.calibration.after, "corrected by log q").lines)
      </tbody>
      </table>
      </div>
      </details>
      </section>
      """
  }

  private static let headings: [(title: String, isFirst: Bool)] = [
    ("q", false), ("recall", false), ("precision", false), ("F1", false), ("MCC", false),
    ("log loss", false),
    ("calibration error", false), ("threshold", true), ("recall", false), ("precision", false),
    ("F1", false),
  ]

  private func row(_ index: Int) -> Markup {
    let point = study.weightPath[index]
    let rival = study.thresholdPath[index]
    let isChosen = index == study.chosenIndex
    let weight = "\(point.positiveWeight)"
    // The choice is said in words too, not only shown.
    let choice: Markup = isChosen ? "<span class=\"choice\">\(study.choiceTitle)</span>" : ""
    let weightCells: [Markup] = [
      withSpread(point, .recall), withSpread(point, .precision), number(point.pooled[.f1]),
      number(point.pooled[.matthewsCorrelation]), number(point.calibrated[.logLoss]),
      number(point.calibrated[.calibrationError]),
    ]
    let rivalCells: [Markup] = [
      number(rival.pooled[.recall]), number(rival.pooled[.precision]), number(rival.pooled[.f1]),
    ]
    return
      "<tr\(isChosen ? " class=\"chosen\"" : "" as Markup)><th scope=\"row\"><data value=\"\(weight)\">\(point.positiveWeight.shown)</data>\(choice)</th>\(weightCells.map { "<td>\($0)</td>" as Markup })<td class=\"rival first\"><data value=\"\("\(rival.threshold)")\">\(rival.threshold.formatted(3))</data></td>\(rivalCells.map { "<td class=\"rival\">\($0)</td>" as Markup })</tr>"
  }

  private func bins(_ curve: ReliabilityCurve, _ title: String) -> [Markup] {
    curve.bins.map { bin in
      "<tr><th scope=\"row\">\(title)</th><td>\(bin.interval)</td><td><data value=\"\("\(bin.weight)")\">\(bin.rows)</data></td><td>\(number(bin.meanPrediction))</td><td>\(number(bin.positiveRate))</td></tr>"
    }
  }

  private func withSpread(_ point: TradeoffPoint, _ metric: Metric) -> Markup {
    guard let spread = point.spread(of: metric) else { return number(point.pooled[metric]) }
    let deviation = "\(spread.standardDeviation)"
    return
      "\(number(point.pooled[metric])) <span class=\"spread\">± <data value=\"\(deviation)\">\(spread.standardDeviation.fixed(3))</data></span>"
  }

  /// A number for reading, with all its digits for a program.
  func number(_ value: Double?) -> Markup {
    guard let value else { return "<span class=\"spread\">undefined</span>" }
    let digits = "\(value)"
    return "<data value=\"\(digits)\">\(value.fixed(3))</data>"
  }
}
