// SPDX-License-Identifier: Apache-2.0
/// The loops of the kernels.
///
/// They process whole vectors, and the remaining elements in a padded vector.
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
}

extension KernelLoop where V: LaneVector {
  /// Calls `body` with each vector of elements, and last with the remaining elements in a padded
  /// vector.
  ///
  /// Each step computes the exponential of the next vector. The processor overlaps it with the
  /// logarithm of the current vector, because both are long chains of dependent operations.
  @inlinable @inline(__always)
  static func forEachVector(
    _ arguments: KernelArguments<Scalar>,
    _ body: (Element, _ offset: Int, _ count: Int) -> Void
  ) {
    let constants = Constants(arguments)
    let remainder = arguments.count % V.laneCount
    let whole = arguments.count - remainder
    if whole > 0 {
      var exponential = LossTerms.exponential(V(loading: arguments.logits))
      var offset = 0
      while offset < whole - V.laneCount {
        let ahead = LossTerms.exponential(V(loading: arguments.logits + (offset + V.laneCount)))
        body(Element(arguments, constants, exponential, at: offset), offset, V.laneCount)
        exponential = ahead
        offset += V.laneCount
      }
      body(Element(arguments, constants, exponential, at: offset), offset, V.laneCount)
    }
    if remainder > 0 {
      body(last(remainder, arguments, constants, at: whole), whole, remainder)
    }
  }

  /// The last `count` elements, fewer than a vector has. The other lanes have zeros, for which no
  /// processor takes longer: at -∞ the exponential underflows, which takes 70 ns on some.
  @inlinable @inline(__always)
  static func last(
    _ count: Int, _ arguments: KernelArguments<Scalar>, _ constants: Constants, at offset: Int
  ) -> Element {
    func vector(_ start: UnsafePointer<Scalar>) -> V { V(loading: start + offset, count: count) }
    let logit = vector(arguments.logits)
    var (positiveWeight, weight) = (constants.positiveWeight, V(repeating: 1))
    if Form.isGeneral, let weights = arguments.positiveWeights { positiveWeight = vector(weights) }
    if Form.isGeneral, let weights = arguments.weights { weight = vector(weights) }
    return Element(
      constants, logit: logit, target: vector(arguments.targets), positiveWeight: positiveWeight,
      weight: weight, exponential: LossTerms.exponential(logit))
  }

  /// Writes the result of an operation for every element to the output.
  @inlinable @inline(__always)
  public static func elementwise<Operation: ElementOperation>(
    _ operation: Operation.Type, _ arguments: KernelArguments<Scalar>
  ) {
    guard let output = arguments.output else { return }
    forEachVector(arguments) { element, offset, count in
      element.value(of: operation).store(to: output + offset, count: count)
    }
  }

  /// The sum of the losses of a block.
  @inlinable @inline(__always)
  public static func lossSum(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    var sums = V.Sum()
    forEachVector(arguments) { element, _, count in
      sums.add(element.value(of: LossOperation.self).first(count))
    }
    return sums.total
  }

  /// The sum of the losses of a block; writes the gradient to the output.
  @inlinable @inline(__always)
  public static func lossSumWithGradient(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    var sums = V.Sum()
    guard let output = arguments.output else { return sums.total }
    forEachVector(arguments) { element, offset, count in
      let (loss, gradient) = element.lossAndGradient
      gradient.store(to: output + offset, count: count)
      sums.add(loss.first(count))
    }
    return sums.total
  }

  /// Writes the losses, and the gradient to the output.
  @inlinable @inline(__always)
  public static func lossWithGradient(_ arguments: KernelArguments<Scalar>) {
    guard let output = arguments.output, let losses = arguments.losses else { return }
    forEachVector(arguments) { element, offset, count in
      let (loss, gradient) = element.lossAndGradient
      gradient.store(to: output + offset, count: count)
      loss.store(to: losses + offset, count: count)
    }
  }

  /// The sum of a block of numbers.
  @inlinable @inline(__always)
  public static func sum(_ elements: UnsafePointer<Scalar>, _ count: Int) -> PartialSum {
    var sums = V.Sum()
    let remainder = count % V.laneCount
    let whole = count - remainder
    var offset = 0
    while offset < whole {
      sums.add(V(loading: elements + offset))
      offset += V.laneCount
    }
    if remainder > 0 { sums.add(V(loading: elements + whole, count: remainder)) }
    return sums.total
  }
}
