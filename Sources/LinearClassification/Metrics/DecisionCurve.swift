// SPDX-License-Identifier: Apache-2.0
/// The decisions of one classifier at several thresholds, counted on the same rows.
public struct DecisionCurve: Codable, Hashable, Sendable {
  /// The rows that are predicted positive at a threshold.
  public struct Point: Codable, Hashable, Sendable {
    /// A row is predicted positive if its score is at least this number.
    public let threshold: Double
    /// The weight of the positive rows that are predicted positive.
    public let truePositives: Double
    /// The weight of the negative rows that are predicted positive.
    public let falsePositives: Double
  }

  /// The weight of the positive rows.
  public let positives: Double
  /// The weight of the negative rows.
  public let negatives: Double
  /// Points in descending order of the threshold, at most 200.
  public let points: [Point]
  /// The index of the threshold that was chosen.
  public let chosenIndex: Int

  static let limit = 200

  /// - Parameters:
  ///   - chosen: The chosen threshold with its counts.
  ///   - threshold: The threshold that selects the rows of a point and above; nil if there is
  ///     none.
  init(_ ranking: Ranking, chosen: Evaluation, threshold: (Ranking.Point) -> Double?) {
    let rows = ranking.rows
    (positives, negatives) = (rows.original(ranking.positives), rows.original(ranking.negatives))
    let choice = Point(
      threshold: chosen.threshold, truePositives: chosen.confusion.truePositives,
      falsePositives: chosen.confusion.falsePositives)
    let others = ranking.usefulPoints(atMost: Self.limit - 1).compactMap { point in
      threshold(point).map {
        Point(
          threshold: $0, truePositives: rows.original(point.truePositives),
          falsePositives: rows.original(point.falsePositives))
      }
    }.filter {
      $0.threshold != choice.threshold
        && ($0.truePositives, $0.falsePositives) != (choice.truePositives, choice.falsePositives)
    }
    let above = others.prefix { $0.threshold > choice.threshold }
    points = above + [choice] + others.dropFirst(above.count)
    chosenIndex = above.count
  }

  /// The counts at a point.
  public func confusion(_ index: Int) -> ConfusionMatrix {
    let point = points[index]
    return ConfusionMatrix(
      truePositives: point.truePositives, falsePositives: point.falsePositives,
      trueNegatives: negatives - point.falsePositives,
      falseNegatives: positives - point.truePositives)
  }
}

/// What the scores of one classifier give on rows with known targets: decisions at several
/// thresholds, and the reliability of the probabilities.
public struct ScoreProfile: Codable, Hashable, Sendable {
  /// The decisions.
  public let decisions: DecisionCurve
  /// The reliability of the probabilities in bins of equal width.
  public let reliability: ReliabilityCurve
  /// The reliability of the probabilities in bins by rank; see ``ReliabilityCurve``.
  public let rankedReliability: ReliabilityCurve
}

extension ScoreProfile {
  /// - Parameters:
  ///   - rows: The log odds of the probabilities.
  ///   - ranking: The ranking of the rows by what the threshold applies to; nil if that is the
  ///     probability.
  ///   - chosen: The metrics at the threshold.
  init(_ rows: LabelledScores, ranking: Ranking? = nil, chosen: Evaluation) {
    let own = Ranking(rows)
    decisions =
      if let ranking {
        DecisionCurve(ranking, chosen: chosen, threshold: \.score)
      } else {
        DecisionCurve(own, chosen: chosen, threshold: Ranking.shortestThreshold)
      }
    reliability = ReliabilityCurve(rows) { rows.logits[$0].logistic }
    rankedReliability = ReliabilityCurve(rankedBy: own) { $0.logistic }
  }
}

extension Classifier.Predictions {
  /// What the predictions give, from the labels of the rows.
  ///
  /// - Parameter chosen: Their ``evaluation(of:)``.
  package func profile(
    of labels: Classifier.Labels, chosen: Evaluation
  ) throws(ClassificationError) -> ScoreProfile {
    ScoreProfile(
      try LabelledScores(logits: logits, targets: labels.targets, weights: labels.weights),
      chosen: chosen)
  }
}

extension ScoreModel {
  /// What scores give, from the labels of their rows.
  ///
  /// - Parameter chosen: Their ``evaluation(scores:targets:weights:)``.
  package func profile(
    scores: [Double], of labels: Classifier.Labels, chosen: Evaluation
  ) throws(ClassificationError) -> ScoreProfile {
    let ranked = try LabelledScores(
      logits: scores, targets: labels.targets, weights: labels.weights)
    return ScoreProfile(
      try labelled(scores, labels.targets, labels.weights), ranking: Ranking(ranked),
      chosen: chosen)
  }
}
