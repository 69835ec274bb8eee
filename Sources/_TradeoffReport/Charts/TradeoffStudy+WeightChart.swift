// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension TradeoffStudy {
  /// Recall and precision of held-out rows against the positive weight.
  var weightChart: Chart {
    let spreads = weightPath.flatMap { [$0.spread(of: .recall), $0.spread(of: .precision)] }
      .compactMap { $0 }
    let values =
      spreads.flatMap { [$0.lowest, $0.highest] }
      + weightPath.flatMap { [$0.pooled[.recall], $0.pooled[.precision]] }.compactMap { $0 }
    let goal = recommendation?.goal
    var chart = Chart(
      x: (.logarithmic, .weights(weightPath.map(\.positiveWeight))),
      xTitle: "positive weight q (logarithmic)",
      y: .shares(values + [goal?.minimum].compactMap { $0 }), yTitle: "recall, precision")
    if let goal { chart.addHorizontal(goal.minimum, goal.title, "goal") }
    if let chosenIndex {
      let weight = weightPath[chosenIndex].positiveWeight
      chart.addVertical(weight, "q = \(weight.shown), \(choiceTitle)", "chosen")
    }
    let series: [(metric: Metric, mark: Mark)] = [(.recall, .circle), (.precision, .square)]
    for (metric, _) in series {
      chart.addBand(
        weightPath.map { point in
          point.spread(of: metric).map { (point.positiveWeight, $0.lowest, $0.highest) }
        }, metric.rawValue)
    }
    for (metric, mark) in series {
      let points = weightPath.map { point in
        point.pooled[metric].map { (point.positiveWeight, $0) }
      }
      chart.addLine(points, metric.rawValue)
      chart.addMarks(
        points.compactMap { point in
          point.map { ($0, "q = \($0.0.shown): \(metric.title) \($0.1.fixed(3))") }
        }, mark, metric.rawValue)
      chart.addKey(metric.title, metric.rawValue, mark: mark, band: true)
    }
    return chart
  }

  /// The description of the chart.
  var weightChartDescription: String {
    let (first, last) = (weightPath.first, weightPath.last)
    func ends(_ metric: Metric) -> String {
      let (start, end) = (first?.pooled[metric], last?.pooled[metric])
      return "\(metric.title) goes from \(start.words) to \(end.words)"
    }
    let range =
      "\((first?.positiveWeight ?? 1).shown) to \((last?.positiveWeight ?? 1).shown)"
    var text =
      "As the positive weight q goes from \(range), \(ends(.recall)) and \(ends(.precision)). "
      + "Bands are the range over the \(settings.folds) folds."
    if let chosenIndex {
      let point = weightPath[chosenIndex]
      text +=
        " Marked as \(choiceTitle) is q = \(point.positiveWeight.shown), with recall "
        + "\(point.pooled[.recall].words) and precision \(point.pooled[.precision].words)."
    }
    return text
  }
}

extension Double? {
  /// Three decimals, or `undefined` for 0/0.
  var words: String { map { $0.fixed(3) } ?? "undefined" }
}
