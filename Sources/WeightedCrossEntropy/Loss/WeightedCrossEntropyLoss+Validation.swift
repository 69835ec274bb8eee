// SPDX-License-Identifier: Apache-2.0
/// Checks of the elements. The methods that compute the loss do not make them.
extension WeightedCrossEntropyLoss {
  /// Checks that targets lie in [0, 1], logits are not NaN, and weights are finite and at least 0.
  /// Elements of weight 0 are masked and not checked.
  ///
  /// - Throws: `LossError` for the first invalid element, or if the lengths differ.
  /// - Complexity: O(n).
  @export(interface)
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  public func validate(
    logits: [Scalar], targets: [Scalar], weights: [Scalar]? = nil
  ) throws(LossError) {
    try validate(logits: logits.span, targets: targets.span, weights: weights?.span)
  }

  /// Checks the elements of spans, or of one part of a stream.
  ///
  /// - Parameters:
  ///   - logits: The logits.
  ///   - targets: The targets.
  ///   - weights: The element weights, if there are any.
  ///   - firstIndex: The index of the first element in errors.
  /// - Throws: As ``validate(logits:targets:weights:)``, and if `firstIndex` is negative or too
  ///   large.
  /// - Complexity: O(n).
  public func validate(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil, firstIndex: Int = 0
  ) throws(LossError) {
    try checkFirstIndex(firstIndex, count: logits.count)
    try checkCounts(logits.count, targets: targets.count, weights: weights?.count)
    try withCheckedInputs(logits, targets, weights, classRun: nil, firstIndex: 0) {
      (inputs) throws(LossError) in
      guard let position = Self.firstInvalid(inputs) else { return }
      let index = firstIndex + position
      if let weight = inputs.weights?[position], !(weight > 0 && weight.isFinite) {
        throw error(.invalidWeight(value: "\(weight)", index: index))
      }
      if inputs.logits[position].isNaN { throw error(.logitNotANumber(index: index)) }
      throw error(.targetOutOfRange(value: "\(inputs.targets[position])", index: index))
    }
  }

  /// The position of the first invalid element. A block is tested without a branch, so that the
  /// compiler vectorises the loop.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func firstInvalid(_ inputs: LossInputs<InPlaceStorage<Scalar>>) -> Int? {
    for start in stride(from: 0, to: inputs.count, by: 256) {
      let block = start..<min(start + 256, inputs.count)
      var allAreValid: UInt32 = 1
      for position in block { allAreValid &= inputs.isValid(at: position) }
      if allAreValid == 0 { return block.first { inputs.isValid(at: $0) == 0 } }
    }
    return nil
  }
}

extension LossInputs where Element: BinaryFloatingPoint {
  /// 1 if the element is masked or valid, otherwise 0.
  @inline(__always)
  fileprivate func isValid(at position: Int) -> UInt32 {
    let (logit, target) = (logits[position], targets[position])
    let isInRange: UInt32 =
      (target >= 0 ? 1 : 0) & (target <= 1 ? 1 : 0) & (logit == logit ? 1 : 0)
    guard let weights else { return isInRange }
    let weight = weights[position]
    return (weight == 0 ? 1 : 0) | (isInRange & (weight > 0 ? 1 : 0) & (weight < .infinity ? 1 : 0))
  }
}
