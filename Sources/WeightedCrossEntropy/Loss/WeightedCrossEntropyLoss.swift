// SPDX-License-Identifier: Apache-2.0
/// The class-weighted logistic loss: TensorFlow's `tf.nn.weighted_cross_entropy_with_logits`.
///
/// For a logit `x`, a target `z` and a positive weight `q`,
///
///     ℓ(x, z) = (1 - z) softplus(x) + q z softplus(-x)
///     softplus(x) = max(x, 0) + log(1 + e^-|x|)
///
/// which equals `z · -log σ(x) · q + (1 - z) · -log(1 - σ(x))`. A value of this type holds the
/// options, checked once. Its methods compute the loss, its derivatives and its reductions for
/// arrays, spans and single elements.
///
///     let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
///     let mean = try loss.value(of: .mean, logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])
///
/// ## Accuracy
/// ``MaximumError`` bounds the error of every result, in units in the last place, on every
/// instruction set. See <doc:Numerics>.
///
/// ## Edge cases
/// Infinite logits give the limits, with `0 · ∞ = 0`. A NaN input gives a NaN result, unless an
/// element weight of 0 masks the element: its loss and derivatives are then exactly 0. The formula
/// also holds for targets outside [0, 1]; ``validate(logits:targets:weights:)`` rejects them.
///
/// ## Threads
/// Calls on many elements use up to ``threads`` threads, in the rounding and flush-to-zero modes of
/// the calling thread. Sums have the same bits for any number of threads, and for any division of a
/// stream into parts.
public struct WeightedCrossEntropyLoss<Scalar: LossScalar>: Hashable, Sendable {
  /// The weight of the positive class.
  public let positiveWeight: PositiveWeight<Scalar>
  /// ε: a target `z` counts as `z (1 - ε) + ε / 2`.
  public let labelSmoothing: Scalar
  /// The name of the operation in errors.
  public let name: String
  /// The maximum number of threads of a call; nil is the number of processors.
  public let threads: Int?
  /// The instruction set of the kernels; nil is `InstructionSet.selected`.
  public let instructionSet: InstructionSet?

  /// The uniform positive weight, or that of the first class.
  @usableFromInline let uniformPositiveWeight: Scalar
  /// Label smoothing as a scale and an offset of the target: 1 - ε and ε / 2.
  @usableFromInline let targetScale, targetOffset: Scalar

  /// The default name of the operation in errors, which is TensorFlow's.
  public static var defaultName: String { "logistic_loss" }

  /// Creates a loss.
  ///
  /// - Parameters:
  ///   - positiveWeight: q, finite and at least 0: one number, or one for each class along an axis.
  ///   - labelSmoothing: ε in [0, 1].
  ///   - name: The name of the operation in errors; nil is `logistic_loss`.
  ///   - threads: The maximum number of threads of a call, at least 1; nil is the number of
  ///     processors.
  ///   - instructionSet: The instruction set of the kernels; nil is `InstructionSet.selected`.
  /// - Throws: `LossError` if an argument is out of range.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public init(
    positiveWeight: PositiveWeight<Scalar> = 1, labelSmoothing: Scalar = 0, name: String? = nil,
    threads: Int? = nil, instructionSet: InstructionSet? = nil
  ) throws(LossError) {
    let name = name ?? Self.defaultName
    if let problem = positiveWeight.invalid { throw LossError(name, problem) }
    guard labelSmoothing >= 0 && labelSmoothing <= 1 else {
      throw LossError(name, .invalidLabelSmoothing("\(labelSmoothing)"))
    }
    if let threads, threads < 1 { throw LossError(name, .invalidThreadCount(threads)) }
    if let instructionSet, !instructionSet.isAvailable {
      throw InstructionSet.unavailable(instructionSet.rawValue, operation: name)
    }
    self.positiveWeight = positiveWeight
    uniformPositiveWeight =
      switch positiveWeight {
      case .uniform(let weight): weight
      case .perClass(let weights, axis: _): weights.first ?? 1
      }
    targetScale = 1 - labelSmoothing
    targetOffset = labelSmoothing / 2
    self.labelSmoothing = labelSmoothing
    self.name = name
    self.threads = threads
    self.instructionSet = instructionSet
  }

  func error(_ problem: LossError.Problem) -> LossError { LossError(name, problem) }
}
