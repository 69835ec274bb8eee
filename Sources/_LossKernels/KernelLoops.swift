// SPDX-License-Identifier: Apache-2.0
/// The loops of the kernels: whole vectors straight from the caller's buffers, then the rest through a padded copy, so that
/// an element's result does not depend on where it stands and no byte outside the buffers is touched.
public enum KernelLoop<V: KernelVector, Form: KernelForm> {
  public typealias Scalar = V.Scalar

  /// The loop's constants, one vector each.
  @usableFromInline
  struct Constants {
    @usableFromInline let positiveWeight, targetScale, targetOffset: V
    /// What derivatives are divided by, and what the element weights in them are: one of the two is 1.
    @usableFromInline let divisor, weightDivisor: V

    @inlinable @inline(__always)
    init(_ arguments: KernelArguments<Scalar>) {
      positiveWeight = V(repeating: arguments.positiveWeight)
      targetScale = V(repeating: arguments.targetScale)
      targetOffset = V(repeating: arguments.targetOffset)
      let hasWeights = Form.isGeneral && arguments.weights != nil
      divisor = V(repeating: hasWeights ? 1 : arguments.divisor)
      weightDivisor = V(repeating: hasWeights ? arguments.divisor : 1)
    }
  }

  /// Calls `body` with each vector of `count` elements, a positive multiple of the lanes.
  ///
  /// The exponential is taken of the vector ahead, so that the chain of dependent operations of one vector's exponential stands
  /// beside that of another's logarithm: the processor finds more operations that can start.
  @inlinable @inline(__always)
  static func forEachVector(
    _ arguments: KernelArguments<Scalar>, _ constants: Constants, count: Int,
    _ body: (Element, _ offset: Int) -> Void
  ) {
    var exponential = LossTerms.exponential(V(loading: arguments.logits))
    var offset = 0
    while offset < count - V.laneCount {
      let ahead = LossTerms.exponential(V(loading: arguments.logits + (offset + V.laneCount)))
      body(Element(arguments, constants, exponential, at: offset), offset)
      exponential = ahead
      offset += V.laneCount
    }
    body(Element(arguments, constants, exponential, at: offset), offset)
  }

  /// One vector of elements: what every quantity is computed from.
  ///
  /// All optional inputs are asked for here, before anything is computed: a branch among the operations costs up to 11 % more
  /// instructions.
  @usableFromInline
  struct Element {
    @usableFromInline let terms: LossTerms<V>
    @usableFromInline let weight: V
    @usableFromInline let constants: Constants

    @inlinable @inline(__always)
    init(
      _ arguments: KernelArguments<Scalar>, _ constants: Constants, _ exponential: V, at offset: Int
    ) {
      self.constants = constants
      let logit = V(loading: arguments.logits + offset)
      let target = V(loading: arguments.targets + offset)
      var (positiveWeight, weight) = (constants.positiveWeight, V(repeating: 1))
      if Form.isGeneral, let positiveWeights = arguments.positiveWeights {
        positiveWeight = V(loading: positiveWeights + offset)
      }
      if Form.isGeneral, let weights = arguments.weights { weight = V(loading: weights + offset) }
      self.weight = weight
      terms =
        if Form.isGeneral {
          LossTerms(
            logit: logit, target: target, scale: constants.targetScale,
            offset: constants.targetOffset,
            positiveWeight: positiveWeight, exponential: exponential)
        } else {
          LossTerms(
            logit: logit, target: target, positiveWeight: positiveWeight, exponential: exponential)
        }
    }

    /// `Operation` times the element weights.
    @inlinable @inline(__always)
    func value<Operation: ElementOperation>(of operation: Operation.Type) -> V {
      weighted(
        Operation.value(terms, divisor: constants.divisor, targetScale: constants.targetScale),
        operation)
    }

    /// The loss and its derivative in the logit. Both are computed before they are weighted: that takes the fewest instructions.
    @inlinable @inline(__always)
    var lossAndGradient: (loss: V, gradient: V) {
      let loss = LossOperation.value(
        terms, divisor: constants.divisor, targetScale: constants.targetScale)
      let gradient = GradientOperation.value(
        terms, divisor: constants.divisor, targetScale: constants.targetScale)
      return (weighted(loss, LossOperation.self), weighted(gradient, GradientOperation.self))
    }

    /// `value` times the element weights; exactly 0 where the weight is.
    ///
    /// In a derivative the weight is divided first: it and the sum of the weights may be of any size, their quotient is a share.
    @inlinable @inline(__always)
    func weighted<Operation: ElementOperation>(_ value: V, _: Operation.Type) -> V {
      guard Form.isGeneral else { return value }
      let factor = Operation.isDivided ? weight / constants.weightDivisor : weight
      return (value * factor).zeroed(whereZero: weight)
    }
  }

