// SPDX-License-Identifier: Apache-2.0
/// Calls on arrays. `targets` and `weights` must have as many elements as `logits`.
///
/// `shape` is the shape of the array in row-major order, `[count]` by default. Class weights need
/// it, because it determines the class of each element.
///
/// Public functions that take the span of an array are `@export(interface)`, here and in other
/// files. If Swift 6.3 inlines such a function into an optimised caller, it drops the caller's
/// preceding stores to the array. `Utilities/check-workaround` reports when the attribute is no
/// longer needed.
extension WeightedCrossEntropyLoss {
  /// The loss of each element: `w ℓ(x, z)`.
  ///
  /// - Parameters:
  ///   - logits: x.
  ///   - targets: z, normally in [0, 1].
  ///   - weights: w, at least 0; nil is 1. A weight of 0 masks the element: its loss is exactly 0,
  ///     even if the logit or the target is NaN.
  ///   - shape: The shape of the array; nil is `[count]`.
  /// - Throws: `LossError` if the lengths differ, the shape does not hold the elements, or the
  ///   class weights do not fit the shape.
  /// - Complexity: O(n), one pass over memory.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func callAsFunction(
    logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> [Scalar] {
    try elementwise(.loss, of: nil, logits, targets, weights, shape)
  }

  /// The derivative in each logit, of the elementwise loss or of a reduction:
  /// `w ((1 - z) σ(x) - q z σ(-x))`, divided by the denominator of the reduction.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:shape:)``, and if the denominator is
  ///   undefined: a mean of no elements, or weights whose sum is not positive and finite.
  /// - Complexity: O(n), one pass over memory, and one over the weights for `.weightedMean`.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func gradient(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> [Scalar] {
    try elementwise(.gradient, of: reduction, logits, targets, weights, shape)
  }

  /// The second derivative in each logit, which is the diagonal of the Hessian (all other entries
  /// are zero): `w (1 - z + q z) σ(x) σ(-x)`, divided by the denominator of the reduction.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:)``.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func secondDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> [Scalar] {
    try elementwise(.secondDerivative, of: reduction, logits, targets, weights, shape)
  }

  /// The derivative in each target: `w (1 - ε) (q softplus(-x) - softplus(x))`, divided by the
  /// denominator of the reduction. It does not depend on the targets.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:)``.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func targetDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> [Scalar] {
    try elementwise(.targetDerivative, of: reduction, logits, targets, weights, shape)
  }

  /// The derivative of each element in its positive weight: `w z softplus(-x)`, divided by the
  /// denominator of the reduction. The sum of these is the derivative in a uniform positive weight.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:)``.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func positiveWeightDerivative(
    of reduction: LossReduction? = nil, logits: [Scalar], targets: [Scalar],
    weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> [Scalar] {
    try elementwise(.positiveWeightDerivative, of: reduction, logits, targets, weights, shape)
  }

  /// The reduced loss: the sum, the mean or the weighted mean.
  ///
  /// The result is within 1 ULP of the exact reduction of the losses if all have the same sign. It
  /// has the same bits for any number of threads. The sum of no elements is 0.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:)``.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func value(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil,
    shape: [Int]? = nil
  ) throws(LossError) -> Scalar {
    try withInputs(logits, targets, weights, shape) { (inputs) throws(LossError) in
      try reduce(reduction, inputs)
    }
  }

  /// The reduced loss and its derivative in each logit, in one pass over memory.
  ///
  /// - Throws: As ``gradient(of:logits:targets:weights:shape:)``.
  /// - Complexity: As ``gradient(of:logits:targets:weights:shape:)``.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func valueWithGradient(
    of reduction: LossReduction, logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil,
    shape: [Int]? = nil
  ) throws(LossError) -> (value: Scalar, gradient: [Scalar]) {
    try withInputs(logits, targets, weights, shape) { (inputs) throws(LossError) in
      var value = Scalar.zero
      let gradient = try [Scalar](writing: inputs.count) { (output) throws(LossError) in
        value = try reduce(reduction, inputs, gradient: output)
      }
      return (value, gradient)
    }
  }

  /// The loss of each element and its derivative in the logit, in one pass over memory.
  ///
  /// - Throws: As ``callAsFunction(logits:targets:weights:shape:)``.
  /// - Complexity: O(n), one pass over memory.
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func lossWithGradient(
    logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil, shape: [Int]? = nil
  ) throws(LossError) -> (losses: [Scalar], gradient: [Scalar]) {
    try withInputs(logits, targets, weights, shape) { (inputs) throws(LossError) in
      var gradient: [Scalar] = []
      let losses = try [Scalar](writing: inputs.count) { (losses) throws(LossError) in
        gradient = try [Scalar](writing: inputs.count) { (gradient) throws(LossError) in
          try evaluateLossWithGradient(inputs, losses: losses, gradient: gradient)
        }
      }
      return (losses, gradient)
    }
  }

  private func elementwise(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction?, _ logits: [Scalar],
    _ targets: [Scalar], _ weights: [Scalar]?, _ shape: [Int]?
  ) throws(LossError) -> [Scalar] {
    try withInputs(logits, targets, weights, shape) { (inputs) throws(LossError) in
      try [Scalar](writing: inputs.count) { (output) throws(LossError) in
        try evaluate(quantity, of: reduction, inputs, into: output)
      }
    }
  }

  private func withInputs<Result>(
    _ logits: [Scalar], _ targets: [Scalar], _ weights: [Scalar]?, _ shape: [Int]?,
    _ body: (LossInputs<InPlaceStorage<Scalar>>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    if let shape { try checkShape(shape, holdsExactly: logits.count) }
    return try withInputs(
      logits.span, targets.span, weights?.span, shape: shape, firstIndex: 0, body)
  }
}

extension Array {
  /// Creates an array of `count` elements. `body` must write all of them unless it throws.
  fileprivate init(
    writing count: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(LossError) -> Void
  ) throws(LossError) {
    // The elements are not set to zero first: that would be another pass over memory.
    var thrown: LossError?
    self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
      do throws(LossError) {
        try body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initializedCount = count
      } catch { thrown = error }
    }
    if let thrown { throw thrown }
  }
}
