// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
public import _Differentiation

// Derivatives of the calls on single elements, for `gradient(at:of:)` and similar functions.
extension WeightedCrossEntropyLoss where Scalar: Differentiable, Scalar.TangentVector == Scalar {
  /// The derivative of the loss of one element in the logit and the target.
  @derivative(of: callAsFunction(logit:target:), wrt: (logit, target))
  @inlinable
  public func _vjpLoss(
    logit: Scalar, target: Scalar
  ) -> (value: Scalar, pullback: (Scalar) -> (Scalar, Scalar)) {
    let derivatives = (
      gradient(logit: logit, target: target), targetDerivative(logit: logit, target: target)
    )
    return (
      self(logit: logit, target: target), { ($0 * derivatives.0, $0 * derivatives.1) }
    )
  }

  /// The derivative of the gradient of one element in the logit, for second derivatives.
  @derivative(of: gradient(logit:target:), wrt: logit)
  @inlinable
  public func _vjpGradient(
    logit: Scalar, target: Scalar
  ) -> (value: Scalar, pullback: (Scalar) -> Scalar) {
    let second = secondDerivative(logit: logit, target: target)
    return (gradient(logit: logit, target: target), { $0 * second })
  }
}

extension WeightedCrossEntropyLoss where Scalar: Differentiable, Scalar.TangentVector == Scalar {
  /// The reduced loss as a differentiable function of the logits and the targets.
  ///
  ///     let (value, gradient) = valueWithGradient(at: logits) {
  ///       loss.differentiableValue(of: .mean, logits: $0, targets: targets)
  ///     }
  ///
  /// The value and the gradient in the logits are computed in one pass over memory.
  ///
  /// - Precondition: The lengths agree, and the mean is defined. A differentiable function cannot
  ///   throw, so an error of ``WeightedCrossEntropyLoss/value(of:logits:targets:weights:shape:)``
  ///   stops the program.
  public func differentiableValue(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) -> Scalar {
    orStop { () throws(LossError) in
      try value(of: reduction, logits: logits, targets: targets, weights: weights)
    }
  }

  /// The derivative of ``differentiableValue(of:logits:targets:weights:)`` in the logits.
  @derivative(of: differentiableValue(of:logits:targets:weights:), wrt: logits)
  public func _vjpLogits(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]?
  ) -> (value: Scalar, pullback: (Scalar.TangentVector) -> [Scalar].TangentVector) {
    let (value, gradient) = orStop { () throws(LossError) in
      try valueWithGradient(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    return (value, { scale in .init(gradient.map { $0 * scale }) })
  }

  /// The derivative of ``differentiableValue(of:logits:targets:weights:)`` in the logits and the
  /// targets.
  @derivative(of: differentiableValue(of:logits:targets:weights:), wrt: (logits, targets))
  public func _vjpLogitsAndTargets(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]?
  ) -> (
    value: Scalar,
    pullback: (Scalar.TangentVector) -> ([Scalar].TangentVector, [Scalar].TangentVector)
  ) {
    let (value, logitsPullback) = _vjpLogits(
      of: reduction, logits: logits, targets: targets, weights: weights)
    let inTargets = orStop { () throws(LossError) in
      try targetDerivative(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    return (value, { scale in (logitsPullback(scale), .init(inTargets.map { $0 * scale })) })
  }

  /// The result of `body`. An error is a programming error and stops the program.
  private func orStop<Result>(_ body: () throws(LossError) -> Result) -> Result {
    do throws(LossError) { return try body() } catch { preconditionFailure("\(error)") }
  }
}
