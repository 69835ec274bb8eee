// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// The point of the weight path to go on with: the recommended one, or without a goal the one with the highest F1.
  package var chosenIndex: Int? {
    if let recommendation {
      return weightPath.firstIndex { $0.positiveWeight == recommendation.positiveWeight }
    }
    let scores = weightPath.indices.compactMap { index in
      weightPath[index].pooled[.f1].map { (index: index, score: $0) }
    }
    // The first of equals.
    return scores.max { ($0.score, $1.index) < ($1.score, $0.index) }?.index
  }

  /// What is said of that point, in a word or two.
  package var choiceTitle: String {
    guard let recommendation else { return "highest F1" }
    return recommendation.isReached ? "recommended" : "comes closest"
  }

  /// Why there is no recommendation.
  package static let noGoal =
    "No goal was given, so there is no recommendation; of the weights tried, this one has the highest F1. Ask for a recall or a precision to get one."
}

extension TradeoffGoal {
  /// `recall ≥ 0.95`
  package var title: String { "\(metric.title) ≥ \(minimum.shown)" }
}
