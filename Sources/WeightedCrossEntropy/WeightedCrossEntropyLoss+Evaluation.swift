// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// What the public methods over tensors, arrays and spans come down to.
extension WeightedCrossEntropyLoss {
  /// Writes a quantity of every element to `output`; as part of a reduction's derivative it is divided by the reduction's
  /// denominator, or by one that is given.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func evaluate(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction? = nil,
    dividedBy divisor: Scalar? = nil,
    _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0,
    into output: UnsafeMutableBufferPointer<Scalar>
  ) throws(LossError) {
    guard output.count == inputs.count else {
      throw error(.outputCount(expected: inputs.count, received: output.count))
    }
    if reduction == nil, let kernels = kernelsForFew(inputs) {
      var arguments = kernelArguments(inputs)
      arguments.divisor = divisor ?? 1
      arguments.output = output.baseAddress
      let forms = quantity.kernels(kernels)
      return isPlain(inputs) ? forms.plain(arguments) : forms.general(arguments)
    }
    try withArrayCall(inputs, shape: shape, firstIndex: firstIndex) { (call) throws(LossError) in
      call.arguments.divisor =
        if let divisor { divisor } else { try kernelDivisor(denominator(of: reduction, call)) }
      call.arguments.output = output.baseAddress
      call.run(quantity.kernels(call.kernels))
    }
  }

  /// The reduced loss; with `gradient`, also writes the reduction's derivative in the logits there, in the same pass.
  ///
  /// `gradient` must not be the buffer of an input: a block whose sum overflows is summed again from its inputs.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func reduce(
    _ reduction: LossReduction, _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0,
    gradient: UnsafeMutableBufferPointer<Scalar>? = nil
  ) throws(LossError) -> Scalar {
    if let gradient, gradient.count != inputs.count {
      throw error(.outputCount(expected: inputs.count, received: gradient.count))
    }
    if reduction != .weightedMean, inputs.count > 0, let kernels = kernelsForFew(inputs) {
      let denominator = reduction == .mean ? inputs.count : 1
      var arguments = kernelArguments(inputs)
      arguments.divisor = Scalar(denominator)
      arguments.output = gradient?.baseAddress
      let forms = gradient == nil ? kernels.lossSum : kernels.lossSumWithGradient
      let sum = isPlain(inputs) ? forms.plain(arguments) : forms.general(arguments)
      // One that is not goes the long way.
      if sum.isFinite { return Scalar(sum.divided(by: PartialSum(high: Double(denominator)))) }
    }
    return try withArrayCall(inputs, shape: shape, firstIndex: firstIndex) {
      (call) throws(LossError) in
      let denominator = try denominator(of: reduction, call)
      guard let gradient else {
        return Scalar(call.sum(call.kernels.lossSum).divided(by: denominator))
      }
      call.arguments.divisor = try kernelDivisor(denominator)
      call.arguments.output = gradient.baseAddress
      return Scalar(call.sum(call.kernels.lossSumWithGradient).divided(by: denominator))
    }
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
    if let kernels = kernelsForFew(inputs) {
      var arguments = kernelArguments(inputs)
      arguments.output = gradient.baseAddress
      arguments.losses = losses.baseAddress
      let forms = kernels.lossWithGradient
      return isPlain(inputs) ? forms.plain(arguments) : forms.general(arguments)
    }
    try withArrayCall(inputs, shape: shape, firstIndex: firstIndex) { call in
      call.arguments.output = gradient.baseAddress
      call.arguments.losses = losses.baseAddress
      call.run(call.kernels.lossWithGradient)
    }
  }

  /// What a reduction divides by.
  private func denominator(
    of reduction: LossReduction?, _ call: ArrayCall<Scalar>
  ) throws(LossError) -> PartialSum {
    switch reduction {
    case nil, .sum:
      return PartialSum(high: 1)
    case .mean:
      guard call.arguments.count > 0 else { throw error(.emptyMean) }
      return PartialSum(high: Double(call.arguments.count))
    case .weightedMean:
      guard call.arguments.weights != nil else { throw error(.missingWeights) }
      guard call.arguments.count > 0 else { throw error(.emptyMean) }
      return try checkedDenominator(call.weightSum())
    }
  }

  /// The sum of the element weights, which a mean can divide by if it is positive and finite.
  func checkedDenominator(_ sum: PartialSum) throws(LossError) -> PartialSum {
    guard sum.isFinite, sum.high > 0 else { throw error(.weightSum("\(sum.value)")) }
    return sum
  }

  /// A denominator as the kernels divide by it: derivatives need one that fits `Scalar`, where a mean does not.
  func kernelDivisor(_ denominator: PartialSum) throws(LossError) -> Scalar {
    let divisor = Scalar(denominator.value)
    guard divisor.isFinite else { throw error(.weightSum("\(divisor)")) }
    return divisor
  }
}
