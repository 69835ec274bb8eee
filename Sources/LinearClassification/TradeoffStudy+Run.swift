// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// Runs a study.
  ///
  /// For every fold and every weight one fit, each starting from the one before, which takes about five passes over the rows. A fold's rows
  /// have weight 0 in its fits: they take part neither in training nor in the standardisation, and all metrics are of such held-out rows.
  ///
  /// - Parameters:
  ///   - features: n rows.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; 1 each if left out. They count in training and in the metrics.
  ///   - settings: what is asked for.
  ///   - training: how to fit; its weight and penalty are replaced by those of the settings.
  ///   - monitor: is told how many fits are done, and may stop.
  /// - Throws: `ClassificationError`: as a fit, and where there are too few rows of a class for the folds.
  /// - Complexity: O(k m n d²) time for k folds, m weights, n rows and d features; O(m n) memory, and the features are not copied.
  public init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, settings: Settings,
    training: LogisticRegression = LogisticRegression(),
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    var settings = settings
    settings.positiveWeights = Array(Set(settings.positiveWeights)).sorted()
    guard !settings.positiveWeights.isEmpty else {
      throw .invalidSetting(name: "the number of weights", value: "0", expected: "at least 1")
    }
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    // The logits are not known yet; this checks the rest.
    _ = try LabelledScores(logits: targets.map { _ in 0 }, targets: targets, weights: weights)
    let division = try StratifiedFolds(
      targets: targets, weights: weights, count: settings.folds, seed: settings.seed)
    let logits = try Self.heldOutLogits(
      features, targets, weights, settings, division, training: training, monitor: monitor)
    self.settings = settings
    let labels = Classifier.Labels(targets: targets, weights: weights)
    (rowCount, positiveCount) = (labels.rowCount, labels.positiveCount)

    func points(
      _ make: (Double) -> (weight: Double, threshold: Double)
    ) throws(ClassificationError) -> [TradeoffPoint] {
      let results = mapConcurrently(
        settings.positiveWeights, threads: training.threads ?? WorkerCount.processors
      ) { weight in
        let (trained, threshold) = make(weight)
        return Result { () throws(ClassificationError) in
          try TradeoffPoint(
            positiveWeight: trained, threshold: threshold, logits: logits[trained] ?? [],
            targets: targets,
            weights: weights, folds: division)
        }
      }
      var points: [TradeoffPoint] = []
      for result in results { points.append(try result.get()) }
      return points
    }
    weightPath = try points { ($0, 0.5) }
    thresholdPath = try points { (1, LogisticModel.equivalentThreshold(positiveWeight: $0)) }
    let unweighted = RankingCurve(
      try LabelledScores(logits: logits[1] ?? [], targets: targets, weights: weights))
    unweightedCurve = unweighted.points(atMost: 300)
    recommendation = settings.goal.map { [weightPath] goal in
      Recommendation(goal: goal, weightPath: weightPath, unweighted: unweighted)
    }
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

  /// For each weight, and for 1, the logit of every row from the model that did not see it.
  private static func heldOutLogits(
    _ features: FeatureMatrix, _ targets: [Double], _ weights: [Double]?, _ settings: Settings,
    _ division: StratifiedFolds, training: LogisticRegression, monitor: TrainingMonitor
  ) throws(ClassificationError) -> [Double: [Double]] {
    let path = Set(settings.positiveWeights + [1]).sorted()
    var logits: [Double: [Double]] = [:]
    for weight in path { logits[weight] = [Double](repeating: 0, count: targets.count) }
    var fitting = training
    fitting.l2 = settings.l2
    for weight in path {
      fitting.positiveWeight = weight
      try fitting.check()
    }
    var done = 0
    let quiet = TrainingMonitor(isCancelled: monitor.isCancelled)
    for fold in 0..<division.count {
      // Held-out rows get weight 0: they take part in nothing, and the matrix need not be copied.
      let foldWeights = division.assignment.indices.map { row in
        division.assignment[row] == fold ? 0 : weights.map { $0[row] } ?? 1
      }
      let problem = try TrainingProblem(
        features, targets: targets, weights: foldWeights, settings: fitting)
      let rows = division.rows(inFold: fold)
      var previous: LogisticModel?
      for weight in path {
        let model: LogisticModel
        do throws(ClassificationError) {
          model = try problem.fit(positiveWeight: weight, startingFrom: previous, monitor: quiet)
        } catch {
          guard case .notConverged(let certificate) = error else { throw error }
          throw .studyNotConverged(positiveWeight: weight, certificate)
        }
        let all = try problem.logits(model)
        for row in rows { logits[weight]?[row] = all[row] }
        previous = model
        done += 1
        monitor.progress(.fits(done: done, total: path.count * division.count))
      }
    }
    return logits
  }
}

extension RankingCurve {
  /// The precision–recall curve, at most so many of its points and the last among them.
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
