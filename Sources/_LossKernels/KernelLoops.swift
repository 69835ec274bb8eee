/// The loops of the kernels: whole vectors straight from the caller's buffers, then the rest through a padded copy, so that
/// an element's result does not depend on where it stands and no byte outside the buffers is touched.
public enum KernelLoop<V: KernelVector, Form: KernelForm> {
  public typealias Scalar = V.Scalar

  /// The loop's constants, one vector each.
  @usableFromInline
  struct Constants {
    @usableFromInline let positiveWeight, targetScale, targetOffset, divisor: V

    @inlinable @inline(__always)
    init(_ arguments: KernelArguments<Scalar>) {
      positiveWeight = V(repeating: arguments.positiveWeight)
      targetScale = V(repeating: arguments.targetScale)
      targetOffset = V(repeating: arguments.targetOffset)
      divisor = V(repeating: arguments.divisor)
    }
  }

  /// The terms of the vector at `offset`.
  @inlinable @inline(__always)
  static func terms(_ arguments: KernelArguments<Scalar>, _ constants: Constants, at offset: Int)
    -> LossTerms<V>
  {
    let logit = V(loading: arguments.logits + offset)
    let target = V(loading: arguments.targets + offset)
    guard Form.isGeneral else {
      return LossTerms(logit: logit, target: target, positiveWeight: constants.positiveWeight)
    }
    var positiveWeight = constants.positiveWeight
    if let positiveWeights = arguments.positiveWeights {
      positiveWeight = V(loading: positiveWeights + offset)
    }
    return LossTerms(
      logit: logit, target: target, scale: constants.targetScale, offset: constants.targetOffset,
      positiveWeight: positiveWeight)
  }

  /// `value` times the element weights; exactly 0 where the weight is.
  @inlinable @inline(__always)
  static func weighted(_ value: V, _ arguments: KernelArguments<Scalar>, at offset: Int) -> V {
    guard Form.isGeneral, let weights = arguments.weights else { return value }
    let weight = V(loading: weights + offset)
    return (value * weight).zeroed(whereZero: weight)
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
      if arguments.positiveWeights != nil { padded.positiveWeights = UnsafePointer(positiveWeights) }
      // Smoothing moves the padding's target off 0, so the general form masks it.
      if Form.isGeneral {
        if arguments.weights == nil { weights.update(repeating: 1, count: remainder) }
        padded.weights = UnsafePointer(weights)
      }
      padded.output = output
      padded.losses = losses
      body(padded, V.laneCount)
      if let destination = arguments.output { (destination + whole).update(from: output, count: remainder) }
      if let destination = arguments.losses { (destination + whole).update(from: losses, count: remainder) }
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
      var offset = 0
      while offset < count {
        let value = Operation.value(
          terms(arguments, constants, at: offset), divisor: constants.divisor,
          targetScale: constants.targetScale)
        weighted(value, arguments, at: offset).store(to: output + offset)
        offset += V.laneCount
      }
    }
  }

  /// The sum of the block's losses.
  @inlinable @inline(__always)
  public static func lossSum(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    let constants = Constants(arguments)
    var sums = CompensatedSum<V>()
    withPaddedTail(arguments) { arguments, count in
      var offset = 0
      while offset < count {
        let loss = LossOperation.value(
          terms(arguments, constants, at: offset), divisor: constants.divisor,
          targetScale: constants.targetScale)
        sums.add(weighted(loss, arguments, at: offset))
        offset += V.laneCount
      }
    }
    return sums.total
  }

  /// The loss and its derivative in the logit of one vector, both times the element weights.
  @inlinable @inline(__always)
  static func lossAndGradient(
    _ arguments: KernelArguments<Scalar>, _ constants: Constants, at offset: Int
  ) -> (loss: V, gradient: V) {
    let terms = terms(arguments, constants, at: offset)
    let loss = LossOperation.value(terms, divisor: constants.divisor, targetScale: constants.targetScale)
    let gradient = GradientOperation.value(
      terms, divisor: constants.divisor, targetScale: constants.targetScale)
    return (weighted(loss, arguments, at: offset), weighted(gradient, arguments, at: offset))
  }

  /// The sum of the block's losses; writes the derivatives in the logits to the output.
  @inlinable @inline(__always)
  public static func lossSumWithGradient(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    let constants = Constants(arguments)
    var sums = CompensatedSum<V>()
    withPaddedTail(arguments) { arguments, count in
      guard let output = arguments.output else { return }
      var offset = 0
      while offset < count {
        let (loss, gradient) = lossAndGradient(arguments, constants, at: offset)
        gradient.store(to: output + offset)
        sums.add(loss)
        offset += V.laneCount
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
      var offset = 0
      while offset < count {
        let (loss, gradient) = lossAndGradient(arguments, constants, at: offset)
        gradient.store(to: output + offset)
        loss.store(to: losses + offset)
        offset += V.laneCount
      }
    }
  }

  /// The sum of a block of numbers.
  @inlinable @inline(__always)
  public static func sum(_ elements: UnsafePointer<Scalar>, _ count: Int) -> PartialSum {
    var sums = CompensatedSum<V>()
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
