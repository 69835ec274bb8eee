// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension DecisionCurve {
  private var total: Double { positives + negatives }

  /// Whether positives are so rare that shares need a logarithmic axis.
  var isRare: Bool { positives / total < Self.rareShare }

  static let rareShare = 0.05

  /// The share of all cases that are alarms.
  func alarmRate(_ index: Int) -> Double {
    (points[index].truePositives + points[index].falsePositives) / total
  }

  /// Precision over the share of positives; nil without alarms.
  func lift(_ index: Int) -> Double? {
    positives > 0 ? confusion(index).precision.map { $0 / (positives / total) } : nil
  }

  /// The points with alarms, and the end at which every case is one.
  private var path: [(rate: Double, recall: Double, lift: Double, threshold: Double?)] {
    points.indices.compactMap { index in
      guard let lift = lift(index), let recall = confusion(index).recall else { return nil }
      return (alarmRate(index), recall, lift, points[index].threshold)
    } + [(1, 1, 1, nil)]
  }

  private var rateAxis: (Axis.Scale, ClosedRange<Double>) {
    guard isRare, let least = path.map(\.rate).min(), least < 0.5 else { return (.linear, 0...1) }
    return (.logarithmic, least...1)
  }

  private var rateTitle: String {
    "share of cases that are alarms" + (rateAxis.0 == .logarithmic ? " (logarithmic)" : "")
  }

  /// Recall against the share of the cases that are alarms.
  var gainChart: Chart {
    let axis = rateAxis
    var chart = Chart(x: axis, xTitle: rateTitle, y: 0...1, yTitle: "share of positives caught")
    let low = axis.1.lowerBound
    let random = (0...60).map { step -> Chart.Point? in
      let share = Double(step) / 60
      let rate =
        axis.0 == .linear ? share : (low.decimalLogarithm * (1 - share)).powerOfTen
      return (rate, rate)
    }
    chart.addLine(random, "diagonal")
    let start: [Chart.Point?] = axis.0 == .linear ? [(0, 0)] : []
    chart.addLine(start + path.map { ($0.rate, $0.recall) }, "weighted")
    addChoice(to: &chart) { $0.recall }
    chart.addKey("by score", "weighted")
    chart.addKey("in random order", "diagonal")
    return chart
  }

  /// Lift against the share of the cases that are alarms.
  var liftChart: Chart {
    let highest = max(2, path.map(\.lift).max() ?? 2)
    var chart = Chart(
      x: rateAxis, xTitle: rateTitle,
      y: isRare ? (.logarithmic, 1...(highest * 1.1)) : (.linear, 0...(highest * 1.05)),
      yTitle: "lift")
    chart.addLine([(rateAxis.1.lowerBound, 1), (1, 1)], "diagonal")
    chart.addLine(path.map { ($0.rate, $0.lift) }, "weighted")
    addChoice(to: &chart) { $0.lift }
    chart.addKey("by score", "weighted")
    chart.addKey("in random order", "diagonal")
    return chart
  }

  /// Precision against recall.
  var planeChart: Chart {
    let shown = points.indices.compactMap { index -> Chart.Point? in
      let counts = confusion(index)
      return counts.recall.flatMap { recall in counts.precision.map { (recall, $0) } }
    }
    var chart = Chart(
      x: (.linear, .shares(shown.map(\.x))), xTitle: "recall", y: .shares(shown.map(\.y)),
      yTitle: "precision")
    chart.addLine(shown, "weighted")
    let counts = confusion(chosenIndex)
    if let recall = counts.recall, let precision = counts.precision {
      let threshold = "threshold \(points[chosenIndex].threshold.shown)"
      chart.addMarks(
        [
          (
            (recall, precision),
            "\(threshold): recall \(recall.significant), precision \(precision.significant)"
          )
        ], .diamond, "chosen")
      chart.addLabel(threshold, beside: (recall, precision), "chosen")
    }
    chart.addKey("thresholds of the scores", "weighted")
    return chart
  }

  var planeDescription: String {
    let counts = confusion(chosenIndex)
    return "At the threshold \(points[chosenIndex].threshold.shown) recall is "
      + "\(counts.recall?.significant ?? "undefined") and precision "
      + "\(counts.precision?.significant ?? "undefined")."
  }

  private func addChoice(
    to chart: inout Chart, _ value: ((rate: Double, recall: Double, lift: Double)) -> Double
  ) {
    guard let lift = lift(chosenIndex), let recall = confusion(chosenIndex).recall else { return }
    let rate = alarmRate(chosenIndex)
    let point = (rate, value((rate, recall, lift)))
    chart.addMarks(
      [
        (
          point,
          "threshold \(points[chosenIndex].threshold.shown): "
            + "alarms \((100 * rate).formatted(3)) %, recall \(recall.significant), "
            + "lift \(lift.formatted(3))"
        )
      ], .diamond, "chosen")
    chart.addLabel("chosen", beside: point, "chosen")
  }

  var gainDescription: String { "\(described { "\($0.recall.significant) of the positives" })." }

  var liftDescription: String { "\(described { "a lift of \($0.lift.formatted(3))" })." }

  private func described(
    _ words: ((rate: Double, recall: Double, lift: Double)) -> String
  ) -> String {
    let path = path
    let shown = Set((0...5).map { $0 * (path.count - 1) / 5 }).sorted()
    return shown.map { index in
      let point = path[index]
      return "With alarms for \((100 * point.rate).formatted(3)) % of the cases: "
        + words((point.rate, point.recall, point.lift))
    }.joined(separator: "; ")
  }
}
