// SPDX-License-Identifier: Apache-2.0
/// The loops of the kernels.
///
/// They process whole vectors in the caller's buffers, and the remaining elements in a padded copy.
/// Therefore the result of an element does not depend on its position, and no byte outside the
/// buffers is accessed.
public enum KernelLoop<V: KernelVector, Form: KernelForm> {
  public typealias Scalar = V.Scalar

  /// The constants of a loop as vectors.
  public struct Constants {
    @usableFromInline let positiveWeight, targetScale, targetOffset: V
    /// The denominators of derivatives and of the element weights in derivatives. One of them is 1.
    @usableFromInline let divisor, weightDivisor: V

    @inlinable @inline(__always)
    init(_ arguments: KernelArguments<Scalar>) {
      self.init(
        positiveWeight: arguments.positiveWeight, targetScale: arguments.targetScale,
        targetOffset: arguments.targetOffset, divisor: arguments.divisor,
        hasWeights: arguments.weights != nil)
    }

    @inlinable @inline(__always)
    public init(
      positiveWeight: Scalar, targetScale: Scalar, targetOffset: Scalar, divisor: Scalar,
      hasWeights: Bool
    ) {
      self.positiveWeight = V(repeating: positiveWeight)
      self.targetScale = V(repeating: targetScale)
      self.targetOffset = V(repeating: targetOffset)
      let dividesWeights = Form.isGeneral && hasWeights
      self.divisor = V(repeating: dividesWeights ? 1 : divisor)
      weightDivisor = V(repeating: dividesWeights ? divisor : 1)
    }
  }

  /// Calls `body` with each vector of `count` elements, a positive multiple of the lane count.
  ///
  /// Each step computes the exponential of the next vector. The processor overlaps it with the
  /// logarithm of the current vector, because both are long chains of dependent operations.
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

  /// The inputs of one vector of elements.
  ///
  /// All optional inputs are loaded here, before any arithmetic: a branch between the operations
  /// costs up to 11 % more instructions.
  public struct Element {
    @usableFromInline let terms: LossTerms<V>
    @usableFromInline let weight: V
    @usableFromInline let constants: Constants

    @inlinable @inline(__always)
    init(
      _ arguments: KernelArguments<Scalar>, _ constants: Constants, _ exponential: V, at offset: Int
    ) {
      let logit = V(loading: arguments.logits + offset)
      let target = V(loading: arguments.targets + offset)
      var (positiveWeight, weight) = (constants.positiveWeight, V(repeating: 1))
      if Form.isGeneral, let positiveWeights = arguments.positiveWeights {
        positiveWeight = V(loading: positiveWeights + offset)
      }
      if Form.isGeneral, let weights = arguments.weights { weight = V(loading: weights + offset) }
      self.init(
        constants, logit: logit, target: target, positiveWeight: positiveWeight, weight: weight,
        exponential: exponential)
    }

    /// - Parameter exponential: `LossTerms.exponential(logit)`
    @inlinable @inline(__always)
    public init(
      _ constants: Constants, logit: V, target: V, positiveWeight: V, weight: V, exponential: V
    ) {
      self.constants = constants
      self.weight = weight
      terms =
        if Form.isGeneral {
          LossTerms(
            logit: logit, target: target, scale: constants.targetScale,
            offset: constants.targetOffset, positiveWeight: positiveWeight,
            exponential: exponential)
        } else {
          LossTerms(
            logit: logit, target: target, positiveWeight: positiveWeight, exponential: exponential)
        }
    }

    /// The result of an operation times the element weights.
    @inlinable @inline(__always)
    public func value<Operation: ElementOperation>(of operation: Operation.Type) -> V {
      weighted(
        Operation.value(terms, divisor: constants.divisor, targetScale: constants.targetScale),
        operation)
    }

    /// The loss and its gradient. Weighting both at the end takes the fewest instructions.
    @inlinable @inline(__always)
    public var lossAndGradient: (loss: V, gradient: V) {
      let loss = LossOperation.value(
        terms, divisor: constants.divisor, targetScale: constants.targetScale)
      let gradient = GradientOperation.value(
        terms, divisor: constants.divisor, targetScale: constants.targetScale)
      return (weighted(loss, LossOperation.self), weighted(gradient, GradientOperation.self))
    }

    /// `value` times the element weights; exactly 0 if the weight is 0.
    ///
    /// Weights and their sum may be huge or tiny, but their ratio is in [0, 1]. Therefore a
    /// derivative is multiplied by the ratio.
    @inlinable @inline(__always)
    func weighted<Operation: ElementOperation>(_ value: V, _: Operation.Type) -> V {
      guard Form.isGeneral else { return value }
      let factor = Operation.isDivided ? weight / constants.weightDivisor : weight
      return (value * factor).zeroed(whereZero: weight)
    }
  }

  /// Calls `body` for the elements that fill whole vectors, then for a padded copy of the remaining
  /// ones.
  ///
  /// The loss of the padding is exactly 0: its logit is -∞, its target and its weight are 0.
  @inlinable @inline(__always)
  static func withPaddedTail(
    _ arguments: KernelArguments<Scalar>, _ body: (KernelArguments<Scalar>, _ count: Int) -> Void
  ) {
    let remainder = arguments.count % V.laneCount
    let whole = arguments.count - remainder
    if whole > 0 { body(arguments, whole) }
    guard remainder > 0 else { return }
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 6 * V.laneCount) { scratch in
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
      // Smoothing changes the target of the padding, so the general form masks the padding.
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

  /// Writes the result of an operation for every element to the output.
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

  /// The sum of the losses of a block.
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

  /// The sum of the losses of a block; writes the gradient to the output.
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

  /// Writes the losses, and the gradient to the output.
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
