// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
import _MatrixKernels

extension TradeoffStudy {
  /// The fits and the decisions of a study of rows that may be anywhere.
  ///
  /// Like ``LogisticRegression/Plan``, it states what it needs next of all rows. The models of all
  /// weights and folds share their passes. Then it counts held-out rows:
  ///
  /// - The true and false positives and negatives of each weight at the threshold 1/2, and of the
  ///   unweighted model at each threshold 1 / (1 + q), are exact: the numbers of a
  ///   ``TradeoffStudy`` of the same rows and folds. With row weights they are exact sums, up to
  ///   rounding.
  /// - The precision–recall curve of the unweighted model is known at 513 further thresholds, those
  ///   of equal steps of 1/16 in the log odds from -16 to 16.
  /// - The threshold for a goal of recall is exact: no threshold with that recall has fewer false
  ///   positives and a larger number. The plan looks between two thresholds in further passes, at
  ///   most eight, until no negative is between them. For a goal of precision it looks below the
  ///   smallest known threshold that reaches it. A smaller one between two others may reach it too.
  ///
  /// A plan chooses no penalty and extends no path.
  public struct Plan: Sendable {
    private var driver: PlanDriver<StudyPasses>

    /// A plan of a study.
    ///
    /// - Parameters:
    ///   - positiveWeights: The positive weights, at least one.
    ///   - l2: The penalty of each fit.
    ///   - goal: The goal, if the plan should find a threshold for it.
    ///   - schema: The features and the number of folds, at least 2.
    ///   - rowCount: The number of all rows, if it is known; then an answer of fewer or more is an
    ///     error. Without it each pass must have the blocks of the first.
    ///   - instructionSet: The instruction set of the kernels, which all machines must have; nil
    ///     means that of this machine.
    /// - Throws: ``ClassificationError`` if a setting is out of range.
    public init(
      positiveWeights: [Double], l2: Double = 1, goal: TradeoffGoal? = nil, schema: PlanSchema,
      rowCount: Int? = nil, instructionSet: InstructionSet? = nil
    ) throws(ClassificationError) {
      let instructionSet = try InstructionSet.usable(instructionSet)
      driver = PlanDriver(
        try StudyPasses(
          positiveWeights: positiveWeights, l2: l2, goal: goal, schema: schema,
          kernels: instructionSet.matrixKernels),
        schema: schema, instructionSet: instructionSet, rowCount: rowCount)
    }

    /// What is needed next; nil if the study is complete.
    public var request: PlanRequest? { driver.request }

    /// The number of passes over the rows so far.
    public var passCount: Int { driver.passCount }

    /// Receives the answer of all rows.
    ///
    /// - Parameter answer: The answer to the open request.
    /// - Throws: ``ClassificationError`` if it is an answer to another request or lacks rows; then
    ///   the plan has not changed, and can receive another answer. Or an error of a fit.
    public mutating func receive(_ answer: PlanAnswer) throws(ClassificationError) {
      try driver.receive(answer)
    }

    /// For each weight, in ascending order, the decisions at the threshold 1/2; empty until they
    /// are known.
    public var weightCounts: [HeldOutCounts] { driver.passes.weightCounts }

    /// The decisions of the unweighted model at its thresholds, which include 1 / (1 + q) for each
    /// weight; nil until they are known.
    public var unweightedCounts: HeldOutCounts? { driver.passes.unweighted }

    /// The threshold of the unweighted model for the goal: the largest that reaches a recall, or
    /// the smallest that reaches a precision. Nil if none does, and until the study is complete.
    public var goalThreshold: Double? { driver.passes.goalThreshold }
  }
}

/// The passes of a study.
struct StudyPasses: PassSequence {
  private let weights: [Double]
  private let goal: TradeoffGoal?
  private let l2: Double
  private let schema: PlanSchema
  private let kernels: MatrixKernelTable
  private var standardizing: StandardizationPlan
  private var fits: HeldOutFits?
  /// The models that are counted: the weights, and the unweighted one with its thresholds.
  private var counted: [(positiveWeight: Double, thresholds: [Double])] = []
  private var sums: [[Double]] = []
  private var countedParts = 0
  private(set) var weightCounts: [HeldOutCounts] = []
  private(set) var unweighted: HeldOutCounts?
  private var isDone = false

