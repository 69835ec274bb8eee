extension Recommendation {
  /// The recommendation in words.
  func words(path: [TradeoffPoint]) -> String {
    let asked = "\(goal.metric.title) of at least \(goal.minimum.formatted(3))"
    let range =
      "from \((path.first?.positiveWeight ?? 1).formatted(3)) to \((path.last?.positiveWeight ?? 1).formatted(3))"
    let weight = positiveWeight.formatted(3)
    var sentences: [String] = []
    switch (isReached, path.count) {
    case (true, 1): sentences.append("The weight q = \(weight) reaches a \(asked).")
    case (true, _):
      sentences.append(
        "Of the weights \(range), q = \(weight) reaches a \(asked) with the highest \(goal.price.title).")
    case (false, 1):
      sentences.append("The weight q = \(weight) does not reach a \(asked).")
    case (false, _):
      sentences.append(
        "No weight \(range) reaches a \(asked): the target is out of reach of this model on these data. q = \(weight) comes closest."
      )
    }
    sentences.append(
      "On held-out rows recall is \(described(recall, recallSpread)) and precision \(described(precision, precisionSpread))."
    )
    if let falseAlarmsPerCatch {
      sentences.append("Each positive caught comes with \(falseAlarmsPerCatch.formatted(3)) false alarms.")
    }
    if let rival {
      sentences.append(
        "The rival, an unweighted model with the threshold \(rival.threshold.formatted(3)), has recall \(rival.recall.formatted(3)) and precision \(rival.precision.formatted(3)) on the same rows."
      )
    } else {
      sentences.append("No threshold of an unweighted model reaches it either.")
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
