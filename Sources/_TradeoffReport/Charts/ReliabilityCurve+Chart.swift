// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension ReliabilityCurve {
  /// The rate of positives against the predicted probability, with the number of rows in each bin.
  var chart: Chart {
    var chart = Chart(
      x: (.linear, 0...1), xTitle: "predicted probability", y: 0...1, yTitle: "share of positives")
    chart.addLine([(0, 0), (1, 1)], "diagonal")
    let points = bins.map { Optional(($0.meanPrediction, $0.positiveRate)) }
    chart.addLine(points, "weighted")
    let most = bins.map(\.weight).max() ?? 1
    // The area of a mark is proportional to its rows.
    chart.addMarks(
      bins.map { bin in
        (
          (bin.meanPrediction, bin.positiveRate),
          "\(bin.interval): \(bin.rows) rows, predicted \(bin.meanPrediction.fixed(3)), "
            + "positive \(bin.positiveRate.fixed(3))"
        )
      }, .circle, "weighted", size: { 3 + 6 * (bins[$0].weight / most).squareRoot() })
    chart.addCounts(bins.map { (($0.lowerBound + $0.upperBound) / 2, $0.compactRows) })
    chart.addKey("held-out rows", "weighted", mark: .circle)
    chart.addKey("perfectly calibrated", "diagonal")
    return chart
  }

  /// The description of the chart.
  var chartDescription: String {
    let points = bins.map {
      "predicted \($0.meanPrediction.fixed(2)), positive \($0.positiveRate.fixed(2)), "
        + "\($0.rows) rows"
    }
    return "Expected calibration error \(expectedCalibrationError.fixed(3)). "
      + "From low to high: \(points.joined(separator: "; "))."
  }
}

extension ReliabilityCurve.Bin {
  /// The range of the probabilities in the bin.
  var interval: String { "\(lowerBound.fixed(1)) to \(upperBound.fixed(1))" }

  /// The number of rows in the bin, or their weight if it is not an integer.
  var rows: String {
    weight == weight.rounded() && weight < 1e15 ? Int(weight).grouped : weight.formatted(4)
  }

  /// The number of rows in the bin, in at most five characters.
  var compactRows: String {
    switch weight {
    case ..<1e3: weight.formatted(3)
    case ..<1e6: "\((weight / 1e3).formatted(weight < 1e5 ? 2 : 3))k"
    case ..<1e9: "\((weight / 1e6).formatted(3))M"
    default: weight.formatted(1)
    }
  }
}
