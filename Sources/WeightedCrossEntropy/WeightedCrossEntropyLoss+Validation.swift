/// The check of inputs that the loss itself leaves out, as the formula extends beyond its usual domain.
extension WeightedCrossEntropyLoss {
  /// Checks that targets lie in [0, 1], logits are not NaN and weights are finite and at least 0. Elements of weight 0 are masked
  /// and not looked at.
  ///
  /// - Parameters:
  ///   - logits: the logits.
  ///   - targets: the targets.
  ///   - weights: the element weights, if there are any.
  ///   - firstIndex: the position in row-major order that errors give to the first element; for the parts of a stream.
  /// - Throws: `LossError` for the first element that fails, with its index, or where the lengths differ.
  /// - Complexity: O(n).
  public func validate(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, firstIndex: Int = 0
  ) throws(LossError) {
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      for position in 0..<inputs.count {
        let target = inputs.targets[position]
        let weight = inputs.weights?[position] ?? 1
        guard weight != 0 else { continue }
        // One test for the usual case; which part failed is asked only then.
        if target >= 0 && target <= 1 && !inputs.logits[position].isNaN && weight > 0 && weight.isFinite {
          continue
        }
        let index = firstIndex + position
        if !(weight > 0 && weight.isFinite) { throw error(.invalidWeight(value: "\(weight)", index: index)) }
        if inputs.logits[position].isNaN { throw error(.logitNotANumber(index: index)) }
        throw error(.targetOutOfRange(value: "\(target)", index: index))
      }
    }
  }

  /// Checks tensors of the same shape.
  ///
  /// - Throws: As ``validate(logits:targets:weights:firstIndex:)``, and where the shapes differ.
  /// - Complexity: O(n).
  public func validate(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) {
    _ = try withInputs(logits, targets, weights) { (inputs) throws(LossError) in inputs.count }
    try validate(
      logits: logits.elements.span, targets: targets.elements.span, weights: weights?.elements.span)
  }

  /// Checks arrays of the same length.
  ///
  /// - Throws: As ``validate(logits:targets:weights:firstIndex:)``.
  /// - Complexity: O(n).
  public func validate(logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil) throws(LossError) {
    try validate(logits: logits.span, targets: targets.span, weights: weights?.span)
  }
}
