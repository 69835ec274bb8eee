// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// The reliability of probabilities: in bins of equal width, or if positives are rare in bins by
/// rank on logarithmic axes.
struct CalibrationFigure {
  /// Unique in the document.
  let id: String
  let title: String
  let equalWidth: ReliabilityCurve
  let ranked: ReliabilityCurve
  let isRare: Bool
  /// A sentence about these probabilities.
  var note = ""

  /// The bins that are drawn.
  var bins: ReliabilityCurve { isRare ? ranked : equalWidth }

  var markup: Markup {
    let error = equalWidth.expectedCalibrationError.significant
    let bins =
      isRare
      ? "Each bin has half of the remaining rows, up to those with the highest probabilities."
      : "Above the frame: the rows in each bin, to which the area of a mark is proportional."
    return .figure(
      id, title, isRare ? ranked.logarithmicChart : equalWidth.chart,
      "Calibration error \(error). " + self.bins.chartDescription,
      ["Calibration error \(error).", bins, note].filter { !$0.isEmpty }.joined(separator: " "))
  }

  /// The numbers of several figures.
  static func table(_ id: String, _ caption: String, _ figures: [(String, CalibrationFigure)])
    -> Markup
  {
    """
    <div class="table" role="region" aria-label="The numbers of the calibration" tabindex="0">
    <table id="\(id)">
    <caption>\(caption)</caption>
    <thead><tr><th scope="col">probabilities</th><th scope="col">bin</th>\
    <th scope="col">rows</th><th scope="col">mean prediction</th>\
    <th scope="col">share of positives</th></tr></thead>
    <tbody>
    \(figures.flatMap { title, figure in figure.bins.bins.map { row($0, title) } }.lines)
    </tbody>
    </table>
    </div>
    """
  }

  private static func row(_ bin: ReliabilityCurve.Bin, _ title: String) -> Markup {
    """
    <tr><th scope="row">\(title)</th><td>\(bin.interval)</td>\
    <td><data value="\("\(bin.weight)")">\(bin.rows)</data></td>\
    <td>\(Markup.number(bin.meanPrediction))</td><td>\(Markup.number(bin.positiveRate))</td></tr>
    """
  }
}
