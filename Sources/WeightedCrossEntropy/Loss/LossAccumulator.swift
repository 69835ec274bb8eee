// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// The reduced loss of a stream of elements that need not fit in memory.
///
/// A value has the same bits for any division of the stream into parts, and the same bits as a call
/// on one array. ``value(of:)`` allocates nothing.
///
///     var accumulator = try LossAccumulator(loss)
///     for part in parts {
///       try accumulator.append(logits: part.logits.span, targets: part.targets.span)
///     }
///     let mean = try accumulator.value(of: .mean)
public struct LossAccumulator<Scalar: LossScalar>: Sendable {
  /// The loss.
  public let loss: WeightedCrossEntropyLoss<Scalar>
  /// The number of elements so far.
  public private(set) var count = 0

  private let shape: [Int]?
  private let kernels: KernelTable<Scalar>
  /// The number of consecutive elements that share a class weight; nil for a uniform weight.
  private let classRun: Int?
  private var losses = PartialSumStack()
  private var weightSums = PartialSumStack()
  private var hasWeights: Bool?
  /// The elements after the last whole block.
  private var pending = Elements()

  private struct Elements: Sendable {
    var logits: [Scalar] = []
    var targets: [Scalar] = []
    var weights: [Scalar] = []
  }

  /// Creates an empty stream.
  ///
  /// - Parameters:
  ///   - loss: The loss.
  ///   - shape: The shape of the whole stream, required for class weights.
  /// - Throws: `LossError` if class weights do not fit the shape, or `WCE_INSTRUCTION_SET` names an
  ///   instruction set that is not available.
  public init(_ loss: WeightedCrossEntropyLoss<Scalar>, shape: [Int]? = nil) throws(LossError) {
    classRun = try loss.classRun(shape: shape ?? [], count: 0, firstIndex: 0)
    kernels = try loss.kernels()
    self.loss = loss
    self.shape = shape
  }

  /// Adds the next elements.
  ///
  /// - Throws: `LossError` if the lengths differ, only some parts have weights, or class weights
  ///   are used and the shape holds fewer elements. The part is then not added.
  /// - Complexity: O(n).
  public mutating func append(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil
  ) throws(LossError) {
    let block = ArrayCall<InPlaceStorage<Scalar>>.blockLength
    // All checks come before the first change.
    try loss.checkCounts(logits.count, targets: targets.count, weights: weights?.count)
    _ = try loss.classRun(shape: shape, count: logits.count, firstIndex: count)
    try checkWeights(areGiven: weights != nil)
    hasWeights = weights != nil
    var taken = 0
    if !pending.logits.isEmpty {
      taken = min(block - pending.logits.count, logits.count)
      keep(logits, targets, weights, 0..<taken)
      if pending.logits.count == block { flush() }
    }
    let whole = taken + (logits.count - taken) / block * block
    if whole > taken {
      sum(
        logits.extracting(taken..<whole), targets.extracting(taken..<whole),
        weights?.extracting(taken..<whole))
    }
    keep(logits, targets, weights, whole..<logits.count)
    count += logits.count
  }

  /// The reduced loss so far. The sum of no elements is 0.
  ///
  /// - Throws: `LossError` if a mean has no elements, or a weighted mean has no weights or a sum of
  ///   weights that is not positive and finite. The sum never throws.
  /// - Complexity: That of a call on at most one block of elements.
  public func value(of reduction: LossReduction) throws(LossError) -> Scalar {
    let total = total(of: losses) { $0.sum(kernels.lossSum) }
    return Scalar(total.divided(by: try denominator(of: reduction)))
  }

  /// The sum of the weights so far; the number of elements if there are no weights.
  public var weightSum: Scalar { Scalar(weightTotal.value) }

  /// Writes the derivative in each logit of a part, of a reduction over the whole stream so far.
  /// This is the second pass over a stream, after the first has given the denominator of a mean.
  ///
  /// - Parameters:
  ///   - reduction: The reduction; nil is the elementwise loss.
  ///   - logits: The logits of the part.
  ///   - targets: Its targets.
  ///   - weights: Its element weights, if the stream has weights.
  ///   - firstIndex: The position of the part's first element in the stream.
  ///   - output: The buffer for the derivatives, with as many elements as the part.
  /// - Throws: `LossError` if the lengths differ, weights are given for a stream without weights or
  ///   not given for a stream with weights, the part exceeds the shape, or the mean is undefined.
  /// - Complexity: O(n).
  public func gradient(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil, firstIndex: Int, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try checkWeights(areGiven: weights != nil)
    let denominator = try denominator(of: reduction)
    try loss.withInputs(logits, targets, weights, shape: shape, firstIndex: firstIndex) {
      (inputs) throws(LossError) in
      try output.withUnsafeMutableBufferPointer { (output) throws(LossError) in
        try loss.evaluate(
          .gradient, dividedBy: denominator, loss.arrayCall(inputs, kernels: kernels), into: output)
      }
    }
  }

  /// Checks that a part has weights if the parts before it had.
  private func checkWeights(areGiven: Bool) throws(LossError) {
    if count > 0, areGiven != hasWeights { throw loss.error(.weightsOfSomeParts) }
  }

  private func denominator(of reduction: LossReduction?) throws(LossError) -> PartialSum {
    try loss.denominator(of: reduction, count: count) { hasWeights == true ? weightTotal : nil }
  }

  /// Stores elements until they fill a block.
  private mutating func keep(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?, _ range: Range<Int>
  ) {
    for index in range {
      pending.logits.append(logits[index])
      pending.targets.append(targets[index])
      if let weights { pending.weights.append(weights[index]) }
    }
  }

  /// Sums the pending elements as a block.
  private mutating func flush() {
    let full = pending
    pending = Elements()
    sum(full.logits.span, full.targets.span, hasWeights == true ? full.weights.span : nil)
  }

  /// Sums whole blocks.
  private mutating func sum(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?
  ) {
    let sums = withCall(logits, targets, weights) {
      ($0.blockSums(kernels.lossSum), $0.blockWeightSums())
    }
    for sum in sums.0 { losses.append(sum) }
    for sum in sums.1 { weightSums.append(sum) }
  }

  private var weightTotal: PartialSum { total(of: weightSums) { $0.weightSum() } }

  /// The sum of the whole blocks and of the pending elements.
  private func total(
    of blocks: PartialSumStack, _ sum: (ArrayCall<InPlaceStorage<Scalar>>) -> PartialSum
  ) -> PartialSum {
    guard !pending.logits.isEmpty else { return blocks.total }
    return blocks.total(
      adding: withCall(
        pending.logits.span, pending.targets.span, hasWeights == true ? pending.weights.span : nil,
        sum))
  }

  /// Passes `body` a call on checked elements, which follow the whole blocks.
  private func withCall<Result>(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?,
    _ body: (ArrayCall<InPlaceStorage<Scalar>>) -> Result
  ) -> Result {
    let firstIndex = losses.count * ArrayCall<InPlaceStorage<Scalar>>.blockLength
    return loss.withCheckedInputs(
      logits, targets, weights, classRun: classRun, firstIndex: firstIndex
    ) { body(loss.arrayCall($0, kernels: kernels)) }
  }
}
