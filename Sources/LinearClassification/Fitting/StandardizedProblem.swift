// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _WorkerThreads

/// Checked and standardised training data for one fit.
struct StandardizedProblem: Sendable {
  private let settings: LogisticRegression
  private let pass: RowPass
  private let sums: ClassSums
  private let standardization: Standardization

  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, settings: LogisticRegression
  ) throws(ClassificationError) {
    try settings.check()
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    let instructionSet = try InstructionSet.usable(settings.instructionSet)
    let kernels = instructionSet.matrixKernels
    let threads = settings.threads ?? WorkerThreads.processorCount
    sums = try ClassSums(targets: targets, weights: weights)
    standardization = try Standardization.make(
      features, weights: weights, threads: threads, kernels: kernels
    ).all
    let rows = StandardizedRows(features, standardization, kernels: kernels, threads: threads)
    guard !rows.active.isEmpty else { throw .onlyConstantFeatures }
    pass = RowPass(rows: rows, targets: targets, weights: weights, instructionSet: instructionSet)
    self.settings = settings
  }

  /// The optimum.
  func fit(
    startingFrom start: LogisticModel? = nil, monitor: TrainingMonitor
  ) throws(ClassificationError) -> LogisticModel {
    let rows = pass.rows
    let model = try settings.model(
      rows, sums: sums, positiveWeight: settings.positiveWeight, l2: settings.l2,
      start: start.map(rows.point))
    var reported = -1
    let fit = try pass.fit([model], isCancelled: monitor.isCancelled) { models in
      let certificate = models[0].iteration.certificate
      // A pass may be a part of a line search.
      guard certificate.iterations != reported else { return }
      reported = certificate.iterations
      monitor.progress(
        .iteration(
          reported, gradientNorm: certificate.gradientNorm, tolerance: settings.tolerance))
    }[0]
    if let failure = fit.failure { throw failure }
    var coefficients = [Double](repeating: 0, count: rows.features.columns.count)
    for (position, index) in rows.active.enumerated() { coefficients[index] = fit.point[position] }
    return LogisticModel(
      positiveWeight: settings.positiveWeight, l2: settings.l2, standardization: standardization,
      coefficients: coefficients, intercept: fit.point[rows.columnCount - 1],
      certificate: fit.iteration.certificate)
  }
}

extension LogisticRegression {
  /// A fit to rows with these tolerances and limits.
  ///
  /// - Parameters:
  ///   - sums: Of the fit's rows.
  ///   - start: A point for all rows; nil is the optimum without features.
  func model(
    _ rows: StandardizedRows, sums: ClassSums, positiveWeight: Double, l2: Double,
    start: [Double]?, heldOut: Int? = nil, change: CoordinateChange? = nil
  ) throws(ClassificationError) -> FitPlan.Model {
    let weightSum = try sums.weightSum(positiveWeight: positiveWeight)
    var point = [Double](repeating: 0, count: rows.columnCount)
    // Without features, the optimal intercept is the log odds of the weighted classes.
    point[rows.columnCount - 1] = (positiveWeight * sums.positive / sums.negative).logarithm
    return FitPlan.Model(
      positiveWeight: positiveWeight, heldOut: heldOut, change: change, start: start ?? point
    ) {
      NewtonIteration(
        from: $0,
        method: FitPlan.isPossible(columnCount: rows.columnCount)
          ? .newtonCholesky : .newtonConjugateGradient,
        l2: l2, tolerance: tolerance, maximumIterations: maximumIterations, weightSum: weightSum,
        names: rows.active.map { rows.features.names[$0] })
    }
  }
}
