// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads
/// The class-weighted logistic loss, the operation that TensorFlow documents as
/// `tf.nn.weighted_cross_entropy_with_logits`.
///
/// For a logit `x`, a target `z` and a positive weight `q`,
///
///     ℓ(x, z) = (1 - z) softplus(x) + q z softplus(-x),    softplus(x) = max(x, 0) + log(1 + e^-|x|)
///
/// which equals `z · -log σ(x) · q + (1 - z) · -log(1 - σ(x))`. A value of this type holds what stays the same from call to call,
/// checked once; its methods compute the loss, its derivatives and its reductions over tensors, arrays, spans and single numbers.
///
///     let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
///     let mean = try loss.mean(logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])
///
/// ## Accuracy
/// Against the exact value of the formula for the given floating-point inputs, on every instruction set: the loss is within
/// ``maximumLossError`` ULP for targets 0 and 1 and within ``maximumSoftLossError`` ULP for targets between; each σ of the gradient is
/// within ``maximumSigmoidError`` ULP. See <doc:Numerics>.
///
/// ## Edge cases
/// Infinite logits give the limits; `0 · ∞` is 0. NaN in gives NaN out, except where an element weight of 0 masks the element: its
/// term and its derivatives are then exactly 0. Targets outside [0, 1] are not an error: the formula extends there. ``validate(logits:targets:weights:)-(Tensor<Scalar>,_,_)``
/// checks them.
///
/// ## Threads
/// Calls on many elements are divided among threads, at most `threads`. Sums do not depend on it: they are the same bits for any
/// number of threads and any chunking of a stream.
public struct WeightedCrossEntropyLoss<Scalar: LossScalar>: Hashable, Sendable {
  /// The weight of the positive class.
  public let positiveWeight: PositiveWeight<Scalar>
  /// ε: a target `z` counts as `z (1 - ε) + ε / 2`.
  public let labelSmoothing: Scalar
  /// What errors call the operation.
  public let name: String
  /// The most threads that a call may use; nil is as many as there are processors.
  public let threads: Int?
  /// The kernels that array calls use; nil is the selected ones.
  public let instructionSet: InstructionSet?

  /// The one positive weight, or the first class's.
  @usableFromInline let uniformPositiveWeight: Scalar
  /// What a target is multiplied by, and what is added then: 1 - ε and ε / 2.
  @usableFromInline let targetScale, targetOffset: Scalar

  /// The name of the operation in errors, where none is given: TensorFlow's.
  public static var defaultName: String { "logistic_loss" }

  /// The number of threads that a call may use where `threads` is nil.
  public static var processorCount: Int { WorkerThreads.processorCount }

  /// A loss.
  ///
  /// - Parameters:
  ///   - positiveWeight: q, finite and at least 0: one number or one for each class along an axis.
  ///   - labelSmoothing: ε in [0, 1].
  ///   - name: replaces `logistic_loss` in the errors of the calls.
  ///   - threads: the most threads that a call may use, at least 1; nil is as many as there are processors.
  ///   - instructionSet: forces a variant of the kernels; nil is `InstructionSet.selected`.
  /// - Throws: `LossError` that says which argument is out of range.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
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
