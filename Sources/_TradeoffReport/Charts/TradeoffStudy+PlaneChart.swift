// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension TradeoffStudy {
  /// Precision against recall: the path of weights, and the thresholds of the unweighted model on
  /// the same rows.
  var planeChart: Chart {
    let weighted = weightPath.compactMap(Self.placed)
    let moved = thresholdPath.compactMap(Self.placed)
    let alternative = recommendation?.threshold.flatMap(Self.placed)
    let goal = recommendation?.goal
    // The axes cover both paths, the alternative and the goal. The curve may continue beyond the
    // frame.
    var recalls = (weighted + moved).map(\.point.x) + [alternative?.point.x].compactMap { $0 }
    var precisions = (weighted + moved).map(\.point.y) + [alternative?.point.y].compactMap { $0 }
    if let goal {
      if goal.metric == .recall {
        recalls.append(goal.minimum)
      } else {
        precisions.append(goal.minimum)
      }
    }
    var chart = Chart(
      x: (.linear, .shares(recalls)), xTitle: "recall", y: .shares(precisions), yTitle: "precision")
    if let goal {
      if goal.metric == .recall {
        chart.addVertical(goal.minimum, goal.title, "goal")
      } else {
        chart.addHorizontal(goal.minimum, goal.title, "goal")
      }
    }
    chart.addLine(unweightedCurve.map { ($0.recall, $0.precision) }, "unweighted")
    chart.addMarks(
      moved.map {
        ($0.point, "threshold \($0.value.threshold.shown) of the unweighted model: \($0.tip)")
      },
      .square, "unweighted")
    chart.addLine(weighted.map { $0.point }, "weighted")
    chart.addMarks(
      weighted.map { ($0.point, "q = \($0.value.positiveWeight.shown): \($0.tip)") }, .circle,
      "weighted")
    if let alternative {
      let title = "\(thresholdTitle), \(alternative.value.title)"
      chart.addMarks([(alternative.point, "\(title): \(alternative.tip)")], .diamond, "chosen")
      chart.addLabel(
        "threshold \(alternative.value.threshold.formatted(3))", beside: alternative.point,
        "unweighted")
    }
    for index in labelledIndices {
      guard let placed = Self.placed(weightPath[index]) else { continue }
      let isChosen = index == chosenIndex
      if isChosen {
        chart.addMarks([(placed.point, "\(choiceTitle): \(placed.tip)")], .ring, "chosen")
      }
      chart.addLabel(
        "q = \(weightPath[index].positiveWeight.shown)", beside: placed.point,
        isChosen ? "chosen" : "weighted")
    }
    chart.addKey("weight q, threshold ½", "weighted", mark: .circle)
    chart.addKey("no weight, threshold 1/(1+q)", "unweighted", mark: .square)
    return chart
  }

  /// The description of the chart.
  var planeChartDescription: String {
    func place(_ point: TradeoffPoint) -> String {
      "recall \(point.pooled[.recall].words), precision \(point.pooled[.precision].words) "
        + "for q = \(point.positiveWeight.shown)"
    }
    var text = "The path of the weights"
    if let first = weightPath.first, let last = weightPath.last {
      text += " starts at \(place(first)) and ends at \(place(last))"
    }
    text += ". The curve of the unweighted model is beside it."
    if let chosenIndex, let placed = Self.placed(weightPath[chosenIndex]) {
      text +=
        " Marked as \(choiceTitle) is q = \(placed.value.positiveWeight.shown): \(placed.tip)."
    }
    if let alternative = recommendation?.threshold.flatMap(Self.placed) {
      text += " Marked as \(thresholdTitle) is the \(alternative.value.title): \(alternative.tip)."
    }
    return text
  }

  private var thresholdTitle: String {
    recommendation?.verdict == .threshold ? "recommended" : "best threshold"
  }

  /// The ends of the path and the chosen point have a label.
  private var labelledIndices: [Int] {
    Set([weightPath.indices.first, weightPath.indices.last, chosenIndex].compactMap { $0 }).sorted()
  }

  /// The coordinates and the tip of a point; nil if a metric is undefined.
  private static func placed(
    _ value: TradeoffPoint
  ) -> (value: TradeoffPoint, point: Chart.Point, tip: String)? {
    guard let recall = value.pooled[.recall], let precision = value.pooled[.precision] else {
      return nil
    }
    return (value, (recall, precision), tip(recall, precision))
  }

  private static func placed(
    _ value: Recommendation.Candidate
  ) -> (value: Recommendation.Candidate, point: Chart.Point, tip: String)? {
    guard let recall = value.recall, let precision = value.precision else { return nil }
    return (value, (recall, precision), tip(recall, precision))
  }

  private static func tip(_ recall: Double, _ precision: Double) -> String {
    "recall \(recall.fixed(3)), precision \(precision.fixed(3))"
  }
}
