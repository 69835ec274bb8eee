// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// The sum and the means of a stream of elements that need not fit in memory.
///
/// The results are the same bits for any division of the stream into parts, and the same as those of the calls over whole arrays.
/// Asking for them allocates nothing.
///
///     var accumulator = try LossAccumulator(loss)
///     for part in parts {
///       try accumulator.append(logits: part.logits.span, targets: part.targets.span)
///     }
///     let mean = try accumulator.mean()
public struct LossAccumulator<Scalar: LossScalar>: Sendable {
  /// The loss whose values are summed.
  public let loss: WeightedCrossEntropyLoss<Scalar>
  /// The number of elements so far.
  public private(set) var count = 0

  private let shape: [Int]?
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

  /// An empty stream.
  ///
  /// - Parameters:
  ///   - loss: the loss whose values are summed.
  ///   - shape: the shape of the whole stream, needed for positive weights per class.
  /// - Throws: `LossError` where positive weights per class do not fit the shape, or `WCE_INSTRUCTION_SET` names a variant that this
  ///   processor lacks.
  public init(_ loss: WeightedCrossEntropyLoss<Scalar>, shape: [Int]? = nil) throws(LossError) {
    try loss.checkClasses(shape: shape ?? [], count: 0)
    _ = try loss.kernels()
    self.loss = loss
    self.shape = shape
  }

  /// Adds the next elements. Give weights with every part or with none.
  ///
  /// - Throws: `LossError` where the lengths differ, weights are given for some parts only, or there are more elements than
  ///   the shape holds, which matters for positive weights per class. The part is then not taken in.
  /// - Complexity: O(n), on up to `loss.threads` threads.
  public mutating func append(
    logits: Span<Scalar>, targets: Span<Scalar>, weights: Span<Scalar>? = nil
  ) throws(LossError) {
    let block = ArrayCall<Scalar>.blockLength
    // All is checked before anything is taken in.
    _ = try loss.withInputs(logits, targets, weights) { (inputs) throws(LossError) in inputs.count }
    try loss.checkClasses(shape: shape, count: count + logits.count)
    try checkWeights(areGiven: weights != nil)
    hasWeights = weights != nil
    var taken = 0
    if !pending.logits.isEmpty {
      taken = min(block - pending.logits.count, logits.count)
      keep(logits, targets, weights, 0..<taken)
      if pending.logits.count == block { try flush() }
    }
    let whole = taken + (logits.count - taken) / block * block
    if whole > taken {
      try sum(
        logits.extracting(taken..<whole), targets.extracting(taken..<whole),
        weights?.extracting(taken..<whole))
    }
    keep(logits, targets, weights, whole..<logits.count)
    count += logits.count
  }

  /// Σ w ℓ so far, 0 at first.
  ///
  /// - Throws: Nothing that ``init(_:shape:)`` and ``append(logits:targets:weights:)`` did not throw before.
  /// - Complexity: That of a call on at most a block of elements.
  public func sum() throws(LossError) -> Scalar { Scalar(try lossTotal().value) }

  /// The sum of the weights so far, or the count where there are none.
  ///
  /// - Throws: As ``sum()``.
  public func weightSum() throws(LossError) -> Scalar { Scalar(try weightTotal().value) }

  /// Σ w ℓ / N so far, N the number of elements.
  ///
  /// - Throws: `LossError` where there are no elements, and as ``sum()``.
  public func mean() throws(LossError) -> Scalar {
    guard count > 0 else { throw loss.error(.emptyMean) }
    return Scalar(try lossTotal().divided(by: PartialSum(high: Double(count))))
  }

  /// Σ w ℓ / Σ w so far.
  ///
  /// - Throws: `LossError` where there are no weights or their sum is not positive and finite, and as ``sum()``.
  public func weightedMean() throws(LossError) -> Scalar {
    Scalar(try lossTotal().divided(by: weightDenominator()))
  }

