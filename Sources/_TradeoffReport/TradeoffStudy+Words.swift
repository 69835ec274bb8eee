// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

extension TradeoffStudy {
  /// The title of the chosen point of the path.
  package var choiceTitle: String {
    guard let recommendation else { return "highest F1" }
    if recommendation.verdict == .weight { return "recommended" }
    return recommendation.weight.isReached ? "best weight" : "comes closest"
  }

  /// The recommendation in a few words, or what the chosen point is.
  package var verdict: String? {
    guard let recommendation else {
      return chosenIndex.map { "highest F1: q = \(weightPath[$0].positiveWeight.shown)" }
    }
    let aim = recommendation.goal.map { " for \($0.title)" } ?? " for the least cost"
    return switch recommendation.verdict {
    case .weight: "recommended\(aim): the weight \(recommendation.weight.title)"
    case .threshold:
      "recommended\(aim): no weight, \(recommendation.threshold?.title ?? "")"
    case nil: "comes closest\(aim): \(recommendation.weight.title)"
    }
  }

  /// The reason for the recommendation or the chosen point, and what it promises.
  package var reason: String {
    guard let recommendation else {
      return "There is no goal, and so no recommendation; of the weights tried, this one has the "
        + "highest F1. Ask for a recall or a precision, or give costs, to get a recommendation."
    }
    let chosen = recommendation.recommended ?? recommendation.weight
    return [
      comparison(recommendation), results(chosen, recommendation), further(recommendation),
      promise(chosen, recommendation),
    ].compactMap { $0 }.joined(separator: " ")
  }

  /// Why the weight or the threshold is better.
  private func comparison(_ recommendation: Recommendation) -> String {
    let weight = recommendation.weight
    guard weight.isReached, let threshold = recommendation.threshold else {
      return unreached(recommendation)
    }
    let (quantity, values) =
      if let goal = recommendation.goal {
        (
          goal.price.title,
          [weight, threshold].map {
            Self.formatted(goal.price == .recall ? $0.recall : $0.precision)
          }
        )
      } else { ("cost", [weight, threshold].map { Self.formatted($0.cost, 6) }) }
    let digits = recommendation.goal == nil ? 6 : 3
    let error = recommendation.difference?.standardError.map { " ± \($0.formatted(2))" } ?? ""
    let difference = recommendation.difference.map {
      ", a difference of \(abs($0.value).formatted(digits))\(error)"
    }
    let isBetter = recommendation.goal == nil ? "costs less" : "has the higher \(quantity)"
    let isMeasurable = recommendation.difference.map {
      abs($0.value) > $0.standardError ?? 0
    }
    switch (recommendation.verdict, isMeasurable ?? false) {
    case (.weight, _):
      return "The weight \(isBetter): \(values[0]) against \(values[1]) of an unweighted model "
        + "with \(threshold.title)\(difference ?? "")."
    case (_, true):
      return "The threshold of an unweighted model \(isBetter): \(values[1]) against \(values[0]) "
        + "of the weight \(weight.title)\(difference ?? "")."
    case (_, false):
      return "The weight \(weight.title) and the threshold of an unweighted model do not differ "
        + "measurably: \(quantity) \(values[0]) and \(values[1])\(difference ?? ""). The threshold "
        + "is preferred, because its probabilities need no correction."
    }
  }

  private func unreached(_ recommendation: Recommendation) -> String {
    let weight = recommendation.weight
    let asked =
      (recommendation.goal.map { "a \($0.metric.title) of at least \($0.minimum.shown)" } ?? "")
      + (recommendation.confidence.map { " with the probability \($0.shown) on new rows" } ?? "")
    if weight.isReached {
      return
        "The weight \(weight.title) reaches \(asked); no threshold of an unweighted model does."
    }
    let path = weightPath.map(\.positiveWeight)
    let tried =
      path.count == 1
      ? "The weight \(weight.title) does not reach \(asked)."
      : "No weight from \((path.first ?? 1).shown) to \((path.last ?? 1).shown) reaches \(asked); "
        + "\(weight.title) comes closest."
    return recommendation.threshold == nil
      ? "\(tried) No threshold of an unweighted model reaches it either."
      : "\(tried) A threshold of an unweighted model reaches it."
  }

  private func results(_ chosen: Recommendation.Candidate, _ recommendation: Recommendation)
    -> String
  {
    let recall = described(chosen.recall, chosen.recallSpread)
    let precision = described(chosen.precision, chosen.precisionSpread)
    let sentence = "On held-out rows recall is \(recall) and precision \(precision)."
    guard let falseAlarms = chosen.falseAlarmsPerCatch else { return sentence }
    return "\(sentence) Each positive caught comes with \(falseAlarms.formatted(3)) false alarms."
  }

  private func further(_ recommendation: Recommendation) -> String? {
    let last = weightPath.last?.positiveWeight
    if let range = recommendation.furtherWeights {
      return range.lowerBound == last
        ? "Larger weights may reach it; try \(range.lowerBound.shown) to \(range.upperBound.shown)."
        : "Smaller weights may reach it; try \(range.upperBound.shown) to "
          + "\(range.lowerBound.shown)."
    }
    guard let exhausted = recommendation.exhaustedWeight else {
      return recommendation.recommended == nil
        ? "The goal is out of reach of this model on these data." : nil
    }
    return "\(exhausted == last ? "Larger" : "Smaller") weights have stopped helping."
  }

  private func promise(
    _ chosen: Recommendation.Candidate, _ recommendation: Recommendation
  ) -> String? {
    if let costs = recommendation.costs, let bayes = recommendation.bayes {
      return "A check: if probabilities are calibrated, the threshold \(costs.alarm.shown) / "
        + "(\(costs.miss.shown) + \(costs.alarm.shown)) = \(bayes.threshold.formatted(3)) costs "
        + "least; for the unweighted model it costs \(Self.formatted(bayes.cost, 6)). The least "
        + "cost was chosen on the held-out rows, so expect a little more on new rows."
    }
    guard recommendation.recommended != nil, let probability = chosen.probability else {
      return nil
    }
    let chance = "on as many new rows it holds with a probability of about \(probability.fixed(2))"
    return recommendation.confidence == nil
      ? "The goal is met on the held-out rows without a margin; \(chance). A confidence adds a "
        + "margin."
      : "The goal has a margin: \(chance)."
  }

  /// The folds in a few words.
  package var foldWords: String {
    settings.foldNames == nil
      ? "\(settings.folds) stratified folds, seed \(settings.seed)"
      : "the \(settings.folds) folds of the data"
  }

  private func described(_ value: Double?, _ spread: Spread?) -> String {
    guard let value else { return "undefined" }
    guard let spread else { return value.formatted(3) }
    let range = "\(spread.lowest.formatted(3)) to \(spread.highest.formatted(3))"
    if spread.count == settings.folds { return "\(value.formatted(3)) (\(range) over the folds)" }
    return "\(value.formatted(3)) (\(spread.count > 1 ? "\(range) " : "")in \(spread.count) of "
      + "\(settings.folds) folds; the others raise no alarm)"
  }

  private static func formatted(_ value: Double?, _ digits: Int = 3) -> String {
    value?.formatted(digits) ?? "undefined"
  }
}

extension TradeoffGoal {
  /// `recall ≥ 0.95`
  package var title: String { "\(metric.title) ≥ \(minimum.shown)" }
}

extension Recommendation.Candidate {
  /// `q = 3.98`, or `threshold 0.121` for an unweighted model whose threshold moves.
  package var title: String {
    threshold == 0.5 ? "q = \(positiveWeight.shown)" : "threshold \(threshold.shown)"
  }
}
