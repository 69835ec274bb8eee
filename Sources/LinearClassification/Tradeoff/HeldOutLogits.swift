// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _WorkerThreads

/// The held-out logits of cross-validated models: that of each row comes from the model that was
/// fitted without the row's fold.
///
/// Calls may be repeated. All fits of a call of `fit` share their passes over the rows. Each starts
/// from the model with the nearest setting so far, and those of the first call from one fit to all
/// rows. The rows of a fold affect neither its models nor their standardisation, and the features
/// are not copied.
struct HeldOutLogits {
  /// What differs between the models of a study.
  struct Setting: Hashable, Sendable {
    /// q.
    var positiveWeight: Double
    /// λ.
    var l2: Double

    /// The distance for warm starts: in the logarithms of q and λ.
    fileprivate func distance(to other: Self) -> Double {
      abs((positiveWeight / other.positiveWeight).logarithm)
        + (l2 == other.l2 ? 0 : abs((l2 / other.l2).logarithm))
    }
  }

  /// Folds whose models are fitted to rows with one standardisation.
  private struct Part {
    let pass: RowPass
    let folds: [Int]
    /// Nil if the rows have the standardisation of the only fold.
    let changes: [CoordinateChange]?
    /// For each setting the points of the folds.
    var points: [Setting: [[Double]]] = [:]
  }

  private let fitting: LogisticRegression
  private let monitor: TrainingMonitor
  private let foldCount: Int
  private let allSums: ClassSums
  /// The sums of the rows that the models of each fold are fitted to.
  private let sums: [ClassSums]
  private var parts: [Part] = []

  /// The bound on the elements of the Hessians that are in memory at a time.
  private static let largestMemory = 4 << 20

