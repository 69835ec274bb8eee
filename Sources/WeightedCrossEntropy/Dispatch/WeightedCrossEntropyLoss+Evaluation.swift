// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// The three computations that implement all public calls on many elements, in Swift, C and Python.
extension WeightedCrossEntropyLoss {
  /// Writes a quantity of each element, divided by the denominator of the reduction.
  @_specialize(exported:true,where Scalar == Float, Storage == InPlaceStorage<Float>)
  @_specialize(exported:true,where Scalar == Double, Storage == InPlaceStorage<Double>)
  @_specialize(exported:true,where Scalar == Float, Storage == HalfStorage)
  package func evaluate<Storage: ElementStorage>(
    _ quantity: ElementwiseQuantity, of reduction: LossReduction?, _ inputs: LossInputs<Storage>,
    into output: UnsafeMutableBufferPointer<Storage.Element>
  ) throws(LossError) where Storage.Scalar == Scalar {
    let call = try arrayCall(inputs)
    try evaluate(quantity, dividedBy: denominator(of: reduction, call), call, into: output)
  }

  /// Writes a quantity of each element, divided by `denominator`.
  @inline(__always)
  func evaluate<Storage: ElementStorage>(
    _ quantity: ElementwiseQuantity, dividedBy denominator: PartialSum, _ call: ArrayCall<Storage>,
    into output: UnsafeMutableBufferPointer<Storage.Element>
  ) throws(LossError) where Storage.Scalar == Scalar {
    var call = call
    call.arguments.output = try address(of: output, count: call.arguments.count)
    call.arguments.divisor = try divisor(denominator)
    call.run(quantity.kernels(call.kernels))
  }

  /// The reduced loss; with `gradient`, also writes the derivative of the reduction in each logit.
  ///
  /// `gradient` must not be the buffer of an input: if the sum of a block overflows, it is computed
  /// again from the inputs.
  @_specialize(exported:true,where Scalar == Float, Storage == InPlaceStorage<Float>)
  @_specialize(exported:true,where Scalar == Double, Storage == InPlaceStorage<Double>)
  @_specialize(exported:true,where Scalar == Float, Storage == HalfStorage)
  package func reduce<Storage: ElementStorage>(
    _ reduction: LossReduction, _ inputs: LossInputs<Storage>,
    gradient: UnsafeMutableBufferPointer<Storage.Element>? = nil
  ) throws(LossError) -> Storage.Element where Storage.Scalar == Scalar {
    var call = try arrayCall(inputs)
    let denominator = try denominator(of: reduction, call)
    guard let gradient else {
      let quotient = call.sum(call.kernels.lossSum).divided(by: denominator)
      return call.storage.element(rounding: quotient)
    }
    call.arguments.output = try address(of: gradient, count: inputs.count)
    call.arguments.divisor = try divisor(denominator)
    let quotient = call.sum(call.kernels.lossSumWithGradient).divided(by: denominator)
    return call.storage.element(rounding: quotient)
  }

  /// Writes the loss of each element and its derivative in the logit.
  @_specialize(exported:true,where Scalar == Float, Storage == InPlaceStorage<Float>)
  @_specialize(exported:true,where Scalar == Double, Storage == InPlaceStorage<Double>)
  @_specialize(exported:true,where Scalar == Float, Storage == HalfStorage)
  package func evaluateLossWithGradient<Storage: ElementStorage>(
    _ inputs: LossInputs<Storage>, losses: UnsafeMutableBufferPointer<Storage.Element>,
    gradient: UnsafeMutableBufferPointer<Storage.Element>
  ) throws(LossError) where Storage.Scalar == Scalar {
    var call = try arrayCall(inputs)
    call.arguments.losses = try address(of: losses, count: inputs.count)
    call.arguments.output = try address(of: gradient, count: inputs.count)
    call.run(call.kernels.lossWithGradient)
  }

  /// The constants of the kernels, for calls that this module does not make.
  package var kernelConstants: (positiveWeight: Scalar, targetScale: Scalar, targetOffset: Scalar) {
    (uniformPositiveWeight, targetScale, targetOffset)
  }

  /// The kernels, arguments and options of a call on the inputs.
  @inline(__always)
  func arrayCall<Storage: ElementStorage>(
    _ inputs: LossInputs<Storage>
  ) throws(LossError) -> ArrayCall<Storage> where Storage.Scalar == Scalar {
    arrayCall(inputs, kernels: try kernels())
  }

  @inline(__always)
  func arrayCall<Storage: ElementStorage>(
    _ inputs: LossInputs<Storage>, kernels: KernelTable<Scalar>
  ) -> ArrayCall<Storage> where Storage.Scalar == Scalar {
    ArrayCall(
      kernels: kernels,
      arguments: CallArguments(
        logits: inputs.logits, targets: inputs.targets, weights: inputs.weights,
        count: inputs.count, positiveWeight: uniformPositiveWeight, targetScale: targetScale,
        targetOffset: targetOffset),
      storage: inputs.storage,
      classes: inputs.classes,
      isPlain: inputs.weights == nil && inputs.classes == nil && labelSmoothing == 0,
      threads: threads)
  }

  /// The kernels of the instruction set of the loss.
  @inline(__always)
  func kernels() throws(LossError) -> KernelTable<Scalar> {
    if let instructionSet { return Scalar._kernels(instructionSet) }
    if let selected = Scalar._selectedKernels { return selected }
    return Scalar._kernels(try InstructionSet.selected.get())
  }

  @inline(__always)
  private func address<Element>(
    of output: UnsafeMutableBufferPointer<Element>, count: Int
  ) throws(LossError) -> UnsafeMutablePointer<Element>? {
    guard output.count == count else {
      throw error(.outputCount(expected: count, received: output.count))
    }
    return output.baseAddress
  }

  @inline(__always)
  private func denominator<Storage: ElementStorage>(
    of reduction: LossReduction?, _ call: ArrayCall<Storage>
  ) throws(LossError) -> PartialSum {
    try denominator(of: reduction, count: call.arguments.count) {
      call.arguments.weights == nil ? nil : call.weightSum()
    }
  }

  /// The denominator of a reduction of `count` elements.
  ///
  /// - Parameter weightSum: The sum of the element weights; nil if there are none.
  @inline(__always)
  func denominator(
    of reduction: LossReduction?, count: Int, weightSum: () -> PartialSum?
  ) throws(LossError) -> PartialSum {
    switch reduction {
    case nil, .sum:
      return PartialSum(high: 1)
    case .mean:
      guard count > 0 else { throw error(.emptyMean) }
      return PartialSum(high: Double(count))
    case .weightedMean:
      guard let sum = weightSum() else { throw error(.missingWeights) }
      guard count > 0 else { throw error(.emptyMean) }
      guard sum.isFinite, sum.high > 0 else { throw error(.weightSum("\(sum.value)")) }
      return sum
    }
  }

  /// A denominator as the argument of a kernel. The denominator of derivatives must fit `Scalar`;
  /// that of a mean need not.
  @inline(__always)
  private func divisor(_ denominator: PartialSum) throws(LossError) -> Scalar {
    let divisor = Scalar(denominator.value)
    guard divisor.isFinite else { throw error(.weightSum("\(divisor)")) }
    return divisor
  }
}
