// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

extension ThresholdStudy {
  /// Runs a study.
  ///
  /// - Parameters:
  ///   - scores: n scores of one classifier.
  ///   - kind: What the scores are.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  ///   - folds: The fold of each row, if they are given; then the number of folds of the settings
  ///     does not count.
  ///   - settings: The settings.
  ///   - threads: The maximum number of threads; nil means all processors.
  ///   - monitor: Receives the number of complete resamples, and may cancel the study.
  /// - Throws: ``ClassificationError`` if an argument does not match its description, or a class
  ///   has no rows, or with a calibration fewer rows than there are folds.
  /// - Complexity: O(n log n + k n) time for k resamples, O(n) memory for each thread. The result
  ///   has the same bits for any number of threads.
  public init(
    scores: [Double], kind: ScoreKind, targets: [Double], weights: [Double]? = nil,
    folds: Folds? = nil, settings: Settings, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    guard settings.resamples >= 2 else {
      throw .invalidSetting(
        name: "the number of resamples", value: settings.resamples, expected: "at least 2")
    }
    try TradeoffStudy.Settings(
      positiveWeights: [1], goal: settings.goal, confidence: settings.confidence,
      costs: settings.costs
    ).check()
    let logits = try kind.logits(scores)
    let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
    _ = try ClassSums(targets: targets, weights: weights)
    // Ranked by the scores themselves, so that a threshold is exactly one of them.
    let ranked = try LabelledScores(logits: scores, targets: targets, weights: weights)
    let ranking = Ranking(ranked)
    let curve = RankingCurve(ranking)
    let labels = Classifier.Labels(targets: targets, weights: weights)
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)
    var settings = settings
    settings.folds = folds?.names.count ?? settings.folds
    settings.foldNames = folds?.names
    self.settings = settings
    scoreKind = kind
    let aim = Aim(
      goal: settings.goal, confidence: settings.confidence, costs: settings.costs, labels)
    let choice = Choice(aim: aim)
    let reaching = choice.best(curve)
    let chosen = reaching ?? choice.closest(curve)
    isReached = reaching != nil
    threshold = curve.thresholds[chosen]
    let evaluation = try Evaluation(
      rows, areas: curve.areas, decidingBy: scores, threshold: curve.thresholds[chosen])
    self.evaluation = evaluation
    profile = ScoreProfile(rows, ranking: ranking, chosen: evaluation)
    self.curve = ranking.usefulPoints(atMost: 300).map {
      CurvePoint(threshold: $0.score, recall: ranking.recall($0), precision: $0.precision)
    }
    spreads = try Self.spreads(
      StratifiedBootstrap(ranked, curve: curve), Choice(aim: aim?.withoutMargin), chosen, settings,
      threads, monitor)
    let map = try settings.calibration.map { method throws(ClassificationError) in
      try ScoreCalibration(method, logits: logits, targets: targets, weights: weights)
    }
    model = ScoreModel(scoreKind: kind, calibration: map, threshold: curve.thresholds[chosen])
    calibration = try settings.calibration.map { method throws(ClassificationError) in
      let heldOut = try ScoreCalibration.heldOutProbabilities(
        method, logits: logits, targets: targets, weights: weights, folds: settings.folds,
        seed: settings.seed, givenFolds: folds)
      let calibrated = try LabelledScores(
        logits: LogOdds.logits(ofProbabilities: heldOut), targets: targets, weights: weights)
      return Calibration(
        before: evaluation,
        after: try Evaluation(
          calibrated, decidingBy: scores, threshold: curve.thresholds[chosen]),
        reliabilityBefore: ReliabilityCurve(rows) { logits[$0].logistic },
        reliabilityAfter: ReliabilityCurve(calibrated) { heldOut[$0] },
        rankedReliabilityAfter: ReliabilityCurve(rankedBy: Ranking(calibrated)) { $0.logistic })
    }
  }

  private static func spreads(
    _ bootstrap: StratifiedBootstrap, _ choice: Choice, _ chosen: Int, _ settings: Settings,
    _ threads: Int?, _ monitor: TrainingMonitor
  ) throws(ClassificationError) -> Spreads {
    struct Outcome {
      var recall, precision, threshold: Double?
      var reaches: Bool
    }
    var generator = SplitMix64(state: settings.seed)
    let seeds = (0..<settings.resamples).map { _ in generator.next() }
    var outcomes: [Outcome] = []
    // In batches, so that the study can be cancelled.
    for start in stride(from: 0, to: seeds.count, by: 64) {
      if monitor.isCancelled() { throw .cancelled }
      let batch = Array(seeds[start..<min(start + 64, seeds.count)])
      outcomes += WorkerThreads.map(batch, threads: threads ?? WorkerThreads.processorCount) {
        let curve = bootstrap.resample(seed: $0)
        return Outcome(
          recall: curve.recall(chosen), precision: curve.definedPrecision(chosen),
          threshold: choice.best(curve).map { curve.thresholds[$0] },
          reaches: choice.isReached(curve, chosen))
      }
      monitor.progress(.fits(done: outcomes.count, total: seeds.count))
    }
    guard let recall = BootstrapInterval(outcomes.compactMap(\.recall)) else { throw .noRows }
    return Spreads(
      recall: recall, precision: BootstrapInterval(outcomes.compactMap(\.precision)),
      threshold: BootstrapInterval(outcomes.compactMap(\.threshold)),
      shareReachingGoal: settings.goal == nil
        ? nil : Double(outcomes.count(where: \.reaches)) / Double(outcomes.count))
  }

  /// How a study chooses a point of a curve.
  private struct Choice: Sendable {
    /// Nil for the highest F1.
    let aim: Aim?

    /// The point that reaches the goal at the lowest cost, or has the highest F1; the first of
    /// equals. Nil if none reaches the goal.
    func best(_ curve: RankingCurve) -> Int? {
      var best: (index: Int, merit: Double)?
      for index in curve.thresholds.indices {
        let merit = merit(curve, index)
        if merit > best?.merit ?? -.infinity, isReached(curve, index) { best = (index, merit) }
      }
      return best?.index
    }

    func isReached(_ curve: RankingCurve, _ index: Int) -> Bool {
      aim?.isReached(curve.confusion(index)) ?? true
    }

    /// The point whose metric is nearest to the goal.
    func closest(_ curve: RankingCurve) -> Int {
      guard let goal = aim?.goal else { return 0 }
      func rank(_ index: Int) -> (Double, Double) {
        let confusion = curve.confusion(index)
        let metric = goal.metric == .recall ? confusion.recall : confusion.precision
        return (metric ?? -1, merit(curve, index))
      }
      return curve.thresholds.indices.max { rank($0) < rank($1) } ?? 0
    }

    private func merit(_ curve: RankingCurve, _ index: Int) -> Double {
      let confusion = curve.confusion(index)
      return aim?.merit(confusion) ?? confusion.f1 ?? 0
    }
  }
}