  /// Calls `body` with the arguments of whole vectors' worth of elements, then with those of a padded copy of the rest.
  ///
  /// The padding's loss is exactly 0: logit -∞, target 0, weight 0.
  @inlinable @inline(__always)
  static func withPaddedTail(
    _ arguments: KernelArguments<Scalar>, _ body: (KernelArguments<Scalar>, _ count: Int) -> Void
  ) {
    let remainder = arguments.count % V.laneCount
    let whole = arguments.count - remainder
    if whole > 0 { body(arguments, whole) }
    guard remainder > 0 else { return }
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 6 * V.laneCount) { scratch in
      // The capacity is not zero, so there is a base address.
      guard let base = scratch.baseAddress else { return }
      scratch.initialize(repeating: 0)
      let (logits, targets) = (base, base + V.laneCount)
      let (positiveWeights, weights) = (base + 2 * V.laneCount, base + 3 * V.laneCount)
      let (output, losses) = (base + 4 * V.laneCount, base + 5 * V.laneCount)
      logits.update(repeating: -Scalar.infinity, count: V.laneCount)
      logits.update(from: arguments.logits + whole, count: remainder)
      targets.update(from: arguments.targets + whole, count: remainder)
      if Form.isGeneral, let source = arguments.positiveWeights {
        positiveWeights.update(from: source + whole, count: remainder)
      }
      if Form.isGeneral, let source = arguments.weights {
        weights.update(from: source + whole, count: remainder)
      }
      var padded = arguments
      padded.logits = UnsafePointer(logits)
      padded.targets = UnsafePointer(targets)
      if arguments.positiveWeights != nil {
        padded.positiveWeights = UnsafePointer(positiveWeights)
      }
      // Smoothing moves the padding's target off 0, so the general form masks it.
      if Form.isGeneral {
        if arguments.weights == nil { weights.update(repeating: 1, count: remainder) }
        padded.weights = UnsafePointer(weights)
      }
      padded.output = output
      padded.losses = losses
      body(padded, V.laneCount)
      if let destination = arguments.output {
        (destination + whole).update(from: output, count: remainder)
      }
      if let destination = arguments.losses {
        (destination + whole).update(from: losses, count: remainder)
      }
    }
  }

  /// Writes `Operation` of every element to the output.
  @inlinable @inline(__always)
  public static func elementwise<Operation: ElementOperation>(
    _ operation: Operation.Type, _ arguments: KernelArguments<Scalar>
  ) {
    let constants = Constants(arguments)
    withPaddedTail(arguments) { arguments, count in
      guard let output = arguments.output else { return }
      forEachVector(arguments, constants, count: count) { element, offset in
        element.value(of: operation).store(to: output + offset)
      }
    }
  }

  /// The sum of the block's losses.
  @inlinable @inline(__always)
  public static func lossSum(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    let constants = Constants(arguments)
    var sums = V.Sum()
    withPaddedTail(arguments) { arguments, count in
      forEachVector(arguments, constants, count: count) { element, offset in
        sums.add(element.value(of: LossOperation.self))
      }
    }
    return sums.total
  }

  /// The sum of the block's losses; writes the derivatives in the logits to the output.
  @inlinable @inline(__always)
  public static func lossSumWithGradient(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    let constants = Constants(arguments)
    var sums = V.Sum()
    withPaddedTail(arguments) { arguments, count in
      guard let output = arguments.output else { return }
      forEachVector(arguments, constants, count: count) { element, offset in
        let (loss, gradient) = element.lossAndGradient
        gradient.store(to: output + offset)
        sums.add(loss)
      }
    }
    return sums.total
  }

  /// Writes the losses, and the derivatives in the logits to the output.
  @inlinable @inline(__always)
  public static func lossWithGradient(_ arguments: KernelArguments<Scalar>) {
    let constants = Constants(arguments)
    withPaddedTail(arguments) { arguments, count in
      guard let output = arguments.output, let losses = arguments.losses else { return }
      forEachVector(arguments, constants, count: count) { element, offset in
        let (loss, gradient) = element.lossAndGradient
        gradient.store(to: output + offset)
        loss.store(to: losses + offset)
      }
    }
  }

  /// The sum of a block of numbers.
  @inlinable @inline(__always)
  public static func sum(_ elements: UnsafePointer<Scalar>, _ count: Int) -> PartialSum {
    var sums = V.Sum()
    let whole = count - count % V.laneCount
    var offset = 0
    while offset < whole {
      sums.add(V(loading: elements + offset))
      offset += V.laneCount
    }
    if whole < count {
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: V.laneCount) { scratch in
        guard let base = scratch.baseAddress else { return }
        scratch.initialize(repeating: 0)
        base.update(from: elements + whole, count: count - whole)
        sums.add(V(loading: base))
      }
    }
    return sums.total
  }
}
