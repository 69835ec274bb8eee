// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy

/// Fits binary logistic models: minimises `Σ wᵢ ℓ(xᵢᵀβ + b, zᵢ, q) + (λ/2) ‖β‖²` over features standardised to mean 0 and standard
/// deviation 1 of the training rows. The intercept b has no penalty.
///
/// This is the optimum of scikit-learn's `LogisticRegression(C=1/λ, class_weight={0: 1, 1: q})` on standardised features. The loss and
/// its derivatives are those of `WeightedCrossEntropyLoss`.
///
/// ## Convergence
/// A fit ends when the largest derivative of the objective, divided by the sum of the rows' weights, is at most ``tolerance`` (1e-10;
/// scikit-learn's default for the same quantity is 1e-4) *and* another Newton step would change no standardised coefficient by more than
/// 1e-9 of the largest (or of 1), or the steps, none larger than 1e-3, have ceased to shrink, which is all that rounding allows. Both are in
/// the model's ``TrainingCertificate``. A fit that does not get there throws.
///
/// ## Data
/// Targets may be soft: any number in [0, 1]. Rows of weight 0 do not count at all, but their features must be finite.
///
/// ## Threads
/// The result does not depend on the number of threads: it is the same bits. It does depend, in its last digits, on the instruction set.
///
/// ## Complexity
/// About ten passes of O(n d²) time for up to 511 features, of O(n d) for each step of the conjugate gradients beyond. The matrix is never
/// copied: O(d²) memory, and O(n) where conjugate gradients are used.
public struct LogisticRegression: Hashable, Sendable {
  /// q: how much a positive row counts in comparison with a negative one. Above 0 and finite.
  public var positiveWeight: Double
  /// λ: the penalty on the squared standardised coefficients. At least 0 and finite.
  public var l2: Double
  /// What the gradient norm has to fall to.
  public var tolerance: Double
  /// The most Newton iterations.
  public var maximumIterations: Int
  /// The most threads; nil is as many as there are processors.
  public var threads: Int?
  /// The kernels; nil is the selected ones.
  public var instructionSet: InstructionSet?

  /// A way of fitting.
  public init(
    positiveWeight: Double = 1, l2: Double = 1, tolerance: Double = 1e-10,
    maximumIterations: Int = 100,
    threads: Int? = nil, instructionSet: InstructionSet? = nil
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
  ///   - weights: n numbers, finite and at least 0; 1 each if left out.
  ///   - start: a model of the same features to start from, which saves iterations where it is near.
  ///   - monitor: is told about the progress, and may stop the fit.
  /// - Throws: `ClassificationError`: the data or a setting is not as said here, there is only one class, all features are
  ///   constant, the classes are separable and λ is 0, no convergence, or cancelled.
  public func fit(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil,
    startingFrom start: LogisticModel? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) -> LogisticModel {
    let problem = try TrainingProblem(features, targets: targets, weights: weights, settings: self)
    let warm = start.flatMap { $0.coefficients.count == features.columns.count ? $0 : nil }
    return try problem.fit(positiveWeight: positiveWeight, startingFrom: warm, monitor: monitor)
  }

  /// The weight that makes both classes count the same: negatives / positives, by the sum of their weights.
  ///
  /// - Throws: `ClassificationError.oneClass` where there are no positives or no negatives.
  public static func balancedPositiveWeight(
    targets: [Double], weights: [Double]? = nil
  ) throws(ClassificationError) -> Double {
    let sums = try ClassSums(targets: targets, weights: weights)
    return sums.negative / sums.positive
  }
}
