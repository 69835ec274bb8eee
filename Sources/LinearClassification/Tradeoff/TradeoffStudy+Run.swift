// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

extension TradeoffStudy {
  /// Runs a study of a table, in its folds if it has a column of them.
  ///
  /// - Throws: ``ClassificationError``, as the study of a matrix, with the row numbers of the
  ///   table.
  public init(
    _ table: TrainingTable, settings: Settings, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        table.features, targets: table.targets, weights: table.weights, folds: table.folds,
        settings: settings, threads: threads, monitor: monitor)
    } catch { throw table.located(error) }
  }

  /// Runs a study of a matrix.
  ///
  /// There is one fit for each fold and weight, including the weights of an extension of the path,
  /// of which there are at most 10, and of a refinement, at most 12. All metrics are computed on
  /// held-out rows.
  ///
  /// - Parameters:
  ///   - features: n rows.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0, for training and metrics; by default 1 each.
  ///   - folds: The fold of each row, if they are given; then the number of folds and the seed of
  ///     the settings do not count.
  ///   - settings: The settings.
  ///   - threads: The maximum number of threads; nil means all processors.
  ///   - monitor: Receives the number of complete fits, and may cancel the study.
  /// - Throws: ``ClassificationError``, as a fit, and if a class has fewer rows than there are
  ///   folds, or given folds are fewer than two or one lacks a class.
  /// - Complexity: O(k m n d²) time for k folds, m weights, n rows and d features; O(t n) memory
  ///   for t threads. The features are not copied.
  public init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil,
    folds: Folds? = nil, settings: Settings, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    var settings = settings
    settings.folds = folds?.names.count ?? settings.folds
    settings.foldNames = folds?.names
    settings.positiveWeights = Array(Set(settings.positiveWeights)).sorted()
    try settings.check()
    let division = try StratifiedFolds(
      checking: features, folds, targets: targets, weights: weights, count: settings.folds,
      seed: settings.seed)
    var fitting = LogisticRegression(l2: settings.l2, threads: threads)
    let path = Set(settings.positiveWeights + [1]).sorted()
    for weight in path {
      fitting.positiveWeight = weight
      try fitting.check()
    }
    let labels = Classifier.Labels(targets: targets, weights: weights)
    let aim = Aim(settings, labels)
    let refinements = aim == nil ? 0 : WeightRefinement.limit
    let extensions = settings.extendsPath && aim?.goal != nil ? PathExtension.limit : 0
    var heldOut = try HeldOutLogits(
      features, targets: targets, weights: weights, fitting: fitting, division: division,
      monitor: monitor)
    penaltySearch =
      settings.choosesPenalty
      ? try PenaltySearch(
        &heldOut, targets: targets, weights: weights, further: path.count + extensions + refinements
      ) : nil
    let l2 = penaltySearch?.l2 ?? settings.l2
    settings.l2 = l2
    self.settings = settings
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)

    let workers = threads ?? WorkerThreads.processorCount
    func setting(_ weight: Double) -> HeldOutLogits.Setting {
      .init(positiveWeight: weight, l2: l2)
    }
    func point(_ weight: Double, _ logits: [Double]) throws(ClassificationError) -> TradeoffPoint {
      try TradeoffPoint(
        positiveWeight: weight, threshold: 0.5, logits: logits, targets: targets, weights: weights,
        folds: division)
    }
    // One weight for each thread at a time: the logits of all would take more memory than the
    // features.
    func points(
      _ weights: [Double], further: Int
    ) throws(ClassificationError) -> [TradeoffPoint] {
      try heldOut.fit(weights.map(setting), further: further)
      var points: [TradeoffPoint] = []
      for first in stride(from: 0, to: weights.count, by: workers) {
        let part = weights[first..<min(first + workers, weights.count)]
        let logits = try heldOut(part.map(setting))
        points += try WorkerThreads.map(Array(zip(part, logits)), threads: workers) {
          (weight, logits) throws(ClassificationError) in try point(weight, logits)
        }
      }
      return points
    }
    var weightPath = try points(path, further: extensions + refinements)
    let unweighted = try heldOut([setting(1)])[0]
    let known = weightPath.first { $0.positiveWeight == 1 }
    let unweightedPoint = if let known { known } else { try point(1, unweighted) }
    weightPath.removeAll { !settings.positiveWeights.contains($0.positiveWeight) }
    let curve = RankingCurve(
      try LabelledScores(logits: unweighted, targets: targets, weights: weights))
    unweightedCurve = curve.points(atMost: 300)
    let probabilities = unweighted.map(\.logistic)
    func thresholdPoint(_ threshold: Double) throws(ClassificationError) -> TradeoffPoint {
      try unweightedPoint.deciding(
        at: threshold, probabilities: probabilities, targets: targets, weights: weights,
        folds: division)
    }

    if let aim {
      var further = refinements
      let heldOutPoint = { (weight: Double) throws(ClassificationError) in
        further -= 1
        try heldOut.fit([setting(weight)], further: further)
        return try point(weight, heldOut([setting(weight)])[0])
      }
      func bestThreshold(_ aim: Aim) throws(ClassificationError) -> TradeoffPoint? {
        guard let threshold = curve.bestThreshold(aim) else { return nil }
        return try thresholdPoint(threshold)
      }
      let plain = aim.withoutMargin
      // A study has at least one point. The variance is that of the point without a margin.
      func typical() -> TradeoffPoint {
        plain.best(of: weightPath) ?? plain.closest(of: weightPath) ?? weightPath[0]
      }
      if settings.extendsPath, let goal = aim.goal {
        var extending = PathExtension(goal: goal)
        while aim.crossValidated(as: typical()).best(of: weightPath) == nil,
          let weights = extending.next(after: weightPath)
        {
          weightPath += try points(weights, further: extending.remaining + refinements)
          weightPath.sort { $0.positiveWeight < $1.positiveWeight }
        }
      }
      let aims = (
        weight: aim.crossValidated(as: typical()),
        threshold: try bestThreshold(plain).map(aim.crossValidated) ?? aim
      )
      let best =
        try WeightRefinement(aim: aims.weight, evaluate: heldOutPoint).best(of: weightPath)
        ?? aims.weight.closest(of: weightPath) ?? weightPath[0]
      let threshold = try bestThreshold(aims.threshold)
      let bayes = try settings.costs.map { costs throws(ClassificationError) in
        try thresholdPoint(costs.bayesThreshold)
      }
      recommendation = Recommendation(
        aims, weight: best, threshold: threshold, bayes: bayes, path: weightPath)
      if !weightPath.contains(where: { $0.positiveWeight == best.positiveWeight }) {
        weightPath.append(best)
        weightPath.sort { $0.positiveWeight < $1.positiveWeight }
      }
    } else {
      recommendation = nil
    }
    self.weightPath = weightPath
    thresholdPath = try WorkerThreads.map(weightPath.map(\.positiveWeight), threads: workers) {
      weight throws(ClassificationError) in
      try thresholdPoint(LogisticModel.equivalentThreshold(positiveWeight: weight))
    }
    let shown =
      recommendation?.weight.positiveWeight
      ?? settings.positiveWeights.max { abs($0.logarithm) < abs($1.logarithm) } ?? 1
    let rows = try LabelledScores(
      logits: try heldOut([setting(shown)])[0], targets: targets, weights: weights)
    let shift = shown.logarithm
    let ranking = shown == 1 ? curve : RankingCurve(rows)
    calibration = CalibrationComparison(
      positiveWeight: shown,
      before: ReliabilityCurve(rows, probabilities: rows.logits.map(\.logistic)),
      after: ReliabilityCurve(rows, probabilities: rows.logits.map { ($0 - shift).logistic }),
      rankedBefore: ReliabilityCurve(rankedBy: ranking, of: rows) { $0.logistic },
      rankedAfter: ReliabilityCurve(rankedBy: ranking, of: rows) { ($0 - shift).logistic })
    let bestWeight = recommendation?.weight.positiveWeight
    let best =
      weightPath.first { $0.positiveWeight == bestWeight }
      ?? weightPath[Self.highestF1(weightPath) ?? 0]
    let chosenWeight: Double
    if let threshold = recommendation?.recommended, recommendation?.verdict == .threshold {
      chosenEvaluation = try thresholdPoint(threshold.threshold).pooled
      chosenWeight = 1
    } else {
      chosenEvaluation = best.pooled
      chosenWeight = best.positiveWeight
    }
    let chosenCurve =
      if chosenWeight == shown { ranking } else if chosenWeight == 1 { curve } else {
        RankingCurve(
          try LabelledScores(
            logits: try heldOut([setting(chosenWeight)])[0], targets: targets, weights: weights))
      }
    decisions = DecisionCurve(
      chosenCurve, of: rows, chosen: chosenEvaluation, threshold: chosenCurve.shortestThreshold)
  }
}

