// SPDX-License-Identifier: Apache-2.0
/// Calls over tensors: the inputs must have the same shape, and results have it too.
extension WeightedCrossEntropyLoss {
  /// The loss of each element: `w ℓ(x, z)`, where `w` is the element's weight, 1 if there are none.
  ///
  /// - Parameters:
  ///   - logits: x.
  ///   - targets: z, meant to lie in [0, 1], of the shape of the logits.
  ///   - weights: w, at least 0, of the shape of the logits. A weight of 0 masks the element: its loss is exactly 0, even where the
  ///     logit or the target is NaN.
  /// - Returns: A tensor of the shape of the logits.
  /// - Throws: `LossError` that names both shapes where they differ, or says how the class weights do not fit.
  /// - Complexity: O(n), one pass over memory, on up to ``threads`` threads.
  public func callAsFunction(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Tensor<Scalar> {
    try elementwise(.loss, of: nil, logits, targets, weights)
  }

  /// The derivative in each logit, of the elementwise loss or of a reduction: `w ((1 - z) σ(x) - q z σ(-x))`, divided by the
  /// reduction's denominator.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func gradient(
    of reduction: LossReduction? = nil, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Tensor<Scalar> {
    try elementwise(.gradient, of: reduction, logits, targets, weights)
  }

  /// The second derivative in each logit, of the elementwise loss or of a reduction: `w (1 - z + q z) σ(x) σ(-x)`, divided by the
  /// reduction's denominator.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func secondDerivative(
    of reduction: LossReduction? = nil, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Tensor<Scalar> {
    try elementwise(.secondDerivative, of: reduction, logits, targets, weights)
  }

  /// The derivative in each target, of the elementwise loss or of a reduction: `w (1 - ε) (q softplus(-x) - softplus(x))`, divided
  /// by the reduction's denominator. It does not depend on the targets.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func targetDerivative(
    of reduction: LossReduction? = nil, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Tensor<Scalar> {
    try elementwise(.targetDerivative, of: reduction, logits, targets, weights)
  }

  /// Each element's derivative in its positive weight, of the elementwise loss or of a reduction: `w z softplus(-x)`, divided by the
  /// reduction's denominator. Their sum is the derivative in a uniform positive weight.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func positiveWeightDerivative(
    of reduction: LossReduction? = nil, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Tensor<Scalar> {
    try elementwise(.positiveWeightDerivative, of: reduction, logits, targets, weights)
  }

  /// Σ w ℓ. The sum of nothing is 0.
  ///
  /// Within 1 ULP of the exact sum of the losses, and the same bits for any number of threads.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``.
  /// - Complexity: O(n), one pass over memory, on up to ``threads`` threads.
  public func sum(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Scalar {
    try reduced(.sum, logits: logits, targets: targets, weights: weights)
  }

  /// Σ w ℓ / N, N the number of elements, masked ones included. The mean of nothing is an error.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory, on up to ``threads`` threads.
  public func mean(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Scalar {
    try reduced(.mean, logits: logits, targets: targets, weights: weights)
  }

  /// Σ w ℓ / Σ w. Weights that do not sum to a positive, finite number are an error.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory and one over the weights, on up to ``threads`` threads.
  public func weightedMean(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>
  ) throws(LossError) -> Scalar {
    try reduced(.weightedMean, logits: logits, targets: targets, weights: weights)
  }

  /// The reduced loss.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func reduced(
    _ reduction: LossReduction, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try reduce(reduction, inputs, shape: logits.shape)
    }
  }

  /// The reduced loss and its derivative in each logit, in one pass over memory.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`), on up to ``threads`` threads.
  public func valueWithGradient(
    of reduction: LossReduction, logits: Tensor<Scalar>, targets: Tensor<Scalar>,
    weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> (value: Scalar, gradient: Tensor<Scalar>) {
    var value = Scalar.zero
    let gradient = try newTensor(logits, targets, weights) { (inputs, output) throws(LossError) in
      value = try reduce(reduction, inputs, shape: logits.shape, gradient: output)
    }
    return (value, gradient)
  }

  /// Each element's loss and its derivative in the logit, in one pass over memory.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:)-(Tensor<Scalar>,_,_)``.
  /// - Complexity: O(n), one pass over memory, on up to ``threads`` threads.
  public func lossesWithGradient(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) -> (losses: Tensor<Scalar>, gradient: Tensor<Scalar>) {
    var gradient = Tensor<Scalar>([])
    let losses = try newTensor(logits, targets, weights) { (inputs, losses) throws(LossError) in
      gradient = try newTensor(logits, targets, weights) { (_, gradient) throws(LossError) in
        try evaluateLossWithGradient(
          inputs, shape: logits.shape, losses: losses, gradient: gradient)
      }
    }
    return (losses, gradient)
  }

  private func elementwise(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction?,
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, _ weights: Tensor<Scalar>?
  ) throws(LossError) -> Tensor<Scalar> {
    try newTensor(logits, targets, weights) { (inputs, output) throws(LossError) in
      try evaluate(quantity, of: reduction, inputs, shape: logits.shape, into: output)
    }
  }

  /// A tensor of the logits' shape that `body` fills.
  private func newTensor(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, _ weights: Tensor<Scalar>?,
    _ body: (LossInputs<Scalar>, UnsafeMutableBufferPointer<Scalar>) throws(LossError) -> Void
  ) throws(LossError) -> Tensor<Scalar> {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      // Not zeroed first: that would be another pass over memory.
      let elements = try [Scalar](capacity: inputs.count) { (output) throws(LossError) in
        try body(inputs, output)
      }
      return Tensor(unchecked: logits.shape, elements)
    }
  }

  /// Calls `body` with the addresses of inputs of the same shape.
  func withInputs<Result>(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, _ weights: Tensor<Scalar>?,
    _ body: (LossInputs<Scalar>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    guard targets.shape == logits.shape else {
      throw error(.shapeMismatch(other: "targets", logits: logits.shape, received: targets.shape))
    }
    if let weights, weights.shape != logits.shape {
      throw error(.shapeMismatch(other: "weights", logits: logits.shape, received: weights.shape))
    }
    return try withInputs(logits.storage.span, targets.storage.span, weights?.storage.span, body)
  }
}

extension Array {
  /// An array of `capacity` elements that `body` must all write, which it need not if it throws.
  fileprivate init(
    capacity: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(LossError) -> Void
  ) throws(LossError) {
    var thrown: LossError?
    self.init(unsafeUninitializedCapacity: capacity) { buffer, count in
      do throws(LossError) {
        try body(UnsafeMutableBufferPointer(rebasing: buffer[..<capacity]))
        count = capacity
      } catch { thrown = error }
    }
    if let thrown { throw thrown }
  }
}
