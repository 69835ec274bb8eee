// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

extension TradeoffStudy {
  /// The title of the chosen point.
  package var choiceTitle: String {
    guard let recommendation else { return "highest F1" }
    return recommendation.isReached ? "recommended" : "comes closest"
  }

  /// The reason for the chosen point.
  package var reason: String {
    guard let recommendation else {
      return "There is no goal, and so no recommendation; of the weights tried, this one has the "
        + "highest F1. Ask for a recall or a precision to get a recommendation."
    }
    let goal = recommendation.goal
    let asked = "\(goal.metric.title) of at least \(goal.minimum.shown)"
    let weight = recommendation.positiveWeight.shown
    var sentences: [String] = []
    switch (recommendation.isReached, weightPath.count) {
    case (true, 1): sentences.append("The weight q = \(weight) reaches a \(asked).")
    case (true, _):
      sentences.append(
        "Of the weights \(range), q = \(weight) reaches a \(asked) with the highest "
          + "\(goal.price.title).")
    case (false, 1): sentences.append("The weight q = \(weight) does not reach a \(asked).")
    case (false, _):
      sentences.append("No weight \(range) reaches a \(asked); q = \(weight) comes closest.")
    }
    if let further = recommendation.furtherWeights {
      sentences.append(
        further.lowerBound == weightPath.last?.positiveWeight
          ? "Larger weights may; try \(further.lowerBound.shown) to \(further.upperBound.shown)."
          : "Smaller weights may; try \(further.upperBound.shown) to \(further.lowerBound.shown).")
    }
    let recall = Self.described(recommendation.recall, recommendation.recallSpread)
    let precision = Self.described(recommendation.precision, recommendation.precisionSpread)
    sentences.append("On held-out rows recall is \(recall) and precision \(precision).")
    if let falseAlarms = recommendation.falseAlarmsPerCatch {
      sentences.append("Each positive caught comes with \(falseAlarms.formatted(3)) false alarms.")
    }
    sentences.append(Self.words(of: recommendation))
    return sentences.joined(separator: " ")
  }

  private static func words(of recommendation: Recommendation) -> String {
    guard let alternative = recommendation.alternative else {
      return "No threshold of an unweighted model reaches it"
        + (recommendation.isReached
          ? "."
          : " either: the goal \(recommendation.furtherWeights == nil ? "is" : "may be") out of "
            + "reach of this model on these data.")
    }
    return "Alternative: an unweighted model with threshold \(alternative.threshold.formatted(3)) "
      + "\(recommendation.isReached ? "has" : "reaches it, with") recall "
      + "\(alternative.recall.formatted(3)) and precision \(alternative.precision.formatted(3)) "
      + "on the same rows."
  }

  private var range: String {
    "from \((weightPath.first?.positiveWeight ?? 1).shown) "
      + "to \((weightPath.last?.positiveWeight ?? 1).shown)"
  }

  private static func described(_ value: Double?, _ spread: Spread?) -> String {
    guard let value else { return "undefined" }
    guard let spread else { return value.formatted(3) }
    return "\(value.formatted(3)) (\(spread.lowest.formatted(3)) to "
      + "\(spread.highest.formatted(3)) over the folds)"
  }
}

extension TradeoffGoal {
  /// `recall ≥ 0.95`
  package var title: String { "\(metric.title) ≥ \(minimum.shown)" }
}
