// SPDX-License-Identifier: Apache-2.0
/// Calls on memory that the caller owns. They write to the caller's buffer and allocate nothing.
///
/// `targets`, `weights` and the outputs must have as many elements as `logits`. `shape` is the
/// shape of the whole tensor in row-major order, `[count]` by default; class weights need it. For a
/// call on a part of that tensor, `firstIndex` is the position of the part's first element. A call
/// that throws leaves its outputs unchanged.
extension WeightedCrossEntropyLoss {
  /// Writes the loss of each element: `w ℓ(x, z)`.
  ///
  /// - Throws: `LossError` if the lengths differ, the elements do not lie in the shape, or the
  ///   class weights do not fit it.
  /// - Complexity: O(n), one pass over memory.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func callAsFunction(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try write(.loss, of: nil, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the derivative in each logit; see
  /// ``gradient(of:logits:targets:weights:shape:)``.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:shape:firstIndex:into:)``, and if the
  ///   denominator of the reduction is undefined.
  /// - Complexity: O(n), one pass over memory, and one over the weights for `.weightedMean`.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func gradient(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try write(.gradient, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the second derivative in each logit; see
  /// ``secondDerivative(of:logits:targets:weights:shape:)``.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func secondDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try write(
      .secondDerivative, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the derivative in each target; see
  /// ``targetDerivative(of:logits:targets:weights:shape:)``.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func targetDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try write(
      .targetDerivative, of: reduction, logits, targets, weights, shape, firstIndex, &output)
  }

  /// Writes the derivative of each element in its positive weight; see
  /// ``positiveWeightDerivative(of:logits:targets:weights:shape:)``.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func positiveWeightDerivative(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try write(
      .positiveWeightDerivative, of: reduction, logits, targets, weights, shape, firstIndex,
      &output)
  }

  /// The reduced loss; see ``value(of:logits:targets:weights:shape:)``.
  ///
  /// Partial sums carry at least twice the precision of `Scalar`. They are added in a tree that
  /// depends only on the number of elements, so the result has the same bits for any number of
  /// threads. It is finite whenever the exact result is representable.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func value(
    of reduction: LossReduction, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights, shape: shape, firstIndex: firstIndex) {
      (inputs) throws(LossError) in try reduce(reduction, inputs)
    }
  }

  /// The reduced loss; writes its derivative in each logit in the same pass over memory.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:firstIndex:into:)``.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func valueWithGradient(
    of reduction: LossReduction, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into gradient: inout MutableSpan<Scalar>
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights, shape: shape, firstIndex: firstIndex) {
      (inputs) throws(LossError) in
      try gradient.withUnsafeMutableBufferPointer { (gradient) throws(LossError) in
        try reduce(reduction, inputs, gradient: gradient)
      }
    }
  }

  /// Writes the loss of each element and its derivative in the logit, in one pass over memory.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:shape:firstIndex:into:)``.
  /// - Complexity: O(n), one pass over memory.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func lossWithGradient(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, losses: inout MutableSpan<Scalar>, gradient: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try withInputs(logits, targets, weights, shape: shape, firstIndex: firstIndex) {
      (inputs) throws(LossError) in
      try losses.withUnsafeMutableBufferPointer { (losses) throws(LossError) in
        try gradient.withUnsafeMutableBufferPointer { (gradient) throws(LossError) in
          try evaluateLossWithGradient(inputs, losses: losses, gradient: gradient)
        }
      }
    }
  }

  private func write(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction?, _ logits: Span<Scalar>,
    _ targets: Span<Scalar>, _ weights: Span<Scalar>?, _ shape: [Int]?, _ firstIndex: Int,
    _ output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try withInputs(logits, targets, weights, shape: shape, firstIndex: firstIndex) {
      (inputs) throws(LossError) in
      try output.withUnsafeMutableBufferPointer { (output) throws(LossError) in
        try evaluate(quantity, of: reduction, inputs, into: output)
      }
    }
  }
}
