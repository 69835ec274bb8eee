// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _WorkerThreads

/// One fit to rows in memory.
struct StandardizedProblem: Sendable {
  private let settings: LogisticRegression
  private let rows: InMemoryRows
  private var passes: FitPasses

  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, settings: LogisticRegression,
    startingFrom start: LogisticModel?
  ) throws(ClassificationError) {
    try settings.check()
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    let instructionSet = try InstructionSet.usable(settings.instructionSet)
    rows = InMemoryRows(
      features: features, targets: targets, weights: weights, folds: nil,
      instructionSet: instructionSet, threads: settings.threads ?? WorkerThreads.processorCount)
    passes = try FitPasses(
      settings, PlanSchema(features), instructionSet, start: start, needsHessians: false)
    self.settings = settings
  }

  /// The optimum.
  mutating func fit(monitor: TrainingMonitor) throws(ClassificationError) -> LogisticModel {
    var reported = -1
    func report(_ certificate: ConvergenceCertificate?) {
      // A pass may be a part of a line search.
      guard let certificate, certificate.passes > 0, certificate.iterations != reported else {
        return
      }
      reported = certificate.iterations
      monitor.progress(
        .iteration(
          reported, gradientNorm: certificate.gradientNorm, tolerance: settings.tolerance))
    }
    while let content = passes.content {
      try passes.receive(rows.sums(content, isCancelled: monitor.isCancelled))
      report(passes.certificate)
    }
    if let model = passes.model { return model }
    guard let standardization = passes.standardization else { throw .onlyConstantFeatures }
    let fit = try rows.pass(standardization).fit(
      [passes.initialModel(standardization)], isCancelled: monitor.isCancelled
    ) { report($0[0].iteration.certificate) }[0]
    if let failure = fit.failure { throw failure }
    return passes.model(fit, standardization)
  }
}

extension LogisticRegression {
  /// A fit with these tolerances and limits.
  ///
  /// - Parameters:
  ///   - names: The names of the features that are not constant.
  ///   - sums: Of the fit's rows.
  ///   - start: A point for all rows; nil is the optimum without features.
  func model(
    names: [String], sums: ClassSums, positiveWeight: Double, l2: Double, start: [Double]?,
    heldOut: Int? = nil, change: CoordinateChange? = nil
  ) throws(ClassificationError) -> FitPlan.Model {
    let weightSum = try sums.weightSum(positiveWeight: positiveWeight)
    // Without features, the optimal intercept is the log odds of the weighted classes.
    let logOdds = (positiveWeight * sums.positive / sums.negative).logarithm
    return FitPlan.Model(
      positiveWeight: positiveWeight, heldOut: heldOut, change: change,
      start: start ?? names.map { _ in 0 } + [logOdds]
    ) {
      NewtonIteration(
        from: $0,
        method: FitPlan.isPossible(columnCount: names.count + 1)
          ? .newtonCholesky : .newtonConjugateGradient,
        l2: l2, tolerance: tolerance, maximumIterations: maximumIterations, weightSum: weightSum,
        names: names)
    }
  }
}
