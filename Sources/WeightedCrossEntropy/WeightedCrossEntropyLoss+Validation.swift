// SPDX-License-Identifier: Apache-2.0
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
  /// - Throws: `LossError` for the first element that fails, with its index, where the lengths differ, or where `firstIndex`
  ///   is negative or leaves no room for the elements.
  /// - Complexity: O(n).
  public func validate(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, firstIndex: Int = 0
  ) throws(LossError) {
    try checkFirstIndex(firstIndex, count: logits.count)
    try withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      guard let position = Self.firstInvalid(inputs) else { return }
      let index = firstIndex + position
      if let weight = inputs.weights?[position], !(weight > 0 && weight.isFinite) {
        throw error(.invalidWeight(value: "\(weight)", index: index))
      }
      if inputs.logits[position].isNaN { throw error(.logitNotANumber(index: index)) }
      throw error(.targetOutOfRange(value: "\(inputs.targets[position])", index: index))
    }
  }

  /// The position of the first element that fails. A block is tested as a whole, without a branch, so that the loop is vectorised.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func firstInvalid(_ inputs: LossInputs<Scalar>) -> Int? {
    for start in stride(from: 0, to: inputs.count, by: 256) {
      let block = start..<min(start + 256, inputs.count)
      var allAreValid: UInt32 = 1
      for position in block { allAreValid &= inputs.isValid(at: position) }
      if allAreValid == 0 { return block.first { inputs.isValid(at: $0) == 0 } }
    }
    return nil
  }

  /// Checks tensors of the same shape.
  ///
  /// - Throws: As ``validate(logits:targets:weights:firstIndex:)``, and where the shapes differ.
  /// - Complexity: O(n).
  @export(interface)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func validate(
    logits: Tensor<Scalar>, targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil
  ) throws(LossError) {
    _ = try withInputs(logits, targets, weights) { (inputs) throws(LossError) in inputs.count }
    try validate(
      logits: logits.storage.span, targets: targets.storage.span, weights: weights?.storage.span)
  }

  /// Checks arrays of the same length.
  ///
  /// - Throws: As ``validate(logits:targets:weights:firstIndex:)``.
  /// - Complexity: O(n).
  @export(interface)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func validate(logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil)
    throws(LossError)
  {
    try validate(logits: logits.span, targets: targets.span, weights: weights?.span)
  }
}

extension LossInputs {
  /// 1 for an element that is masked, or whose target lies in [0, 1], whose logit is a number and whose weight is finite; else 0.
  @inline(__always)
  fileprivate func isValid(at position: Int) -> UInt32 {
    let (logit, target) = (logits[position], targets[position])
    let isInRange: UInt32 = (target >= 0 ? 1 : 0) & (target <= 1 ? 1 : 0) & (logit == logit ? 1 : 0)
    guard let weights else { return isInRange }
    let weight = weights[position]
    return (weight == 0 ? 1 : 0) | (isInRange & (weight > 0 ? 1 : 0) & (weight < .infinity ? 1 : 0))
  }
}
