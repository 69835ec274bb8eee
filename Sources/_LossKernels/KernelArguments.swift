// SPDX-License-Identifier: Apache-2.0
/// The arguments of a kernel, which accesses elements of the type of the arithmetic.
public typealias KernelArguments<Scalar: KernelScalar> = CallArguments<Scalar, Scalar>

/// The arguments of a call: buffers of `count` elements and constants.
///
/// The buffers need no alignment. `output` may be the same buffer as an input; no other buffers may
/// overlap. A kernel reads and writes no byte outside the buffers.
public struct CallArguments<Element: BitwiseCopyable, Scalar: KernelScalar> {
  public var logits: UnsafePointer<Element>
  public var targets: UnsafePointer<Element>
  /// The positive weight of each element, in the general form; nil is `positiveWeight` for all.
  public var positiveWeights: UnsafePointer<Scalar>?
  /// The weight of each element, in the general form; 0 masks the element; nil is 1 for all.
  public var weights: UnsafePointer<Element>?
  /// The results of an elementwise kernel, or the gradient of a kernel that also computes losses or
  /// their sum.
  public var output: UnsafeMutablePointer<Element>?
  /// The losses of the kernel that writes losses and gradient.
  public var losses: UnsafeMutablePointer<Element>?
  public var count: Int
  /// The positive weight of all elements.
  public var positiveWeight: Scalar
  /// The general form replaces a target `z` by `z * targetScale + targetOffset`.
  public var targetScale: Scalar
  public var targetOffset: Scalar
  /// The denominator of derivatives.
  public var divisor: Scalar

  @inlinable @inline(__always)
  public init(
    logits: UnsafePointer<Element>, targets: UnsafePointer<Element>,
    positiveWeights: UnsafePointer<Scalar>? = nil, weights: UnsafePointer<Element>? = nil,
    output: UnsafeMutablePointer<Element>? = nil, losses: UnsafeMutablePointer<Element>? = nil,
    count: Int, positiveWeight: Scalar, targetScale: Scalar = 1, targetOffset: Scalar = 0,
    divisor: Scalar = 1
  ) {
    self.logits = logits
    self.targets = targets
    self.positiveWeights = positiveWeights
    self.weights = weights
    self.output = output
    self.losses = losses
    self.count = count
    self.positiveWeight = positiveWeight
    self.targetScale = targetScale
    self.targetOffset = targetOffset
    self.divisor = divisor
  }

  /// The arguments for `count` elements from index `start`.
  @inlinable @inline(__always)
  public func part(from start: Int, count: Int) -> CallArguments {
    var part = self
    part.logits += start
    part.targets += start
    part.positiveWeights = positiveWeights.map { $0 + start }
    part.weights = weights.map { $0 + start }
    part.output = output.map { $0 + start }
    part.losses = losses.map { $0 + start }
    part.count = count
    return part
  }
}
