// SPDX-License-Identifier: Apache-2.0
extension Recommendation {
  /// The recommendation in words.
  func words(path: [TradeoffPoint]) -> String {
    let asked = "\(goal.metric.title) of at least \(goal.minimum.shown)"
    let range =
      "from \((path.first?.positiveWeight ?? 1).shown) to \((path.last?.positiveWeight ?? 1).shown)"
    let weight = positiveWeight.shown
    var sentences: [String] = []
    switch (isReached, path.count) {
    case (true, 1): sentences.append("The weight q = \(weight) reaches a \(asked).")
    case (true, _):
      sentences.append(
        "Of the weights \(range), q = \(weight) reaches a \(asked) with the highest \(goal.price.title)."
      )
    case (false, 1):
      sentences.append("The weight q = \(weight) does not reach a \(asked).")
    case (false, _):
      sentences.append("No weight \(range) reaches a \(asked); q = \(weight) comes closest.")
    }
    if let furtherWeights {
      let isUpwards = furtherWeights.lowerBound == path.last?.positiveWeight
      let (start, end) =
        isUpwards
        ? (furtherWeights.lowerBound, furtherWeights.upperBound)
        : (furtherWeights.upperBound, furtherWeights.lowerBound)
      sentences.append(
        "\(isUpwards ? "Larger" : "Smaller") ones may: go on from \(start.shown) to \(end.shown).")
    }
    sentences.append(
      "On held-out rows recall is \(described(recall, recallSpread)) and precision \(described(precision, precisionSpread))."
    )
    if let falseAlarmsPerCatch {
      sentences.append(
        "Each positive caught comes with \(falseAlarmsPerCatch.formatted(3)) false alarms.")
    }
    if let rival {
      sentences.append(
        "The rival, an unweighted model with the threshold \(rival.threshold.formatted(3)), \(isReached ? "has" : "does reach it, with") recall \(rival.recall.formatted(3)) and precision \(rival.precision.formatted(3)) on the same rows."
      )
    } else if isReached {
      sentences.append("No threshold of an unweighted model reaches it.")
    } else {
      sentences.append(
        "No threshold of an unweighted model reaches it either: the target \(furtherWeights == nil ? "is" : "may be") out of reach of this model on these data."
      )
    }
    return sentences.joined(separator: " ")
  }

  private func described(_ value: Double?, _ spread: Spread?) -> String {
    guard let value else { return "undefined" }
    guard let spread else { return value.formatted(3) }
    return
      "\(value.formatted(3)) (\(spread.lowest.formatted(3)) to \(spread.highest.formatted(3)) over the folds)"
  }
}