  init(
    positiveWeights: [Double], l2: Double, goal: TradeoffGoal?, schema: PlanSchema,
    kernels: MatrixKernelTable
  ) throws(ClassificationError) {
    weights = Set(positiveWeights).sorted()
    guard !weights.isEmpty else {
      throw .invalidSetting(name: "the number of weights", value: "0", expected: "at least 1")
    }
    guard schema.foldCount >= 2 else {
      throw .invalidSetting(
        name: "the number of folds", value: schema.foldCount, expected: "at least 2")
    }
    for weight in weights { try LogisticRegression(positiveWeight: weight, l2: l2).check() }
    self.goal = goal
    self.l2 = l2
    self.schema = schema
    self.kernels = kernels
    standardizing = StandardizationPlan(schema.shape)
  }

  private func setting(_ weight: Double) -> HeldOutFits.Setting {
    HeldOutFits.Setting(positiveWeight: weight, l2: l2)
  }

  var content: PlanContent? {
    guard let fits else { return standardizing.content }
    if let part = fits.part { return .sums(fits.parts[part].standardization, fits.requests) }
    guard !isDone else { return nil }
    let part = fits.parts[countedParts]
    return .counts(
      part.standardization,
      counted.map { model in
        CountRequest(
          points: part.points(of: setting(model.positiveWeight), foldCount: schema.foldCount),
          thresholds: model.thresholds)
      })
  }

  var goalThreshold: Double? {
    guard isDone, let goal, let unweighted else { return nil }
    return unweighted.index(for: goal).map { unweighted.thresholds[$0] }
  }

  mutating func receive(_ sums: PlanSums) throws(ClassificationError) {
    guard let fits else { return try receiveMoments(sums) }
    guard case .sums(let answer) = sums else { throw .otherRequest }
    if let part = fits.part {
      try self.fits?.receive(
        answer.answers(
          to: fits.requests, columnCount: fits.parts[part].columnCount,
          foldCount: schema.foldCount))
      if self.fits?.part == nil { count(models()) }
    } else {
      receiveCounts(answer.sums.values, partCount: fits.parts.count)
    }
  }

  private mutating func receiveMoments(_ sums: PlanSums) throws(ClassificationError) {
    try standardizing.receive(sums)
    guard standardizing.content == nil else { return }
    for (fold, classes) in standardizing.classes.enumerated()
    where classes.positive == 0 || classes.negative == 0 {
      throw .foldOfOneClass(fold, positive: classes.positive > 0)
    }
    var fits = try HeldOutFits(
      standardizing, names: schema.featureNames, fitting: LogisticRegression(l2: l2),
      kernels: kernels)
    for part in fits.parts { try part.standardization.checkSize() }
    try fits.add((weights + [1]).map(setting))
    self.fits = fits
  }

  /// The models to count first.
  private func models() -> [(positiveWeight: Double, thresholds: [Double])] {
    let moved = weights.map(LogisticModel.equivalentThreshold)
    let steps = (-256...256).map { (Double($0) / 16).logistic }
    return weights.map { ($0, [0.5]) } + [(1, Set(moved + steps + [0, 0.5]).sorted())]
  }

  private mutating func count(_ models: [(positiveWeight: Double, thresholds: [Double])]) {
    counted = models
    sums = []
    countedParts = 0
  }

  private mutating func receiveCounts(_ values: [Double], partCount: Int) {
    var start = 0
    let own = counted.map { model in
      let end = start + 2 * schema.foldCount * (model.thresholds.count + 1)
      defer { start = end }
      return Array(values[start..<end])
    }
    // The rows of other folds are 0.
    sums =
      sums.isEmpty
      ? own : zip(sums, own).map { sums, own in zip(sums, own).map { $0 + $1 } }
    countedParts += 1
    guard countedParts == partCount else { return }
    let counts = zip(counted, sums).map { model, bins in
      HeldOutCounts(
        positiveWeight: model.positiveWeight, thresholds: model.thresholds,
        foldCount: schema.foldCount, bins: bins)
    }
    if weightCounts.isEmpty { weightCounts = Array(counts.dropLast()) }
    unweighted = counts.last
    if let goal, let thresholds = counts.last?.refinedThresholds(for: goal) {
      count([(1, thresholds)])
    } else {
      isDone = true
    }
  }
}
