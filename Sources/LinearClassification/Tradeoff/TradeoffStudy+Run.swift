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
  /// - Complexity: O(k m n d²) time for k folds, m weights, n rows and d features; O(n) memory for
  ///   any number of threads. The features are not copied.
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
    let parts = HeldOutParts(targets: targets, weights: weights, division: division)
    func setting(_ weight: Double) -> HeldOutLogits.Setting {
      .init(positiveWeight: weight, l2: l2)
    }
    // The logits of all weights would take more memory than the features, so there are those of one
    // at a time.
    func point(_ weight: Double) throws(ClassificationError) -> TradeoffPoint {
      try TradeoffPoint(
        positiveWeight: weight, threshold: 0.5, logits: heldOut(setting(weight)), of: parts,
        threads: workers)
    }
    func ranking(_ weight: Double) throws(ClassificationError) -> Ranking {
      Ranking(try parts.scores(heldOut(setting(weight))))
    }
    func points(
      _ weights: [Double], further: Int
    ) throws(ClassificationError) -> [TradeoffPoint] {
      try heldOut.fit(weights.map(setting), further: further)
      var points: [TradeoffPoint] = []
      for weight in weights { points.append(try point(weight)) }
      return points
    }
    /// The points of the unweighted models with thresholds.
    func thresholdPoints(
      _ thresholds: [Double], of unweighted: TradeoffPoint
    ) throws(ClassificationError) -> [TradeoffPoint] {
      var logits = try heldOut(setting(1))
      for row in logits.indices { logits[row] = logits[row].logistic }
      let probabilities = logits
      return WorkerThreads.map(thresholds, threads: workers) {
        unweighted.deciding(at: $0, probabilities: probabilities, of: parts)
      }
    }
    var weightPath = try points(path, further: extensions + refinements)
    let known = weightPath.first { $0.positiveWeight == 1 }
    let unweighted = if let known { known } else { try point(1) }
    weightPath.removeAll { !settings.positiveWeights.contains($0.positiveWeight) }
    let plain = aim?.withoutMargin
    let plainThreshold: Double?
    (unweightedCurve, plainThreshold) = {
      ($0.curve(atMost: 300), plain.flatMap($0.bestThreshold))
    }(try ranking(1))

    var thresholdPoint: TradeoffPoint?
    if let aim, let plain {
      var further = refinements
      let heldOutPoint = { (weight: Double) throws(ClassificationError) in
        further -= 1
        try heldOut.fit([setting(weight)], further: further)
        return try point(weight)
      }
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
      let plainPoints = try thresholdPoints([plainThreshold].compactMap { $0 }, of: unweighted)
      let aims = (
        weight: aim.crossValidated(as: typical()),
        threshold: plainPoints.first.map(aim.crossValidated) ?? aim
      )
      let best =
        try WeightRefinement(aim: aims.weight, evaluate: heldOutPoint).best(of: weightPath)
        ?? aims.weight.closest(of: weightPath) ?? weightPath[0]
      // The variance matters only for a confidence.
      thresholdPoint = plainPoints.first
      if aim.confidence != nil {
        let threshold = try ranking(1).bestThreshold(aims.threshold)
        thresholdPoint = try thresholdPoints([threshold].compactMap { $0 }, of: unweighted).first
      }
      let bayes = try settings.costs.map { costs throws(ClassificationError) in
        try thresholdPoints([costs.bayesThreshold], of: unweighted)[0]
      }
      recommendation = Recommendation(
        aims, weight: best, threshold: thresholdPoint, bayes: bayes, path: weightPath)
      if !weightPath.contains(where: { $0.positiveWeight == best.positiveWeight }) {
        weightPath.append(best)
        weightPath.sort { $0.positiveWeight < $1.positiveWeight }
      }
    } else {
      recommendation = nil
    }
    self.weightPath = weightPath
    thresholdPath = try thresholdPoints(
      weightPath.map { LogisticModel.equivalentThreshold(positiveWeight: $0.positiveWeight) },
      of: unweighted)
    let shown =
      recommendation?.weight.positiveWeight
      ?? settings.positiveWeights.max { abs($0.logarithm) < abs($1.logarithm) } ?? 1
    let bestWeight = recommendation?.weight.positiveWeight
    let best =
      weightPath.first { $0.positiveWeight == bestWeight }
      ?? weightPath[Self.highestF1(weightPath) ?? 0]
    let chosen =
      if recommendation?.verdict == .threshold, let thresholdPoint { thresholdPoint } else { best }
    chosenEvaluation = chosen.pooled
    func decisions(_ ranking: Ranking) -> DecisionCurve {
      DecisionCurve(ranking, chosen: chosen.pooled, threshold: Ranking.shortestThreshold)
    }
    let ofShown: DecisionCurve?
    (calibration, ofShown) = {
      (
        CalibrationComparison(positiveWeight: shown, $0),
        chosen.positiveWeight == shown ? decisions($0) : nil
      )
    }(try ranking(shown))
    if let ofShown {
      self.decisions = ofShown
    } else {
      self.decisions = decisions(try ranking(chosen.positiveWeight))
    }
  }
}

extension TradeoffStudy.CalibrationComparison {
  init(positiveWeight: Double, _ ranking: Ranking) {
    let rows = ranking.rows
    let shift = positiveWeight.logarithm
    self.positiveWeight = positiveWeight
    before = ReliabilityCurve(rows) { rows.logits[$0].logistic }
    after = ReliabilityCurve(rows) { (rows.logits[$0] - shift).logistic }
    rankedBefore = ReliabilityCurve(rankedBy: ranking) { $0.logistic }
    rankedAfter = ReliabilityCurve(rankedBy: ranking) { ($0 - shift).logistic }
  }
}
