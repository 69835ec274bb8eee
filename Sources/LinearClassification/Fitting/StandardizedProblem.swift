// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _WorkerThreads

/// Checked and standardised training data, for fits with several positive weights and penalties.
struct StandardizedProblem: Sendable {
  private let settings: LogisticRegression
  private let rows: StandardizedRows
  private let targets: [Double]
  private let weights: [Double]?
  private let sums: ClassSums
  private let standardization: Standardization
  private let instructionSet: InstructionSet

  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, settings: LogisticRegression
  ) throws(ClassificationError) {
    try settings.check()
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    instructionSet = try InstructionSet.usable(settings.instructionSet)
    let kernels = instructionSet.matrixKernels
    let threads = settings.threads ?? WorkerThreads.processorCount
    sums = try ClassSums(targets: targets, weights: weights)
    standardization = try Standardization(
      features, weights: weights, threads: threads, kernels: kernels)
    rows = StandardizedRows(features, standardization, kernels: kernels, threads: threads)
    guard !rows.active.isEmpty else { throw .onlyConstantFeatures }
    self.settings = settings
    self.targets = targets
    self.weights = weights
  }

  /// The optimum for a positive weight and a penalty.
  func fit(
    positiveWeight: Double, l2: Double, startingFrom start: LogisticModel? = nil,
    monitor: TrainingMonitor
  ) throws(ClassificationError) -> LogisticModel {
    let objective = LogisticObjective(
      rows: rows, targets: targets, weights: weights, l2: l2,
      loss: try rethrowingLossErrors { () throws(LossError) in
        try WeightedCrossEntropyLoss(
          positiveWeight: .uniform(positiveWeight), threads: 1, instructionSet: instructionSet)
      })
    let weightSum = positiveWeight * sums.positive + sums.negative
    guard weightSum.isFinite else {
      throw .invalidSetting(
        name: "the sum of the rows' weights, with the positive weight \(positiveWeight),",
        value: weightSum, expected: "finite")
    }
    let solver = NewtonSolver(
      objective: objective, tolerance: settings.tolerance,
      maximumIterations: settings.maximumIterations, weightSum: weightSum)
    // Without features, the optimal intercept is the log odds of the weighted classes.
    var point = [Double](repeating: 0, count: rows.columnCount)
    point[rows.columnCount - 1] = (positiveWeight * sums.positive / sums.negative).logarithm
    let solution = try solver.solve(from: start.map(rows.point) ?? point, monitor: monitor)
    var coefficients = [Double](repeating: 0, count: rows.features.columns.count)
    for (position, index) in rows.active.enumerated() {
      coefficients[index] = solution.point[position]
    }
    return LogisticModel(
      positiveWeight: positiveWeight, l2: l2, standardization: standardization,
      coefficients: coefficients, intercept: solution.point[rows.columnCount - 1],
      certificate: solution.certificate)
  }

  /// The logits of all rows, including those of weight 0.
  func logits(_ model: LogisticModel) -> [Double] { rows.logits(at: rows.point(of: model)) }
}
