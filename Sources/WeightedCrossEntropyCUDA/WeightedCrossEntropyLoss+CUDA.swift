// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
import _LossKernelsCUDA

/// Calls on the memory of a GPU.
///
/// They correspond to the calls on spans and give the same bits as those with AVX2, AVX-512 or
/// NEON. The differences:
///
/// - They queue the work on `stream` and return; nothing waits. The buffers must exist until the
///   work has finished.
/// - Reductions write to one element in the memory of the GPU.
/// - Nothing on the GPU is checked: if the sum of the weights is not positive and finite, a
///   weighted mean and its derivatives are NaN or infinite.
/// - All buffers of a call are memory of one GPU. The calls use its primary context.
/// - Element weights, targets and outputs have the type of the logits. If an output is the buffer
///   of an input, both have the same address; other overlaps are errors.
/// - A call that throws may have queued a part of the work: its outputs are unspecified. An error
///   of the driver may be that of earlier work.
extension WeightedCrossEntropyLoss where Scalar: DeviceScalar {
  /// Writes the loss of each element.
  public func callAsFunction<Element: DeviceElement>(
    logits: DeviceBuffer<Element>, targets: DeviceBuffer<Element>,
    weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into output: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .loss, of: nil, logits, targets, weights, shape, firstIndex, output: output, stream: stream)
  }

  /// Writes the derivative in each logit.
  public func gradient<Element: DeviceElement>(
    of reduction: LossReduction? = nil, logits: DeviceBuffer<Element>,
    targets: DeviceBuffer<Element>, weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, into output: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .gradient, of: reduction, logits, targets, weights, shape, firstIndex, output: output,
      stream: stream)
  }

  /// Writes the second derivative in each logit.
  public func secondDerivative<Element: DeviceElement>(
    of reduction: LossReduction? = nil, logits: DeviceBuffer<Element>,
    targets: DeviceBuffer<Element>, weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, into output: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .secondDerivative, of: reduction, logits, targets, weights, shape, firstIndex,
      output: output, stream: stream)
  }

  /// Writes the derivative in each target.
  public func targetDerivative<Element: DeviceElement>(
    of reduction: LossReduction? = nil, logits: DeviceBuffer<Element>,
    targets: DeviceBuffer<Element>, weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, into output: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .targetDerivative, of: reduction, logits, targets, weights, shape, firstIndex,
      output: output, stream: stream)
  }

  /// Writes the derivative of each element in its positive weight.
  public func positiveWeightDerivative<Element: DeviceElement>(
    of reduction: LossReduction? = nil, logits: DeviceBuffer<Element>,
    targets: DeviceBuffer<Element>, weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil,
    firstIndex: Int = 0, into output: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .positiveWeightDerivative, of: reduction, logits, targets, weights, shape, firstIndex,
      output: output, stream: stream)
  }

  /// Writes the loss of each element and its derivative in the logit, in one pass over memory.
  public func lossWithGradient<Element: DeviceElement>(
    logits: DeviceBuffer<Element>, targets: DeviceBuffer<Element>,
    weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    losses: DeviceBuffer<Element>, gradient: DeviceBuffer<Element>,
    on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .lossWithGradient, of: nil, logits, targets, weights, shape, firstIndex, output: gradient,
      losses: losses, stream: stream)
  }

  /// Writes the reduced loss to the one element of `value`.
  public func value<Element: DeviceElement>(
    of reduction: LossReduction, logits: DeviceBuffer<Element>, targets: DeviceBuffer<Element>,
    weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into value: DeviceBuffer<Element>, on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .lossSum, of: reduction, logits, targets, weights, shape, firstIndex, value: value,
      stream: stream)
  }

  /// Writes the reduced loss to the one element of `value`, and its derivative in each logit, in
  /// one pass over memory; in two passes if `gradient` is the buffer of an input.
  public func valueWithGradient<Element: DeviceElement>(
    of reduction: LossReduction, logits: DeviceBuffer<Element>, targets: DeviceBuffer<Element>,
    weights: DeviceBuffer<Element>? = nil, shape: [Int]? = nil, firstIndex: Int = 0,
    into value: DeviceBuffer<Element>, gradient: DeviceBuffer<Element>,
    on stream: CUDAStream = .default
  ) throws(CUDAError) where Element.Scalar == Scalar {
    try perform(
      .lossSumWithGradient, of: reduction, logits, targets, weights, shape, firstIndex,
      output: gradient, value: value, stream: stream)
  }

  @specialized(where Scalar == Float, Element == Float)
  @specialized(where Scalar == Double, Element == Double)
  @specialized(where Scalar == Float, Element == BFloat16)
  private func perform<Element: DeviceElement>(
    _ quantity: GPUQuantity, of reduction: LossReduction?, _ logits: DeviceBuffer<Element>,
    _ targets: DeviceBuffer<Element>, _ weights: DeviceBuffer<Element>?, _ shape: [Int]?,
    _ firstIndex: Int, output: DeviceBuffer<Element>? = nil,
    losses: DeviceBuffer<Element>? = nil, value: DeviceBuffer<Element>? = nil, stream: CUDAStream
  ) throws(CUDAError) where Element.Scalar == Scalar {
    var call = CUDACall<Scalar>(
      Element._storage, self, count: logits.count, logits: logits.address,
      targets: targets.address, weights: weights?.address, stream: stream.handle)
    do throws(LossError) {
      try checkCounts(logits.count, targets: targets.count, weights: weights?.count)
      for buffer in [output, losses] where buffer.map({ $0.count != logits.count }) == true {
        throw LossError(name, .outputCount(expected: logits.count, received: buffer?.count ?? 0))
      }
      if let value, value.count != 1 {
        throw LossError(name, .outputCount(expected: 1, received: value.count))
      }
      let run = try classRun(shape: shape, count: logits.count, firstIndex: firstIndex)
      if let run, case .perClass(let weights, axis: _) = positiveWeight {
        call.classes = .onHost(weights, run: run)
        call.firstIndex = firstIndex
      }
    } catch { throw CUDAError(.loss(error)) }
    try call.perform(
      quantity, of: reduction,
      CUDACall.Outputs(output: output?.address, losses: losses?.address, value: value?.address))
  }
}
