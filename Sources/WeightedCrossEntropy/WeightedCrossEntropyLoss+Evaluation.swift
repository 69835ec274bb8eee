import _LossKernels

/// What the public methods over tensors, arrays and spans come down to.
extension WeightedCrossEntropyLoss {
  /// Writes a quantity of every element to `output`; as part of a reduction's derivative it is divided by the reduction's
  /// denominator, or by one that is given.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func evaluate(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction? = nil, dividedBy divisor: Scalar? = nil,
    _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0,
    into output: UnsafeMutableBufferPointer<Scalar>
  ) throws(LossError) {
    guard output.count == inputs.count else {
      throw error(.outputCount(expected: inputs.count, received: output.count))
    }
    if reduction == nil,
      runOnFew(quantity.kernels, inputs, divisor: divisor ?? 1, output: output.baseAddress)
    {
      return
    }
    var call = try arrayCall(inputs, shape: shape, firstIndex: firstIndex)
    call.arguments.divisor = if let divisor { divisor } else { try denominator(of: reduction, call).scalar }
    call.arguments.output = output.baseAddress
    call.run(quantity.kernels(call.kernels))
  }

  /// The reduced loss; with `gradient`, also writes the reduction's derivative in the logits there, in the same pass.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func reduce(
    _ reduction: LossReduction, _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0,
    gradient: UnsafeMutableBufferPointer<Scalar>? = nil
  ) throws(LossError) -> Scalar {
    var call = try arrayCall(inputs, shape: shape, firstIndex: firstIndex)
    let denominator = try denominator(of: reduction, call)
    guard let gradient else { return Scalar(call.sum(call.kernels.lossSum).divided(by: denominator.sum)) }
    guard gradient.count == inputs.count else {
      throw error(.outputCount(expected: inputs.count, received: gradient.count))
    }
    call.arguments.divisor = denominator.scalar
    call.arguments.output = gradient.baseAddress
    return Scalar(call.sum(call.kernels.lossSumWithGradient).divided(by: denominator.sum))
  }

  /// Writes every element's loss and its derivative in the logit, in one pass.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func evaluateLossWithGradient(
    _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0,
    losses: UnsafeMutableBufferPointer<Scalar>,
    gradient: UnsafeMutableBufferPointer<Scalar>
  ) throws(LossError) {
    guard losses.count == inputs.count, gradient.count == inputs.count else {
      let wrong = losses.count == inputs.count ? gradient.count : losses.count
      throw error(.outputCount(expected: inputs.count, received: wrong))
    }
    if runOnFew(\.lossWithGradient, inputs, output: gradient.baseAddress, losses: losses.baseAddress) {
      return
    }
    var call = try arrayCall(inputs, shape: shape, firstIndex: firstIndex)
    call.arguments.output = gradient.baseAddress
    call.arguments.losses = losses.baseAddress
    call.run(call.kernels.lossWithGradient)
  }

  /// What a reduction divides by, for sums and for the kernels.
  private func denominator(
    of reduction: LossReduction?, _ call: ArrayCall<Scalar>
  ) throws(LossError) -> (sum: PartialSum, scalar: Scalar) {
    switch reduction {
    case nil, .sum:
      return (PartialSum(high: 1), 1)
    case .mean:
      guard call.arguments.count > 0 else { throw error(.emptyMean) }
      return (PartialSum(high: Double(call.arguments.count)), Scalar(call.arguments.count))
    case .weightedMean:
      guard call.arguments.weights != nil else { throw error(.missingWeights) }
      guard call.arguments.count > 0 else { throw error(.emptyMean) }
      let sum = try checkedDenominator(call.weightSum())
      return (sum, Scalar(sum.value))
    }
  }

  /// The sum of the element weights, which a mean can divide by if it is positive and finite.
  func checkedDenominator(_ sum: PartialSum) throws(LossError) -> PartialSum {
    guard sum.isFinite, sum.high > 0 else { throw error(.weightSum("\(sum.value)")) }
    return sum
  }
}