extension RankingCurve {
  /// At most `limit` points of the precision–recall curve, including the last.
  func points(atMost limit: Int) -> [TradeoffStudy.CurvePoint] {
    usefulPoints(atMost: limit).map(point)
  }

  /// The indices of at most `limit` points of the precision–recall curve, including the last.
  func usefulPoints(atMost limit: Int) -> [Int] {
    // Between two positives precision only falls.
    var useful: [Int] = []
    for index in thresholds.indices
    where truePositives[index] > (index > 0 ? truePositives[index - 1] : 0) {
      useful.append(index)
    }
    let step = max(1, (useful.count + limit - 1) / limit)
    return stride(from: (useful.count - 1) % step, to: useful.count, by: step).map { useful[$0] }
  }

  /// The threshold of the highest merit that reaches the goal, as the shortest number that selects
  /// the same rows; nil if none reaches it.
  func bestThreshold(_ aim: Aim) -> Double? {
    let (positives, negatives) = (positives, negatives)
    // The first threshold is above all rows, which may cost least.
    let candidates = (-1..<thresholds.count).map { index in
      let next = index + 1 < thresholds.count ? thresholds[index + 1].logistic : 0
      return (index: index, next: next, probability: index < 0 ? 1 : thresholds[index].logistic)
    }.filter { $0.next < $0.probability }
    let best = aim.best(of: candidates) { candidate in
      let index = candidate.index
      let (hits, alarms) = index < 0 ? (0, 0) : (truePositives[index], falsePositives[index])
      return ConfusionMatrix(
        truePositives: hits, falsePositives: alarms, trueNegatives: negatives - alarms,
        falseNegatives: positives - hits)
    }
    return best.map { Self.shortest(above: $0.next, upTo: $0.probability) }
  }

  /// The shortest threshold on the probability that selects the rows of an index and above; nil if
  /// there is none, because the next row has the same probability.
  func shortestThreshold(_ index: Int) -> Double? {
    let probability = thresholds[index].logistic
    let next = index + 1 < thresholds.count ? thresholds[index + 1].logistic : 0
    return next < probability ? Self.shortest(above: next, upTo: probability) : nil
  }

  private static func shortest(above low: Double, upTo high: Double) -> Double {
    let middle = (low + high) / 2
    for digits in 3..<17 {
      let rounded = middle.rounded(significantDigits: digits)
      if rounded > low, rounded <= high { return rounded }
    }
    return high
  }

  func point(_ index: Int) -> TradeoffStudy.CurvePoint {
    TradeoffStudy.CurvePoint(
      threshold: thresholds[index].logistic, recall: recall(index), precision: precision(index))
  }
}
