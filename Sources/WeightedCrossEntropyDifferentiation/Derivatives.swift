// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
public import _Differentiation

// Derivatives of the calls on single elements, so that `gradient(at:of:)` and `valueWithPullback(at:of:)` see through them.
extension WeightedCrossEntropyLoss where Scalar: Differentiable, Scalar.TangentVector == Scalar {
  /// The derivative of ``value(logit:target:)`` in the logit and the target.
  @derivative(of: value(logit:target:), wrt: (logit, target))
  @inlinable
  public func _vjpValue(
    logit: Scalar, target: Scalar
  ) -> (value: Scalar, pullback: (Scalar) -> (Scalar, Scalar)) {
    let derivatives = (
      derivative(logit: logit, target: target), targetDerivative(logit: logit, target: target)
    )
    return (value(logit: logit, target: target), { ($0 * derivatives.0, $0 * derivatives.1) })
  }

  /// The derivative of ``derivative(logit:target:)`` in the logit, for second derivatives by differentiating twice.
  @derivative(of: derivative(logit:target:), wrt: logit)
  @inlinable
  public func _vjpDerivative(
    logit: Scalar, target: Scalar
  ) -> (value: Scalar, pullback: (Scalar) -> Scalar) {
    let second = secondDerivative(logit: logit, target: target)
    return (derivative(logit: logit, target: target), { $0 * second })
  }
}

extension WeightedCrossEntropyLoss where Scalar: Differentiable, Scalar.TangentVector == Scalar {
  /// The reduced loss as a function that Swift can differentiate, in the logits and in the targets.
  ///
  ///     let (value, gradient) = valueWithGradient(at: logits) {
  ///       loss.differentiable(.mean, logits: $0, targets: targets)
  ///     }
  ///
  /// The gradient comes from the fused kernel: value and derivative in one pass.
  ///
  /// - Precondition: The lengths agree, and a mean has elements and weights: what
  ///   ``reduced(_:logits:targets:weights:)-(_,[Scalar],_,_)`` throws ends the program here, as differentiable functions cannot throw.
  public func differentiable(
    _ reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) -> Scalar {
    orStop { () throws(LossError) in
      try reduced(reduction, logits: logits, targets: targets, weights: weights)
    }
  }

  /// The derivative of ``differentiable(_:logits:targets:weights:)`` in the logits.
  @derivative(of: differentiable(_:logits:targets:weights:), wrt: logits)
  public func _vjpLogits(
    _ reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]?
  ) -> (value: Scalar, pullback: (Scalar.TangentVector) -> [Scalar].TangentVector) {
    let (value, gradient) = orStop { () throws(LossError) in
      try valueWithGradient(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    return (value, { scale in .init(gradient.map { $0 * scale }) })
  }

  /// The derivative of ``differentiable(_:logits:targets:weights:)`` in the logits and the targets.
  @derivative(of: differentiable(_:logits:targets:weights:), wrt: (logits, targets))
  public func _vjpLogitsAndTargets(
    _ reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]?
  ) -> (
    value: Scalar,
    pullback: (Scalar.TangentVector) -> ([Scalar].TangentVector, [Scalar].TangentVector)
  ) {
    let (value, gradient) = orStop { () throws(LossError) in
      try valueWithGradient(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    let inTargets = orStop { () throws(LossError) in
      try targetDerivative(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    return (
      value, { scale in (.init(gradient.map { $0 * scale }), .init(inTargets.map { $0 * scale })) }
    )
  }

  /// The result of `body`; a wrong input is a programming error here.
  private func orStop<Result>(_ body: () throws(LossError) -> Result) -> Result {
    do throws(LossError) { return try body() } catch { preconditionFailure("\(error)") }
  }
}
