// SPDX-License-Identifier: Apache-2.0
/// What a recommendation optimises: a goal, with or without a confidence, or costs.
struct Aim {
  let goal: TradeoffGoal?
  private(set) var confidence: Double?
  let costs: TradeoffCosts?
  /// How many times as large as binomial the variance of a held-out share is, at least 1.
  private var inflation = 1.0
  /// The effective number of rows for a weight of 1, for recall and for precision.
  private let effectiveCount: (positives: Double, rows: Double)

  /// Nil without a goal and costs.
  init?(_ settings: TradeoffStudy.Settings, _ labels: Classifier.Labels) {
    self.init(
      goal: settings.goal, confidence: settings.confidence, costs: settings.costs, labels)
  }

  /// Nil without a goal and costs.
  init?(
    goal: TradeoffGoal?, confidence: Double?, costs: TradeoffCosts?, _ labels: Classifier.Labels
  ) {
    guard goal != nil || costs != nil else { return nil }
    self.goal = goal
    self.confidence = confidence
    self.costs = costs
    let weights = labels.weights
    let positive = weights.map { zip($0, labels.targets).filter { $1 == 1 }.map(\.0) }
    effectiveCount = (
      positive.map(NewRows.effectiveCount) ?? 1, weights.map(NewRows.effectiveCount) ?? 1
    )
  }

  /// The aim with the variance of cross-validation at a point.
  ///
  /// The models of k folds share training rows, and so errors. The variance of their mean is that
  /// of a fold times 1/k + 1/(k - 1) instead of 1/k, where 1/(k - 1) is the ratio of test rows to
  /// training rows (Nadeau and Bengio, *Inference for the Generalization Error*, Machine Learning
  /// 2003). The shares of the folds may also vary more than binomial ones: the ratio is Pearson's
  /// X² over the degrees of freedom (McCullagh and Nelder, *Generalized Linear Models*, 1989,
  /// section 4.5). The larger of the two counts.
  func crossValidated(as point: TradeoffPoint) -> Self {
    let foldCount = Double(point.folds.count)
    guard foldCount > 1 else { return self }
    var aim = self
    aim.inflation = 1 + foldCount / (foldCount - 1)
    guard let pooled = counts(point.pooled.confusion), pooled.hits > 0, pooled.hits < pooled.all
    else { return aim }
    let share = pooled.hits / pooled.all
    let folds = point.folds.compactMap { counts($0.confusion) }
    guard folds.count > 1 else { return aim }
    let statistic = folds.reduce(0) { sum, fold in
      let difference = fold.hits - share * fold.all
      return sum + difference * difference / (fold.all * share * (1 - share))
    }
    aim.inflation = max(aim.inflation, statistic / Double(folds.count - 1))
    return aim
  }

  /// The effective numbers of the rows that the goal counts, and of those that it counts among; nil
  /// without a goal, and without such rows.
  private func counts(_ confusion: ConfusionMatrix) -> (hits: Double, all: Double)? {
    guard let goal else { return nil }
    let hits = confusion.truePositives
    let (scale, all) =
      goal.metric == .recall
      ? (effectiveCount.positives, hits + confusion.falseNegatives)
      : (effectiveCount.rows, hits + confusion.falsePositives)
    return all > 0 ? (scale * hits, scale * all) : nil
  }

  /// The probability that the goal holds on as many new rows; nil if that is undefined.
  func probability(_ confusion: ConfusionMatrix) -> Double? {
    guard let goal, let (hits, all) = counts(confusion) else { return nil }
    return NewRows.probability(
      of: goal.minimum, successes: hits / inflation, trials: all / inflation, newTrials: all)
  }

  /// Whether the counts reach the goal, with the confidence if there is one.
  func isReached(_ confusion: ConfusionMatrix) -> Bool {
    guard let goal else { return true }
    guard goal.isReached(by: goal.metric == .recall ? confusion.recall : confusion.precision) else {
      return false
    }
    return confidence.map { probability(confusion) ?? 0 >= $0 } ?? true
  }

  /// What is maximised among the candidates that reach the goal.
  func merit(_ confusion: ConfusionMatrix) -> Double {
    if let costs { return -costs.total(confusion) }
    return (goal?.metric == .recall ? confusion.precision : confusion.recall) ?? 0
  }

  /// The aim without the confidence.
  var withoutMargin: Self {
    var aim = self
    aim.confidence = nil
    return aim
  }

  /// The first of the best points that reach the goal; nil if none does.
  func best(of points: [TradeoffPoint]) -> TradeoffPoint? {
    best(of: points) { $0.pooled.confusion }
  }

  /// The first of the best candidates that reach the goal; nil if none does.
  func best<Candidate>(
    of candidates: [Candidate], _ confusion: (Candidate) -> ConfusionMatrix
  ) -> Candidate? {
    let merits = candidates.map { merit(confusion($0)) }
    // The probabilities take longer, so the best candidates come first.
    let order = candidates.indices.sorted { (merits[$0], $1) > (merits[$1], $0) }
    return order.first { isReached(confusion(candidates[$0])) }.map { candidates[$0] }
  }

  /// The point that is closest to the goal. Of equals it is the one of the highest merit, then the
  /// one of the largest weight. If no row is flagged, larger weights are closer.
  func closest(of path: [TradeoffPoint]) -> TradeoffPoint? {
    guard let goal else { return nil }
    func rank(_ point: TradeoffPoint) -> (Double, Double, Double, Double) {
      let counts = point.pooled.confusion
      return (
        point.pooled[goal.metric] ?? -1, probability(counts) ?? -1, merit(counts),
        point.positiveWeight
      )
    }
    return path.max { rank($0) < rank($1) }
  }

  /// How much more the weight achieves than the threshold.
  func difference(
    _ weight: TradeoffPoint, _ threshold: TradeoffPoint
  ) -> Recommendation.Difference? {
    func value(_ evaluation: Evaluation) -> Double? {
      if let costs { return costs.total(evaluation.confusion) }
      return goal.flatMap { evaluation[$0.price] }
    }
    guard let first = value(weight.pooled), let second = value(threshold.pooled) else { return nil }
    let differences = zip(weight.folds, threshold.folds).compactMap { weighted, moved in
      value(weighted).flatMap { first in value(moved).map { first - $0 } }
    }
    // A cost is the sum over the folds, a metric about their mean.
    let scale = Double(differences.count).squareRoot()
    return Recommendation.Difference(
      value: first - second,
      standardError: differences.count < 2
        ? nil
        : Spread(differences).map {
          costs == nil ? $0.standardDeviation / scale : $0.standardDeviation * scale
        })
  }
}
