// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

extension TradeoffStudy {
  /// Runs a study of a table.
  ///
  /// - Throws: ``ClassificationError``, as the study of a matrix, with the row numbers of the
  ///   table.
  public init(
    _ table: TrainingTable, settings: Settings, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        table.features, targets: table.targets, weights: table.weights, settings: settings,
        threads: threads, monitor: monitor)
    } catch { throw table.located(error) }
  }

  /// Runs a study of a matrix.
  ///
  /// There is one fit for each fold and weight. All metrics are computed on held-out rows.
  ///
  /// - Parameters:
  ///   - features: n rows.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0, for training and metrics; by default 1 each.
  ///   - settings: The settings.
  ///   - threads: The maximum number of threads; nil means all processors.
  ///   - monitor: Receives the number of complete fits, and may cancel the study.
  /// - Throws: ``ClassificationError``, as a fit, and if a class has fewer rows than there are
  ///   folds.
  /// - Complexity: O(k m n d²) time for k folds, m weights, n rows and d features; O(m n) memory.
  ///   The features are not copied.
  public init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, settings: Settings,
    threads: Int? = nil, monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    var settings = settings
    settings.positiveWeights = Array(Set(settings.positiveWeights)).sorted()
    guard !settings.positiveWeights.isEmpty else {
      throw .invalidSetting(name: "the number of weights", value: "0", expected: "at least 1")
    }
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    // Checks the targets and the weights. There are no logits yet, so they are 0.
    _ = try LabelledScores(logits: targets.map { _ in 0 }, targets: targets, weights: weights)
    let division = try StratifiedFolds(
      targets: targets, weights: weights, count: settings.folds, seed: settings.seed)
    var fitting = LogisticRegression(l2: settings.l2, threads: threads)
    let path = settings.positiveWeights + [1]
    for weight in path {
      fitting.positiveWeight = weight
      try fitting.check()
    }
    var heldOut = try HeldOutLogits(
      features, targets: targets, weights: weights, fitting: fitting, division: division,
      monitor: monitor)
    let fitted = try heldOut(path.map { .init(positiveWeight: $0, l2: settings.l2) })
    var logits: [Double: [Double]] = [:]
    for (setting, values) in fitted { logits[setting.positiveWeight] = values }
    self.settings = settings
    let labels = Classifier.Labels(targets: targets, weights: weights)
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)

    func points(
      _ make: (Double) -> (weight: Double, threshold: Double)
    ) throws(ClassificationError) -> [TradeoffPoint] {
      try WorkerThreads.map(
        settings.positiveWeights, threads: threads ?? WorkerThreads.processorCount
      ) { weight throws(ClassificationError) in
        let (trained, threshold) = make(weight)
        return try TradeoffPoint(
          positiveWeight: trained, threshold: threshold, logits: logits[trained] ?? [],
          targets: targets, weights: weights, folds: division)
      }
    }
    weightPath = try points { ($0, 0.5) }
    thresholdPath = try points { (1, LogisticModel.equivalentThreshold(positiveWeight: $0)) }
    let unweighted = RankingCurve(
      try LabelledScores(logits: logits[1] ?? [], targets: targets, weights: weights))
    unweightedCurve = unweighted.points(atMost: 300)
    let recommendation = settings.goal.map { [weightPath] goal in
      Recommendation(goal: goal, weightPath: weightPath, unweighted: unweighted)
    }
    self.recommendation = recommendation
    let shown =
      recommendation?.positiveWeight
      ?? settings.positiveWeights.max { abs($0.logarithm) < abs($1.logarithm) } ?? 1
    let rows = try LabelledScores(logits: logits[shown] ?? [], targets: targets, weights: weights)
    let shift = shown.logarithm
    calibration = CalibrationComparison(
      positiveWeight: shown,
      before: ReliabilityCurve(rows, probabilities: rows.logits.map(\.logistic)),
      after: ReliabilityCurve(rows, probabilities: rows.logits.map { ($0 - shift).logistic }))
  }
}

extension RankingCurve {
  /// At most `limit` points of the precision–recall curve, including the last.
  func points(atMost limit: Int) -> [TradeoffStudy.CurvePoint] {
    // Between two positives precision only falls.
    var useful: [Int] = []
    for index in thresholds.indices
    where truePositives[index] > (index > 0 ? truePositives[index - 1] : 0) {
      useful.append(index)
    }
    let step = max(1, (useful.count + limit - 1) / limit)
    return stride(from: (useful.count - 1) % step, to: useful.count, by: step).map {
      point(useful[$0])
    }
  }

  func point(_ index: Int) -> TradeoffStudy.CurvePoint {
    TradeoffStudy.CurvePoint(
      threshold: thresholds[index].logistic, recall: truePositives[index] / positives,
      precision: truePositives[index] / (truePositives[index] + falsePositives[index]))
  }
}
