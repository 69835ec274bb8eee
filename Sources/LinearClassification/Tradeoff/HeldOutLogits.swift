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
  typealias Setting = HeldOutFits.Setting

  private let monitor: TrainingMonitor
  private var fits: HeldOutFits
  /// For each part of the fits.
  private let passes: [RowPass]

  /// - Parameters:
  ///   - fitting: The settings of each fit other than the positive weight and the penalty.
  ///   - monitor: Receives the number of complete fits, and may cancel.
  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, fitting: LogisticRegression,
    division: StratifiedFolds, monitor: TrainingMonitor
  ) throws(ClassificationError) {
    try fitting.check()
    self.monitor = monitor
    let instructionSet = try InstructionSet.usable(fitting.instructionSet)
    let rows = InMemoryRows(
      features: features, targets: targets, weights: weights, folds: division,
      instructionSet: instructionSet, threads: fitting.threads ?? WorkerThreads.processorCount)
    var standardizing = StandardizationPlan(
      PlanSchema.Shape(features, foldCount: division.count))
    while let content = standardizing.content { try standardizing.receive(rows.sums(content)) }
    fits = try HeldOutFits(
      standardizing, names: features.names, fitting: fitting, kernels: instructionSet.matrixKernels)
    passes = fits.parts.map { rows.pass($0.standardization) }
  }

  /// Fits the models of settings.
  ///
  /// - Parameter further: The settings that later calls will need at most, for the progress.
  mutating func fit(_ settings: [Setting], further: Int = 0) throws(ClassificationError) {
    var reported = fits.doneCount
    let total = (fits.known.union(settings).count + further) * fits.foldCount
    func report(_ done: Int) {
      while reported < done {
        reported += 1
        monitor.progress(.fits(done: reported, total: total))
      }
    }
    try fits.add(settings)
    while let part = fits.part {
      if fits.requests.isEmpty {
        let before = fits.doneCount
        let models = try passes[part].fit(fits.models, isCancelled: monitor.isCancelled) { models in
          report(before + models.count { $0.iteration.isDone })
        }
        try fits.receive(fitted: models)
      } else {
        try fits.receive(passes[part].answers(fits.requests, isCancelled: monitor.isCancelled))
      }
      report(fits.progress)
    }
  }

  /// The held-out logit of every row for a setting whose models are fitted.
  func callAsFunction(_ setting: Setting) throws(ClassificationError) -> [Double] {
    var logits: [Double] = []
    for (part, pass) in zip(fits.parts, passes) {
      let points = part.points(of: setting, foldCount: fits.foldCount)
      let own = try pass.rows.logits(at: points, isCancelled: monitor.isCancelled)
      if logits.isEmpty {
        logits = own
      } else {
        // The rows of other folds are 0.
        for row in own.indices { logits[row] += own[row] }
      }
    }
    return logits
  }
}
