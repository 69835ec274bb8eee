// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// The precision–recall plane: the path of weights, and what thresholds of the unweighted model reach on the same rows.
  var planeChart: Chart {
    let weighted = weightPath.compactMap(Self.placed)
    let moved = thresholdPath.compactMap(Self.placed)
    let rival = recommendation?.rival
    let goal = recommendation?.goal
    // The axes show both paths, the rival and the goal; the curve goes beyond the frame.
    var recalls = (weighted + moved).map(\.point.x) + [rival?.recall].compactMap { $0 }
    var precisions = (weighted + moved).map(\.point.y) + [rival?.precision].compactMap { $0 }
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
    chart.addLine(unweightedCurve.map { ($0.recall, $0.precision) }, "rival")
    chart.addMarks(
      moved.map {
        ($0.point, "threshold \($0.value.threshold.shown) of the unweighted model: \($0.tip)")
      },
      .square, "rival")
    chart.addLine(weighted.map { $0.point }, "weighted")
    chart.addMarks(
      weighted.map { ($0.point, "q = \($0.value.positiveWeight.shown): \($0.tip)") }, .circle,
      "weighted")
    if let rival {
      let point = (rival.recall, rival.precision)
      chart.addMarks(
        [
          (
            point,
            "threshold \(rival.threshold.shown), the rival: \(Self.tip(rival.recall, rival.precision))"
          )
        ],
        .diamond, "chosen")
      chart.addLabel("threshold \(rival.threshold.formatted(3))", beside: point, "rival")
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
    chart.addKey("no weight, threshold 1/(1+q)", "rival", mark: .square)
    return chart
  }

  /// The chart in words.
  var planeChartDescription: String {
    var text = "The path of the weights"
    if let first = weightPath.first, let last = weightPath.last {
      text +=
        " starts at recall \(first.pooled[.recall].words), precision \(first.pooled[.precision].words) for q = \(first.positiveWeight.shown) and ends at recall \(last.pooled[.recall].words), precision \(last.pooled[.precision].words) for q = \(last.positiveWeight.shown)"
    }
    text += "; the curve of the unweighted model runs beside it."
    if let chosenIndex, let placed = Self.placed(weightPath[chosenIndex]) {
      text +=
        " Marked as \(choiceTitle) is q = \(weightPath[chosenIndex].positiveWeight.shown): \(placed.tip)."
    }
    if let rival = recommendation?.rival {
      text +=
        " The rival that meets the goal is the threshold \(rival.threshold.shown): \(Self.tip(rival.recall, rival.precision))."
    }
    return text
  }

  /// The ends of the path and the chosen point get a label.
  private var labelledIndices: [Int] {
    Set([weightPath.indices.first, weightPath.indices.last, chosenIndex].compactMap { $0 }).sorted()
  }

  /// Where a point is in the plane, and what to say about it; nil where it has no place.
  private static func placed(
    _ value: TradeoffPoint
  ) -> (value: TradeoffPoint, point: Chart.Point, tip: String)? {
    guard let recall = value.pooled[.recall], let precision = value.pooled[.precision] else {
      return nil
    }
    return (value, (recall, precision), tip(recall, precision))
  }

  private static func tip(_ recall: Double, _ precision: Double) -> String {
    "recall \(recall.fixed(3)), precision \(precision.fixed(3))"
  }
}
