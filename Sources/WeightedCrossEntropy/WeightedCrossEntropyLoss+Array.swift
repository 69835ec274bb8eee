// SPDX-License-Identifier: Apache-2.0
/// Calls over arrays, which count as tensors of rank 1: each does, throws and costs what its namesake over tensors does.
///
/// A public function that takes the span of an array is `@export(interface)`, as are those of other files: where Swift 6.3 inlines one into
/// an optimised caller, it drops what the caller has just stored in the array, and the span reads whatever was there before.
extension WeightedCrossEntropyLoss {
  /// The loss of each element.
  public func callAsFunction(
    logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws(LossError) -> [Scalar] {
    try self(logits: Tensor(logits), targets: Tensor(targets), weights: weights.map { Tensor($0) })
      .elements
  }

  /// The derivative in each logit, of the elementwise loss or of a reduction.
  public func gradient(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil
  ) throws(LossError) -> [Scalar] {
    try gradient(
      of: reduction, logits: Tensor(logits), targets: Tensor(targets),
      weights: weights.map { Tensor($0) }
    ).elements
  }

  /// The second derivative in each logit, of the elementwise loss or of a reduction.
  public func secondDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil
  ) throws(LossError) -> [Scalar] {
    try secondDerivative(
      of: reduction, logits: Tensor(logits), targets: Tensor(targets),
      weights: weights.map { Tensor($0) }
    ).elements
  }

  /// The derivative in each target, of the elementwise loss or of a reduction.
  public func targetDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil
  ) throws(LossError) -> [Scalar] {
    try targetDerivative(
      of: reduction, logits: Tensor(logits), targets: Tensor(targets),
      weights: weights.map { Tensor($0) }
    ).elements
  }

  /// Each element's derivative in its positive weight, of the elementwise loss or of a reduction.
  public func positiveWeightDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil
  ) throws(LossError) -> [Scalar] {
    try positiveWeightDerivative(
      of: reduction, logits: Tensor(logits), targets: Tensor(targets),
      weights: weights.map { Tensor($0) }
    ).elements
  }

  /// Σ w ℓ. The sum of nothing is 0.
  public func sum(logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil) throws(LossError)
    -> Scalar
  {
    try reduced(.sum, logits: logits, targets: targets, weights: weights)
  }

  /// Σ w ℓ / N, N the number of elements. The mean of nothing is an error.
  public func mean(logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil) throws(LossError)
    -> Scalar
  {
    try reduced(.mean, logits: logits, targets: targets, weights: weights)
  }

  /// Σ w ℓ / Σ w. Weights that sum to 0 are an error.
  public func weightedMean(logits: [Scalar], targets: [Scalar], weights: [Scalar]) throws(LossError)
    -> Scalar
  {
    try reduced(.weightedMean, logits: logits, targets: targets, weights: weights)
  }

  /// The reduced loss.
  @export(interface)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func reduced(
    _ reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws(LossError) -> Scalar {
    try reduced(reduction, logits: logits.span, targets: targets.span, weights: weights?.span)
  }

  /// The reduced loss and its derivative in each logit, in one pass over memory.
  public func valueWithGradient(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws(LossError) -> (value: Scalar, gradient: [Scalar]) {
    let (value, gradient) = try valueWithGradient(
      of: reduction, logits: Tensor(logits), targets: Tensor(targets),
      weights: weights.map { Tensor($0) })
    return (value, gradient.elements)
  }

  /// Each element's loss and its derivative in the logit, in one pass over memory.
  public func lossesWithGradient(
    logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws(LossError) -> (losses: [Scalar], gradient: [Scalar]) {
    let (losses, gradient) = try lossesWithGradient(
      logits: Tensor(logits), targets: Tensor(targets), weights: weights.map { Tensor($0) })
    return (losses.elements, gradient.elements)
  }
}