  private func weightDenominator() throws(LossError) -> PartialSum {
    guard hasWeights == true else { throw loss.error(.missingWeights) }
    return try loss.checkedDenominator(weightTotal())
  }

  /// Writes the derivative in each logit of a part, of a reduction over the whole stream that has been appended: the second pass over
  /// a stream, once the denominator of a mean is known.
  ///
  /// - Parameters:
  ///   - reduction: the reduction; nil is the elementwise loss.
  ///   - logits: the logits of the part.
  ///   - targets: its targets.
  ///   - weights: its element weights, if the stream has any.
  ///   - firstIndex: the position of the part's first element in the stream.
  ///   - output: where the derivatives go, as long as the part.
  /// - Throws: `LossError` where the lengths differ, weights are given and the stream has none or the other way round, the part does
  ///   not lie within the shape, or the mean is undefined.
  /// - Complexity: O(n), on up to `loss.threads` threads.
  public func gradient(
    of reduction: LossReduction? = nil, logits: Span<Scalar>, targets: Span<Scalar>,
    weights: Span<Scalar>? = nil,
    firstIndex: Int, into output: inout MutableSpan<Scalar>
  ) throws(LossError) {
    try checkWeights(areGiven: weights != nil)
    let denominator: Scalar
    switch reduction {
    case nil, .sum: denominator = 1
    case .mean:
      guard count > 0 else { throw loss.error(.emptyMean) }
      denominator = Scalar(count)
    case .weightedMean: denominator = try loss.kernelDivisor(weightDenominator())
    }
    try loss.withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try output.withUnsafeMutableBufferPointer { (output) throws(LossError) in
        try loss.evaluate(
          .gradient, dividedBy: denominator, inputs, shape: shape, firstIndex: firstIndex,
          into: output)
      }
    }
  }

  /// Checks that a part has weights if the elements before it had.
  private func checkWeights(areGiven: Bool) throws(LossError) {
    if count > 0, areGiven != hasWeights { throw loss.error(.weightsOfSomeParts) }
  }

  /// Sets elements aside until there is a block of them.
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
  private mutating func flush() throws(LossError) {
    let full = pending
    pending = Elements()
    try sum(full.logits.span, full.targets.span, hasWeights == true ? full.weights.span : nil)
  }

  /// Sums whole blocks.
  private mutating func sum(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?
  ) throws(LossError) {
    let sums = try withCall(logits, targets, weights) { call in
      (call.blockSums(call.kernels.lossSum), call.blockWeightSums())
    }
    for sum in sums.0 { losses.append(sum) }
    for sum in sums.1 { weightSums.append(sum) }
  }

  /// Σ w ℓ of all elements.
  private func lossTotal() throws(LossError) -> PartialSum {
    try total(of: losses) { $0.sum($0.kernels.lossSum) }
  }

  /// Σ w of all elements.
  private func weightTotal() throws(LossError) -> PartialSum {
    try total(of: weightSums) { $0.weightSum() }
  }

  /// The sum of whole blocks and of the elements after them, which are summed where they lie.
  private func total(
    of blocks: PartialSumStack, _ sum: (inout ArrayCall<Scalar>) throws(LossError) -> PartialSum
  ) throws(LossError) -> PartialSum {
    guard !pending.logits.isEmpty else { return blocks.total }
    return blocks.total(
      adding: try withCall(
        pending.logits.span, pending.targets.span, hasWeights == true ? pending.weights.span : nil,
        sum))
  }

  /// What `body` makes of a call on the elements after the whole blocks summed so far.
  private func withCall<Result>(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?,
    _ body: (inout ArrayCall<Scalar>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    let firstIndex = losses.count * ArrayCall<Scalar>.blockLength
    return try loss.withInputs(logits, targets, weights) { (inputs) throws(LossError) in
      try loss.withArrayCall(inputs, shape: shape, firstIndex: firstIndex, body)
    }
  }
}
