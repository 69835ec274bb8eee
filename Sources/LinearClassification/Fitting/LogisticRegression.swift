// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy

/// Fits binary logistic models with a positive weight.
///
/// A fit minimises `Σ wᵢ ℓ(xᵢᵀβ + b, zᵢ, q) + (λ/2) ‖β‖²` over features that are standardised to
/// mean 0 and standard deviation 1 on the training rows. The intercept b has no penalty. The
/// optimum is that of scikit-learn's `LogisticRegression(C=1/λ, class_weight={0: 1, 1: q})` on
/// standardised features. The loss and its derivatives are those of `WeightedCrossEntropyLoss`.
///
/// ## Convergence
/// A fit ends when two conditions hold. First, the largest derivative of the objective, divided by
/// the sum of the rows' weights, is at most ``tolerance`` (1e-10; scikit-learn's default for the
/// same quantity is 1e-4). Second, another Newton step would change no standardised coefficient by
/// more than 1e-9 times the larger of 1 and the largest coefficient; or the steps are at most 1e-3
/// and no longer shrink, which is the limit of rounding. The model's ``ConvergenceCertificate`` has
/// both numbers. If the conditions do not hold after the last iteration, the fit throws.
///
/// ## Data
/// Targets may be soft: any number in [0, 1]. Rows of weight 0 are ignored, but their features must
/// be finite.
///
/// ## Threads
/// The result has the same bits for any number of threads. Its last digits depend on the
/// instruction set.
///
/// ## Complexity
/// About ten passes. Each takes O(n d²) time for up to 511 features, and O(n d) where the Hessian
/// of the pass before is good enough. With more features, each step of the conjugate gradients
/// takes O(n d). The matrix is never copied: a fit uses O(d²) memory, or O(n) with conjugate
/// gradients.
public struct LogisticRegression: Hashable, Sendable {
  /// q, the weight of a positive row relative to a negative one. Above 0 and finite.
  public var positiveWeight: Double
  /// λ, the penalty on the squared standardised coefficients. At least 0 and finite.
  public var l2: Double
  /// The bound on the gradient norm.
  public var tolerance: Double
  /// The maximum number of Newton iterations.
  public var maximumIterations: Int
  /// The maximum number of threads; nil means all processors.
  public var threads: Int?
  /// The instruction set of the kernels; nil means the selected one.
  public var instructionSet: InstructionSet?

  /// Settings for fits.
  public init(
    positiveWeight: Double = 1, l2: Double = 1, tolerance: Double = 1e-10,
    maximumIterations: Int = 100, threads: Int? = nil, instructionSet: InstructionSet? = nil
  ) {
    self.positiveWeight = positiveWeight
    self.l2 = l2
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// Fits a model.
  ///
  /// - Parameters:
  ///   - features: n rows.
  ///   - targets: n numbers in [0, 1].
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  ///   - start: A model of the same features to start from. A start close to the optimum saves
  ///     iterations.
  ///   - monitor: Receives the progress, and may cancel the fit.
  /// - Throws: ``ClassificationError`` for invalid data or settings, a single class, features that
  ///   are all constant, separable classes without a penalty, or a fit that does not converge.
  public func fit(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil,
    startingFrom start: LogisticModel? = nil, monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) -> LogisticModel {
    var problem = try StandardizedProblem(
      features, targets: targets, weights: weights, settings: self, startingFrom: start)
    return try problem.fit(monitor: monitor)
  }

  /// The weight that balances the classes: negatives / positives, by the sums of their weights.
  ///
  /// - Throws: ``ClassificationError`` if there are no positives or no negatives.
  public static func balancedPositiveWeight(
    targets: [Double], weights: [Double]? = nil
  ) throws(ClassificationError) -> Double {
    let sums = try ClassSums(targets: targets, weights: weights)
    return sums.negative / sums.positive
  }

  /// Throws an error if a setting is out of range. Each fit calls this method. Call it to check the
  /// settings before reading data.
  public func check() throws(ClassificationError) {
    func require(
      _ isValid: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String
    ) throws(ClassificationError) {
      if !isValid { throw .invalidSetting(name: name, value: value, expected: expected) }
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
