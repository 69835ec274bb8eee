// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// Checked and standardised training data, for fits with several positive weights.
struct TrainingProblem: Sendable {
  private let settings: LogisticRegression
  private let features: FeatureMatrix
  private let targets: [Double]
  private let weights: [Double]?
  private let sums: ClassSums
  private let standardization: Standardization
  private let tiles: StandardizedTiles
  private let instructionSet: InstructionSet
  private let threads: Int

  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, settings: LogisticRegression
  ) throws(ClassificationError) {
    try settings.check()
    guard targets.count == features.rowCount else {
      throw .lengthMismatch(what: "targets", expected: features.rowCount, received: targets.count)
    }
    instructionSet = try InstructionSet.usable(settings.instructionSet)
    threads = settings.threads ?? WorkerCount.processors
    sums = try ClassSums(targets: targets, weights: weights)
    standardization = try Standardization(
      features, weights: weights, threads: threads, kernels: instructionSet.matrixKernels)
    tiles = StandardizedTiles(features, standardization)
    guard !tiles.active.isEmpty else { throw .onlyConstantFeatures }
    self.settings = settings
    self.features = features
    self.targets = targets
    self.weights = weights
  }

  /// The optimum for a positive weight.
  func fit(
    positiveWeight: Double, startingFrom start: LogisticModel? = nil, monitor: TrainingMonitor
  ) throws(ClassificationError) -> LogisticModel {
    let objective = try objective(positiveWeight: positiveWeight)
    let weightSum = positiveWeight * sums.positive + sums.negative
    guard weightSum.isFinite else {
      throw .invalidSetting(
        name: "the sum of the rows' weights, with the positive weight \(positiveWeight),",
        value: "\(weightSum)", expected: "finite")
    }
    let solver = NewtonSolver(
      objective: objective, tolerance: settings.tolerance,
      maximumIterations: settings.maximumIterations,
      weightSum: weightSum)
    // The optimum without features, in the intercept alone, is the log odds of the weighted classes.
    var point = [Double](repeating: 0, count: tiles.columnCount)
    point[tiles.columnCount - 1] = (positiveWeight * sums.positive / sums.negative).logarithm
    if let start {
      for (position, index) in tiles.active.enumerated() {
        point[position] = start.coefficients[index]
      }
      point[tiles.columnCount - 1] = start.intercept
    }
    let solution = try solver.solve(from: point, monitor: monitor)
    return model(solution, positiveWeight: positiveWeight)
  }

  /// The logits of all rows, those of weight 0 too.
  func logits(_ model: LogisticModel) throws(ClassificationError) -> [Double] {
    try objective(positiveWeight: 1).logits(
      at: tiles.active.map { model.coefficients[$0] } + [model.intercept])
  }

  private func objective(positiveWeight: Double) throws(ClassificationError) -> LogisticObjective {
    LogisticObjective(
      tiles: tiles, targets: targets, weights: weights, l2: settings.l2,
      loss: try rethrowingLossErrors { () throws(LossError) in
        try WeightedCrossEntropyLoss(
          positiveWeight: .uniform(positiveWeight), threads: 1, instructionSet: instructionSet)
      },
      chunks: RowChunks(rowCount: features.rowCount, columnCount: tiles.columnCount),
      kernels: instructionSet.matrixKernels, threads: threads)
  }

  private func model(_ solution: NewtonSolver.Solution, positiveWeight: Double) -> LogisticModel {
    var coefficients = [Double](repeating: 0, count: features.columns.count)
    for (position, index) in tiles.active.enumerated() {
      coefficients[index] = solution.point[position]
    }
    return LogisticModel(
      positiveWeight: positiveWeight, l2: settings.l2, standardization: standardization,
      coefficients: coefficients, intercept: solution.point[tiles.columnCount - 1],
      certificate: solution.certificate)
  }
}

extension LogisticRegression {
  /// Throws where a setting is out of range. Fits check themselves; this finds out before the data is read.
  public func check() throws(ClassificationError) {
    func require(
      _ isValid: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String
    ) throws(ClassificationError) {
      if !isValid { throw .invalidSetting(name: name, value: "\(value)", expected: expected) }
    }
    try require(
      positiveWeight > 0 && positiveWeight.isFinite, "the positive weight", positiveWeight,
      "finite and above 0")
    try require(l2 >= 0 && l2.isFinite, "the l2 penalty", l2, "finite and at least 0")
    try require(tolerance > 0 && tolerance < 1, "the tolerance", tolerance, "between 0 and 1")
    try require(maximumIterations >= 1, "the number of iterations", maximumIterations, "at least 1")
    if let threads { try require(threads >= 1, "the number of threads", threads, "at least 1") }
  }
}
