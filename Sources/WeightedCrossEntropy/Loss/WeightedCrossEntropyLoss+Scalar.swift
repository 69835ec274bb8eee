// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// Calls on single elements. They inline into the caller and neither allocate nor throw.
///
/// They use the uniform positive weight. If the loss has class weights, they use the first; for
/// another class, create a loss with its weight.
extension WeightedCrossEntropyLoss {
  /// The loss of one element: (1 - z) softplus(x) + q z softplus(-x).
  @inlinable
  public func callAsFunction(logit: Scalar, target: Scalar) -> Scalar {
    evaluate(LossOperation.self, logit, target)
  }

  /// ∂ℓ/∂x of one element: (1 - z) σ(x) - q z σ(-x).
  @inlinable
  public func gradient(logit: Scalar, target: Scalar) -> Scalar {
    evaluate(GradientOperation.self, logit, target)
  }

  /// ∂²ℓ/∂x² of one element: (1 - z + q z) σ(x) σ(-x).
  @inlinable
  public func secondDerivative(logit: Scalar, target: Scalar) -> Scalar {
    evaluate(SecondDerivativeOperation.self, logit, target)
  }

  /// ∂ℓ/∂z of one element: (1 - ε) (q softplus(-x) - softplus(x)).
  @inlinable
  public func targetDerivative(logit: Scalar, target: Scalar) -> Scalar {
    evaluate(TargetDerivativeOperation.self, logit, target)
  }

  /// ∂ℓ/∂q of one element: z softplus(-x).
  @inlinable
  public func positiveWeightDerivative(logit: Scalar, target: Scalar) -> Scalar {
    evaluate(PositiveWeightDerivativeOperation.self, logit, target)
  }

  @inlinable @inline(__always)
  func evaluate<Operation: ElementOperation>(
    _: Operation.Type, _ logit: Scalar, _ target: Scalar
  ) -> Scalar {
    let logit = ScalarLane(logit)
    let terms = LossTerms(
      logit: logit, target: ScalarLane(target), scale: ScalarLane(targetScale),
      offset: ScalarLane(targetOffset), positiveWeight: ScalarLane(uniformPositiveWeight),
      exponential: LossTerms.exponential(logit))
    return Operation.value(terms, divisor: ScalarLane(1), targetScale: ScalarLane(targetScale))
      .value
  }
}
