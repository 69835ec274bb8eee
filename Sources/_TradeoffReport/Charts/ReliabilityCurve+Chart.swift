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
    chart.addKey("bins of rows", "weighted", mark: .circle)
    chart.addKey("perfectly calibrated", "diagonal")
    return chart
  }

  /// The same on logarithmic axes, for bins by rank. A bin without positives is at the bottom.
  var logarithmicChart: Chart {
    let values = bins.flatMap { [$0.meanPrediction, $0.positiveRate] }.filter { $0 >= 1e-12 }
    let low = (values.min() ?? 0.1) / 2
    let high = min(1, (values.max() ?? 1) * 2)
    let domain = min(low, high / 10)...high
    var chart = Chart(
      x: (.logarithmic, domain), xTitle: "predicted probability (logarithmic)",
      y: (.logarithmic, domain), yTitle: "share of positives (logarithmic)")
    chart.addLine([(domain.lowerBound, domain.lowerBound), (high, high)], "diagonal")
    func place(_ bin: Bin) -> Chart.Point {
      (
        max(bin.meanPrediction, domain.lowerBound), max(bin.positiveRate, domain.lowerBound)
      )
    }
    func tip(_ bin: Bin) -> String {
      "\(bin.interval): \(bin.rows) rows, predicted \(bin.meanPrediction.significant), "
        + "positive \(bin.positiveRate.significant)"
    }
    let (some, none) = (bins.filter { $0.positiveRate > 0 }, bins.filter { $0.positiveRate == 0 })
    chart.addLine(some.map(place), "weighted")
    chart.addMarks(some.map { (place($0), tip($0)) }, .circle, "weighted")
    chart.addMarks(none.map { (place($0), tip($0)) }, .square, "unweighted")
    chart.addCounts(bins.map { (place($0).x, $0.compactRows) })
    chart.addKey("bins of rows", "weighted", mark: .circle)
    if !none.isEmpty { chart.addKey("no positives", "unweighted", line: false, mark: .square) }
    chart.addKey("calibrated", "diagonal")
    return chart
  }

  /// The description of the chart.
  var chartDescription: String {
    let points = bins.map {
      "predicted \($0.meanPrediction.significant), positive \($0.positiveRate.significant), "
        + "\($0.rows) rows"
    }
    return "From low to high: \(points.joined(separator: "; "))."
  }
}

extension ReliabilityCurve.Bin {
  /// The range of the probabilities in the bin.
  var interval: String { "\(lowerBound.formatted(3)) to \(upperBound.formatted(3))" }

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
