// SPDX-License-Identifier: Apache-2.0
/// Calls over memory that the caller owns. They allocate nothing; results go into the caller's buffer. On several threads Dispatch
/// asks for some 100 bytes, and 64 for each thread, to start them, however many elements there are.
///
/// `shape` is the shape of the tensor that the elements are of, in row-major order; it matters only for positive weights per class,
/// and is `[count]` if left out. `firstIndex` is the position of the first element in that tensor, for calls on a part of it. Every
/// span must have as many elements as `logits`.
extension WeightedCrossEntropyLoss {
  /// Writes the loss of each element: `w ℓ(x, z)`.
  ///
  /// - Throws: `LossError` where the lengths differ or the class weights do not fit the shape. The output is then untouched.
  /// - Complexity: O(n), one pass over memory, on up to ``threads`` threads.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func losses(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0,
    into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try elementwise(.loss, of: nil, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the derivative in each logit of the elementwise loss, or of a reduction:
  /// `w ((1 - z) σ(x) - q z σ(-x))`, divided by the reduction's denominator.
  ///
  /// - Throws: As ``losses(logits:targets:weights:shape:firstIndex:into:)``, and where a mean has no elements or no weights.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func gradient(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try elementwise(.gradient, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the second derivative in each logit of the elementwise loss, or of a reduction (the diagonal of its Hessian, which
  /// has nothing off it): `w (1 - z + q z) σ(x) σ(-x)`, divided by the reduction's denominator.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func secondDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try elementwise(
      .secondDerivative, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the derivative in each target: `w (1 - ε) (q softplus(-x) - softplus(x))`, divided by the reduction's denominator.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func targetDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try elementwise(
      .targetDerivative, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes each element's derivative in its positive weight: `w z softplus(-x)`, divided by the reduction's denominator. Their sum
  /// is the derivative in a uniform positive weight.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func positiveWeightDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try elementwise(
      .positiveWeightDerivative, of: reduction, logits, targets, weights, shape, firstIndex, &output
    )
  }

  /// The reduced loss.
  ///
  /// Partial sums carry at least twice the precision of `Scalar` and are combined in a tree that depends on the count alone: the
  /// result is the same bits for any number of threads, within 1 ULP of the exact sum of the terms where they have one sign, and finite
  /// wherever it fits.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``. The sum of nothing is 0; the mean of nothing is an error.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func reduced(
    _ reduction: LossReduction, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try reduce(reduction, inputs, shape: shape, firstIndex: firstIndex)
    }
  }

  /// The reduced loss, and its derivative in each logit written to `gradient`, in one pass over memory.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n), one pass over memory (and one over the weights for `.weightedMean`).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func valueWithGradient(
    of reduction: LossReduction, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    shape: [Int]? = nil, firstIndex: Int = 0, into gradient: inout MutableSpan<Scalar>
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try gradient.withUnsafeMutableBufferPointer { (gradient) throws(LossError) in
        try reduce(reduction, inputs, shape: shape, firstIndex: firstIndex, gradient: gradient)
      }
    }
  }

  /// Writes each element's loss and its derivative in the logit, in one pass over memory.
  ///
  /// - Throws: As ``losses(logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func lossesWithGradient(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0,
    losses: inout MutableSpan<Scalar>, gradient: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try losses.withUnsafeMutableBufferPointer { (losses) throws(LossError) in
        try gradient.withUnsafeMutableBufferPointer { (gradient) throws(LossError) in
          try evaluateLossWithGradient(
            inputs, shape: shape, firstIndex: firstIndex, losses: losses, gradient: gradient)
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func elementwise(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction?, _ logits: Span<Scalar>,
    _ targets: Span<Scalar>,
    _ weights: Span<Scalar>?, _ shape: [Int]?, _ firstIndex: Int,
    _ output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try output.withUnsafeMutableBufferPointer { (output) throws(LossError) in
        try evaluate(
          quantity, of: reduction, inputs, shape: shape, firstIndex: firstIndex, into: output)
      }
    }
  }
}
