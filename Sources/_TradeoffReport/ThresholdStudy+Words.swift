// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

extension ThresholdStudy {
  /// The threshold and what it is, in a few words.
  package var verdict: String {
    let title =
      switch (settings.goal, settings.costs, isReached) {
      case (nil, nil, _): "highest F1"
      case (nil, _?, _): "lowest cost"
      case (_?, _, true): "recommended"
      case (_?, _, false): "comes closest"
      }
    let asked = settings.goal.map { " for \($0.title)" } ?? ""
    return "\(title): threshold \(threshold.shown)\(asked)"
  }

  /// What the threshold gives, in sentences.
  package var reason: String {
    let counts = evaluation.confusion
    var sentences: [String] = []
    if let goal = settings.goal {
      let asked = "\(goal.metric.title) of at least \(goal.minimum.shown)"
      if isReached, let confidence = settings.confidence {
        sentences.append(
          "The threshold reaches a \(asked), and does so on as many new rows with probability "
            + "\(confidence.shown).")
      } else if isReached, let share = spreads.shareReachingGoal {
        sentences.append(
          "The threshold reaches a \(asked) with the highest \(goal.price.title), and still "
            + "reaches it in \((100 * share).formatted(3)) % of the resamples.")
      } else {
        sentences.append(
          "No threshold reaches a \(asked)"
            + (settings.confidence.map { " with probability \($0.shown)." } ?? "."))
      }
    } else if let costs = settings.costs {
      sentences.append(
        "With costs of \(costs.miss.shown) for a miss and \(costs.alarm.shown) for a false alarm "
          + "its errors cost \(costs.total(evaluation.confusion).formatted(6)). For calibrated "
          + "probabilities the threshold of lowest expected cost is "
          + "\(costs.bayesThreshold.formatted(3)).")
    } else {
      sentences.append("There is no goal. Ask for a recall or a precision to get a recommendation.")
    }
    func perThousand(_ count: Double) -> String { (1000 * count / counts.total).formatted(3) }
    sentences.append(
      "Of 1,000 rows it flags \(perThousand(counts.alarms)), "
        + "finds \(perThousand(counts.truePositives)) "
        + "positives and misses \(perThousand(counts.falseNegatives)).")
    return sentences.joined(separator: " ")
  }
}
