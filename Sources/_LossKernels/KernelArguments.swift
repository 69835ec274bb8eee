// SPDX-License-Identifier: Apache-2.0
/// What a kernel works on: `count` consecutive elements.
///
/// The pointers must be valid for `count` elements; no alignment is needed. `output` may be the same address as any input (`losses` not);
/// other overlaps are not allowed. No byte outside the buffers is read or written.
public struct KernelArguments<Scalar: KernelScalar> {
  public var logits: UnsafePointer<Scalar>
  public var targets: UnsafePointer<Scalar>
  /// The positive weight of each element, in the general form; nil where all have `positiveWeight`.
  public var positiveWeights: UnsafePointer<Scalar>?
  /// The weight of each element, in the general form; 0 masks the element, nil is 1 for all.
  public var weights: UnsafePointer<Scalar>?
  /// Where an elementwise kernel, or a sum with gradient, writes.
  public var output: UnsafeMutablePointer<Scalar>?
  /// Where the kernel of losses with gradients writes the losses.
  public var losses: UnsafeMutablePointer<Scalar>?
  public var count: Int
  /// The positive weight of every element.
  public var positiveWeight: Scalar
  /// The general form replaces a target `z` by `z * targetScale + targetOffset`.
  public var targetScale: Scalar
  public var targetOffset: Scalar
  /// What derivatives are divided by.
  public var divisor: Scalar

  @inlinable @inline(__always)
  public init(
    logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>,
    positiveWeights: UnsafePointer<Scalar>? = nil, weights: UnsafePointer<Scalar>? = nil,
    output: UnsafeMutablePointer<Scalar>? = nil, losses: UnsafeMutablePointer<Scalar>? = nil,
    count: Int, positiveWeight: Scalar,
    targetScale: Scalar = 1, targetOffset: Scalar = 0, divisor: Scalar = 1
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

  /// The same for `count` elements from `start` on.
  @inlinable @inline(__always)
  public func part(from start: Int, count: Int) -> KernelArguments {
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
