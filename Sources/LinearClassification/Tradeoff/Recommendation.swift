// SPDX-License-Identifier: Apache-2.0
/// The decision that a study recommends for a goal or for costs: a weight or a threshold.
public struct Recommendation: Codable, Hashable, Sendable {
  /// A model and a threshold, with its results on the held-out rows.
  public struct Candidate: Codable, Hashable, Sendable {
    /// q, the positive weight in training.
    public let positiveWeight: Double
    /// The threshold on the probabilities σ(x).
    public let threshold: Double
    /// The counts of all held-out rows together.
    public let confusion: ConfusionMatrix
    /// The recall of the held-out rows.
    public let recall: Double?
    /// The precision of the held-out rows.
    public let precision: Double?
    /// The spread of the recall over the folds.
    public let recallSpread: Spread?
    /// The spread of the precision over the folds.
    public let precisionSpread: Spread?
    /// Whether it reaches the goal, with the confidence if there is one; true for costs.
    public let isReached: Bool
    /// The probability that the goal holds on as many new rows; nil without a goal.
    public let probability: Double?
    /// The cost of the errors; nil without costs.
    public let cost: Double?

    /// False positives / true positives; nil without true positives.
    public var falseAlarmsPerCatch: Double? {
      confusion.truePositives > 0 ? confusion.falsePositives / confusion.truePositives : nil
    }

    init(_ point: TradeoffPoint, _ aim: Aim) {
      positiveWeight = point.positiveWeight
      threshold = point.threshold
      confusion = point.pooled.confusion
      recall = point.pooled[.recall]
      precision = point.pooled[.precision]
      recallSpread = point.spread(of: .recall)
      precisionSpread = point.spread(of: .precision)
      isReached = aim.isReached(point.pooled.confusion)
      probability = aim.probability(point.pooled.confusion)
      cost = aim.costs?.total(point.pooled.confusion)
    }
  }

  /// Which of the two is recommended.
  public enum Verdict: String, Codable, Hashable, Sendable {
    /// A model that is trained with the weight, and the threshold 1/2.
    case weight
    /// An unweighted model and a threshold.
    case threshold
  }

  /// How much more the weight achieves than the threshold: a difference of precision or recall, the
  /// metric that the goal leaves open, or of cost.
  public struct Difference: Codable, Hashable, Sendable {
    /// The weight's value less the threshold's, for all held-out rows together.
    public let value: Double
    /// Its standard error, from the differences in each fold; nil if fewer than two are defined.
    public let standardError: Double?
  }

  /// The goal, if there is one.
  public let goal: TradeoffGoal?
  /// The probability with which the goal shall hold on new rows, if there is one.
  public let confidence: Double?
  /// The costs, if there are any.
  public let costs: TradeoffCosts?
  /// The best weight, or if none reaches the goal the one that comes closest.
  public let weight: Candidate
  /// The best threshold of an unweighted model; nil if none reaches the goal.
  public let threshold: Candidate?
  /// The one to use; nil if neither reaches the goal.
  ///
  /// If both reach it, the weight must be better than the threshold by more than a standard error,
  /// because the probabilities of an unweighted model need no correction.
  public let verdict: Verdict?
  /// The difference of the two, if both reach the goal.
  public let difference: Difference?
  /// The unweighted model with ``TradeoffCosts/bayesThreshold``; nil without costs.
  public let bayes: Candidate?
  /// If no weight reaches the goal, the weights to try next: a factor of 100 beyond the end of the
  /// path in the direction of the goal. Nil if the goal is reached, if the model at that end flags
  /// no row, or if the metric has not improved over the last decade of the path.
  public let furtherWeights: ClosedRange<Double>?
  /// The largest weight of the path, if the goal needs larger ones but they have stopped helping,
  /// or the smallest for a goal that needs smaller ones.
  public let exhaustedWeight: Double?

  /// The candidate to use; nil if neither reaches the goal.
  public var recommended: Candidate? {
    switch verdict {
    case .weight: weight
    case .threshold: threshold
    case nil: nil
    }
  }

  init(
    _ aims: (weight: Aim, threshold: Aim), weight: TradeoffPoint, threshold: TradeoffPoint?,
    bayes: TradeoffPoint?, path: [TradeoffPoint]
  ) {
    let aim = aims.weight
    (goal, confidence, costs) = (aim.goal, aim.confidence, aim.costs)
    self.weight = Candidate(weight, aim)
    self.threshold = threshold.map { Candidate($0, aims.threshold) }
    self.bayes = bayes.map { Candidate($0, aims.threshold) }
    let isReached = self.weight.isReached
    let difference = isReached ? threshold.flatMap { aim.difference(weight, $0) } : nil
    self.difference = difference
    verdict =
      switch (isReached, threshold) {
      case (false, nil): nil
      case (true, nil): .weight
      case (false, _): .threshold
      case (true, _):
        difference.map {
          (aim.costs == nil ? $0.value : -$0.value) > ($0.standardError ?? 0)
        } ?? false ? .weight : .threshold
      }
    let end = isReached ? nil : aim.goal.flatMap { PathEnd(of: path, towards: $0) }
    exhaustedWeight = end.flatMap { $0.isExhausted ? $0.weight : nil }
    furtherWeights = end.flatMap { $0.isExhausted ? nil : $0.further }
  }
}