  /// - Parameters:
  ///   - fitting: The settings of each fit other than the positive weight and the penalty.
  ///   - monitor: Receives the number of complete fits, and may cancel.
  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, fitting: LogisticRegression,
    division: StratifiedFolds, monitor: TrainingMonitor
  ) throws(ClassificationError) {
    try fitting.check()
    self.fitting = fitting
    self.monitor = monitor
    foldCount = division.count
    let ofFolds = ClassSums.ofFolds(targets: targets, weights: weights, folds: division)
    allSums = ofFolds.reduce(ClassSums(), +)
    sums = ofFolds.indices.map { fold in
      ofFolds.indices.reduce(ClassSums()) { $1 == fold ? $0 : $0 + ofFolds[$1] }
    }
    let instructionSet = try InstructionSet.usable(fitting.instructionSet)
    let threads = fitting.threads ?? WorkerThreads.processorCount
    let kernels = instructionSet.matrixKernels
    let (all, withoutFold) = try Standardization.make(
      features, weights: weights, folds: division, threads: threads, kernels: kernels)
    func pass(_ standardization: Standardization) -> RowPass {
      RowPass(
        rows: StandardizedRows(
          features, standardization, folds: division, kernels: kernels, threads: threads),
        targets: targets, weights: weights, instructionSet: instructionSet)
    }
    var shared: [(fold: Int, change: CoordinateChange)] = []
    for (fold, standardization) in withoutFold.enumerated() {
      guard !standardization.active.isEmpty else { throw .onlyConstantFeatures }
      if FitPlan.isPossible(columnCount: all.active.count + 1),
        let change = CoordinateChange(from: standardization, to: all)
      {
        shared.append((fold, change))
      } else {
        parts.append(Part(pass: pass(standardization), folds: [fold], changes: nil))
      }
    }
    if !shared.isEmpty {
      parts.append(
        Part(pass: pass(all), folds: shared.map(\.fold), changes: shared.map(\.change)))
    }
  }

  /// Fits the models of settings.
  ///
  /// - Parameter further: The settings that later calls will need at most, for the progress.
  mutating func fit(_ settings: [Setting], further: Int = 0) throws(ClassificationError) {
    let settings = Set(settings).sorted { ($0.l2, $0.positiveWeight) < ($1.l2, $1.positiveWeight) }
    let known = parts[0].points
    let new = settings.filter { known[$0] == nil }
    let total = (known.count + new.count + further) * foldCount
    var done = known.count * foldCount
    let monitor = monitor
    for index in parts.indices {
      try fit(new, part: index) { count in
        monitor.progress(.fits(done: done + count, total: total))
      }
      done += new.count * parts[index].folds.count
    }
  }

  /// The held-out logit of every row for a setting whose models are fitted.
  func callAsFunction(_ setting: Setting) throws(ClassificationError) -> [Double] {
    var logits: [Double] = []
    for part in parts {
      var points = [[Double]?](repeating: nil, count: foldCount)
      for (fold, point) in zip(part.folds, part.points[setting] ?? []) { points[fold] = point }
      let own = try part.pass.rows.logits(at: points, isCancelled: monitor.isCancelled)
      if logits.isEmpty {
        logits = own
      } else {
        // The rows of other folds are 0.
        for row in own.indices { logits[row] += own[row] }
      }
    }
    return logits
  }

  /// Fits the models of a part's folds.
  ///
  /// - Parameter progress: Receives each number of complete fits.
  private mutating func fit(
    _ settings: [Setting], part index: Int, progress: (Int) -> Void
  ) throws(ClassificationError) {
    let (pass, folds) = (parts[index].pass, parts[index].folds)
    let columns = pass.rows.blocks.tileColumns
    // Without Hessians the models are fitted one after the other.
    let batch =
      FitPlan.isPossible(columnCount: pass.rows.columnCount)
      ? max(1, Self.largestMemory / (columns * columns * folds.count)) : 1
    var reported = 0
    for first in stride(from: 0, to: settings.count, by: batch) {
      let settings = settings[first..<min(first + batch, settings.count)]
      let pilot =
        parts[index].points.isEmpty ? try pilot(parts[index], l2: settings[first].l2) : nil
      var models: [FitPlan.Model] = []
      for (position, fold) in folds.enumerated() {
        for setting in settings {
          var start = pilot
          var positiveWeight = 1.0
          if let nearest = nearest(to: setting, part: index) {
            start = parts[index].points[nearest]?[position]
            positiveWeight = nearest.positiveWeight
          }
          // A weight moves the log odds of well-specified data by its logarithm.
          start?[pass.rows.columnCount - 1] += (setting.positiveWeight / positiveWeight).logarithm
          models.append(
            try fitting.model(
              pass.rows, sums: sums[fold], positiveWeight: setting.positiveWeight, l2: setting.l2,
              start: start, heldOut: fold, change: parts[index].changes?[position]))
        }
      }
      let before = first * folds.count
      models = try pass.fit(models, isCancelled: monitor.isCancelled) { models in
        let done = before + models.count { $0.iteration.isDone }
        while reported < done {
          reported += 1
          progress(reported)
        }
      }
      for model in models {
        guard let error = model.failure else { continue }
        guard error.code == .notConverged, let certificate = error.certificate else { throw error }
        throw .studyNotConverged(positiveWeight: model.positiveWeight, certificate)
      }
      for (offset, setting) in settings.enumerated() {
        parts[index].points[setting] = folds.indices.map {
          models[$0 * settings.count + offset].point
        }
      }
    }
  }

  private func nearest(to setting: Setting, part index: Int) -> Setting? {
    parts[index].points.keys.min {
      ($0.distance(to: setting), $0.positiveWeight, $0.l2)
        < ($1.distance(to: setting), $1.positiveWeight, $1.l2)
    }
  }

  /// A point near the optimum of all rows for q = 1, to start from; nil if there is none.
  private func pilot(_ part: Part, l2: Double) throws(ClassificationError) -> [Double]? {
    guard part.changes != nil else { return nil }
    let model = try fitting.model(
      part.pass.rows, sums: allSums, positiveWeight: 1, l2: l2, start: nil)
    var plan = FitPlan([model], kernels: part.pass.rows.kernels)
    while !plan.requests.isEmpty, plan.models[0].iteration.certificate.remainingStep > 0.1 {
      plan.receive(try part.pass.answers(plan.requests, isCancelled: monitor.isCancelled))
    }
    return plan.models[0].failure == nil ? plan.models[0].iteration.trial : nil
  }
}
