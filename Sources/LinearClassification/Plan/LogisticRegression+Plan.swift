// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _MatrixKernels

extension LogisticRegression {
  /// A fit to rows that may be anywhere: in several files, processes or machines.
  ///
  /// A plan has no rows. It states what it needs next of all of them (``request``), and receives
  /// the answer, until it has the ``model``. The first two requests are for the standardisation,
  /// and each further one is a pass of Newton's method. ``PlanRows`` answers for some rows, and
  /// answers merge.
  ///
  /// The number of features that vary is at most 511.
  public struct Plan: Sendable {
    private var driver: PlanDriver<FitPasses>

    /// A plan of a fit with these settings, except for the number of threads.
    ///
    /// - Parameters:
    ///   - settings: The settings of the fit. Without an instruction set it is that of this
    ///     machine; the machines with the rows must have it.
    ///   - schema: The features. It has one fold.
    ///   - rowCount: The number of all rows, if it is known; then an answer of fewer or more is an
    ///     error. Without it each pass must have the blocks of the first.
    ///   - start: A model of the same features to start from.
    /// - Throws: ``ClassificationError`` if a setting is out of range.
    public init(
      _ settings: LogisticRegression, schema: PlanSchema, rowCount: Int? = nil,
      startingFrom start: LogisticModel? = nil
    ) throws(ClassificationError) {
      guard schema.foldCount == 1 else {
        throw .invalidSetting(
          name: "the number of folds of a fit", value: schema.foldCount, expected: "1")
      }
      let instructionSet = try InstructionSet.usable(settings.instructionSet)
      driver = PlanDriver(
        try FitPasses(settings, schema, instructionSet, start: start, needsHessians: true),
        schema: schema, instructionSet: instructionSet, rowCount: rowCount)
    }

    /// What is needed next; nil if the fit is complete.
    public var request: PlanRequest? { driver.request }

    /// The number of passes over the rows so far.
    public var passCount: Int { driver.passCount }

    /// The model; nil until the fit is complete.
    public var model: LogisticModel? { driver.passes.model }

    /// Receives the answer of all rows.
    ///
    /// - Parameter answer: The answer to the open request.
    /// - Throws: ``ClassificationError`` if it is an answer to another request or lacks rows; then
    ///   the plan has not changed, and can receive another answer. Or an error of the fit, as that
    ///   of a matrix.
    public mutating func receive(_ answer: PlanAnswer) throws(ClassificationError) {
      try driver.receive(answer)
    }
  }
}

/// The passes of one fit.
struct FitPasses: PassSequence {
  private let settings: LogisticRegression
  private let schema: PlanSchema
  private let kernels: MatrixKernelTable
  private let start: LogisticModel?
  private let needsHessians: Bool
  private var standardizing: StandardizationPlan
  private(set) var standardization: Standardization?
  private var fit: FitPlan?

  /// - Parameter needsHessians: Whether more coefficients than a ``FitPlan`` can have are an error.
  init(
    _ settings: LogisticRegression, _ schema: PlanSchema, _ instructionSet: InstructionSet,
    start: LogisticModel?, needsHessians: Bool
  ) throws(ClassificationError) {
    try settings.check()
    self.settings = settings
    self.schema = schema
    self.start =
      start.flatMap { $0.coefficients.count == schema.featureNames.count ? $0 : nil }
    self.needsHessians = needsHessians
    kernels = instructionSet.matrixKernels
    standardizing = StandardizationPlan(schema.shape)
  }

  var content: PlanContent? {
    guard let standardization, let fit else { return standardizing.content }
    return fit.requests.isEmpty ? nil : .sums(standardization, fit.requests)
  }

  mutating func receive(_ sums: PlanSums) throws(ClassificationError) {
    if let standardization {
      guard case .sums(let answer) = sums, let requests = fit?.requests else {
        throw .otherRequest
      }
      fit?.receive(
        answer.answers(
          to: requests, columnCount: standardization.active.count + 1, foldCount: 1))
      if let failure = fit?.models[0].failure { throw failure }
      return
    }
    try standardizing.receive(sums)
    guard standardizing.content == nil else { return }
    let standardization = standardizing.standardization()
    guard !standardization.active.isEmpty else { throw .onlyConstantFeatures }
    self.standardization = standardization
    if needsHessians { try standardization.checkSize() }
    let model = try initialModel(standardization)
    if FitPlan.isPossible(columnCount: standardization.active.count + 1) {
      fit = FitPlan([model], kernels: kernels)
    }
  }

  /// The fit at its start.
  func initialModel(
    _ standardization: Standardization
  ) throws(ClassificationError) -> FitPlan.Model {
    try settings.model(
      names: standardization.active.map { schema.featureNames[$0] },
      sums: standardizing.classes[0], positiveWeight: settings.positiveWeight, l2: settings.l2,
      start: start.map { $0.point(ofFeatures: standardization.active) })
  }

  /// The certificate so far; nil before the first point.
  var certificate: ConvergenceCertificate? { fit?.models[0].iteration.certificate }

  var model: LogisticModel? {
    guard let standardization, let fit = fit?.models[0], fit.iteration.isDone else { return nil }
    return model(fit, standardization)
  }

  /// The model of a complete fit.
  func model(_ fit: FitPlan.Model, _ standardization: Standardization) -> LogisticModel {
    var coefficients = [Double](repeating: 0, count: schema.featureNames.count)
    for (position, index) in standardization.active.enumerated() {
      coefficients[index] = fit.point[position]
    }
    return LogisticModel(
      positiveWeight: settings.positiveWeight, l2: settings.l2, standardization: standardization,
      coefficients: coefficients, intercept: fit.point[standardization.active.count],
      certificate: fit.iteration.certificate)
  }
}

extension Standardization {
  /// Throws an error if a plan cannot have that many coefficients.
  func checkSize() throws(ClassificationError) {
    guard FitPlan.isPossible(columnCount: active.count + 1) else {
      throw .tooManyFeatures(active.count)
    }
  }
}
