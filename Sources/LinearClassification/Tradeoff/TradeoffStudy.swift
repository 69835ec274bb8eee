// SPDX-License-Identifier: Apache-2.0
/// A cross-validated study of positive weights: the recall and precision of held-out rows.
///
/// It compares each weight with the alternative on the same folds: an unweighted model with the
/// threshold 1 / (1 + q). It encodes to JSON.
public struct TradeoffStudy: Codable, Hashable, Sendable {
  /// The settings of a study.
  public struct Settings: Codable, Hashable, Sendable {
    /// The positive weights. A study sorts them and removes repetitions.
    public var positiveWeights: [Double]
    /// Whether the study goes on beyond the last weight if none reaches the goal: five weights a
    /// decade, for at most two decades, as long as they help. A goal of precision needs smaller
    /// weights, so it goes on below the first.
    public var extendsPath: Bool
    /// The number of folds.
    public var folds: Int
    /// The seed of the division into folds.
    public var seed: UInt64
    /// The names of the folds, in the order of ``TradeoffPoint/folds``, if they were given; nil if
    /// the study divided the rows.
    public internal(set) var foldNames: [String]?
    /// λ, the penalty of each fit. In a study that chooses it, the chosen one.
    public var l2: Double
    /// Whether the study chooses the penalty; see ``PenaltySearch``.
    public var choosesPenalty: Bool
    /// The goal, if the study should recommend a weight or a threshold for it.
    public var goal: TradeoffGoal?
    /// The probability with which the goal shall hold on as many new rows, from 0.5 to below 1; nil
    /// means that the goal holds on the held-out rows, without a margin.
    public var confidence: Double?
    /// The costs, if the study should recommend a weight or a threshold for them.
    public var costs: TradeoffCosts?

    /// Settings with the given weights, such as ``TradeoffStudy/defaultPath(targets:weights:)``.
    public init(
      positiveWeights: [Double], extendsPath: Bool = false, folds: Int = 5, seed: UInt64 = 0,
      l2: Double = 1, choosesPenalty: Bool = false, goal: TradeoffGoal? = nil,
      confidence: Double? = nil, costs: TradeoffCosts? = nil
    ) {
      self.positiveWeights = positiveWeights
      self.extendsPath = extendsPath
      self.folds = folds
      self.seed = seed
      self.l2 = l2
      self.choosesPenalty = choosesPenalty
      self.goal = goal
      self.confidence = confidence
      self.costs = costs
    }

    /// Throws an error if a setting is out of range. Call it before reading data.
    package func check() throws(ClassificationError) {
      if positiveWeights.isEmpty {
        throw .invalidSetting(name: "the number of weights", value: "0", expected: "at least 1")
      }
      if goal != nil && costs != nil {
        throw .invalidSetting(
          name: "the aim", value: "both", expected: "a goal or costs")
      }
      guard let confidence else { return }
      guard goal != nil else {
        throw .invalidSetting(
          name: "the confidence", value: confidence, expected: "given together with a goal")
      }
      guard confidence >= 0.5, confidence < 1 else {
        throw .invalidSetting(
          name: "the confidence", value: confidence, expected: "at least 0.5 and below 1",
          isShare: true)
      }
    }
  }

  /// A point of the precision–recall curve of the unweighted model.
  public struct CurvePoint: Codable, Hashable, Sendable {
    /// The threshold on the probability.
    public let threshold: Double
    /// The recall of the held-out rows.
    public let recall: Double
    /// The precision of the held-out rows.
    public let precision: Double
  }

  /// The reliability of the probabilities of a weighted model, raw and calibrated.
  public struct CalibrationComparison: Codable, Hashable, Sendable {
    /// The weight.
    public let positiveWeight: Double
    /// The raw probabilities, σ(x).
    public let before: ReliabilityCurve
    /// The calibrated probabilities, σ(x - log q).
    public let after: ReliabilityCurve
    /// The raw probabilities, in bins by rank.
    public let rankedBefore: ReliabilityCurve
    /// The calibrated probabilities, in bins by rank.
    public let rankedAfter: ReliabilityCurve
  }

  /// The settings, with the weights in ascending order.
  public let settings: Settings
  /// The number of rows of weight above 0.
  public let rowCount: Int
  /// The number of positive rows among them.
  public let positiveCount: Int
  /// A point for each weight: models trained with it, and the threshold 1/2. The weight of a
  /// recommendation is one of them, between those of the settings or of the extension.
  public let weightPath: [TradeoffPoint]
  /// A point for each weight: unweighted models, and the threshold 1 / (1 + q).
  public let thresholdPath: [TradeoffPoint]
  /// The precision–recall curve of the unweighted models, at most 300 points.
  public let unweightedCurve: [CurvePoint]
  /// The calibration of the best weight, or without a recommendation of the one farthest from 1.
  public let calibration: CalibrationComparison
  /// The recommendation, if there is a goal or there are costs.
  public let recommendation: Recommendation?
  /// The metrics of the recommended model and threshold, or without a recommendation of the weight
  /// of ``chosenIndex``.
  public let chosenEvaluation: Evaluation
  /// The decisions of that model at other thresholds.
  public let decisions: DecisionCurve
  /// How the penalty was chosen; nil if it was given.
  public let penaltySearch: PenaltySearch?

  /// The index in ``weightPath`` of the best weight for the goal or the costs, or without them of
  /// the weight with the highest F1; nil if F1 is undefined for each.
  public var chosenIndex: Int? {
    if let recommendation {
      return weightPath.firstIndex { $0.positiveWeight == recommendation.weight.positiveWeight }
    }
    return Self.highestF1(weightPath)
  }

  /// The index of the first point of the highest F1; nil if F1 is undefined for each.
  static func highestF1(_ path: [TradeoffPoint]) -> Int? {
    let scores = path.indices.compactMap { index in
      path[index].pooled[.f1].map { (index: index, score: $0) }
    }
    return scores.max { ($0.score, $1.index) < ($1.score, $0.index) }?.index
  }
}
