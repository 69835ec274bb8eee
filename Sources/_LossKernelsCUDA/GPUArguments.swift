// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The arguments of every kernel, passed by value: addresses in the memory of the GPU, and
/// constants. `Scalar` is the type of the arithmetic. A kernel ignores what it does not use.
///
/// `output` may be the buffer of an input of an elementwise kernel; no other buffers may overlap.
public struct GPUArguments<Scalar: KernelScalar> {
  /// The number of elements.
  public var count: Int
  public var logits, targets: UnsafeRawPointer?
  /// The weight of each element, in the general form; nil is 1 for all.
  public var weights: UnsafeRawPointer?
  /// The results of an elementwise kernel, or the gradient of a kernel that also computes losses or
  /// their sum.
  public var output: UnsafeMutableRawPointer?
  /// The losses of the kernel that writes losses and gradient.
  public var losses: UnsafeMutableRawPointer?
  /// The sum of each group, followed by those of the subtrees of each level.
  public var sums: UnsafeMutablePointer<PartialSum>?
  /// For each subtree the number of its sums that are in memory, 0 before and after the call.
  public var counters: UnsafeMutablePointer<UInt32>?
  /// The sum of all groups; nil if it is not needed.
  public var total: UnsafeMutablePointer<PartialSum>?
  /// The reduced loss; nil if it is not needed.
  public var result: UnsafeMutableRawPointer?
  /// The denominator; nil is `denominator`.
  public var denominatorSum: UnsafePointer<PartialSum>?
  /// The denominator of the reduction.
  public var denominator: Double
  /// In the general form; without class weights `classes.weights` is nil.
  public var classes: GPUClasses
  /// The positive weight of all elements.
  public var positiveWeight: Scalar
  /// The general form replaces a target `z` by `z * targetScale + targetOffset`.
  public var targetScale: Scalar
  public var targetOffset: Scalar

  @inlinable
  public init(count: Int, denominator: Double = 1) {
    self.count = count
    self.denominator = denominator
    classes = GPUClasses()
    (positiveWeight, targetScale, targetOffset) = (1, 1, 0)
  }

  /// The same arguments with the group's pointers.
  @inlinable @inline(__always)
  public func located(by group: some GPUGroup) -> GPUArguments {
    func constant(_ address: UnsafeRawPointer?) -> UnsafeRawPointer? {
      UnsafeRawPointer(group.pointer(to: address))
    }
    var located = self
    located.logits = constant(logits)
    located.targets = constant(targets)
    located.weights = constant(weights)
    located.output = group.pointer(to: output)
    located.losses = group.pointer(to: losses)
    located.sums = group.pointer(to: sums)?.assumingMemoryBound(to: PartialSum.self)
    located.counters = group.pointer(to: counters)?.assumingMemoryBound(to: UInt32.self)
    located.total = group.pointer(to: total)?.assumingMemoryBound(to: PartialSum.self)
    located.result = group.pointer(to: result)
    located.denominatorSum =
      constant(denominatorSum)?.assumingMemoryBound(to: PartialSum.self)
    located.classes.weights = constant(classes.weights)
    return located
  }
}

/// The class of each element, for class weights along an axis of a row-major tensor.
public struct GPUClasses {
  /// The positive weight of each class, in the type of the arithmetic.
  public var weights: UnsafeRawPointer?
  /// The position in the tensor of the first element of the call.
  @usableFromInline var firstIndex: Int
  /// The number of consecutive elements that share a class.
  @usableFromInline var run: Divisor
  /// The number of classes.
  @usableFromInline var count: Divisor

  /// No class weights.
  @usableFromInline
  init() { self.init(weights: nil, run: 1, count: 1, firstIndex: 0) }

  public init(weights: UnsafeRawPointer?, run: Int, count: Int, firstIndex: Int) {
    self.weights = weights
    self.run = Divisor(run)
    self.count = Divisor(count)
    self.firstIndex = firstIndex
  }

  /// The class of an element of the call.
  @inlinable @inline(__always)
  public func label(of index: Int) -> Int {
    let runs = run.quotient(firstIndex &+ index)
    return runs &- count.quotient(runs) &* count.value
  }
}

/// A divisor with its reciprocal (Granlund and Montgomery, PLDI 1994), because a GPU has no
/// instruction that divides integers.
public struct Divisor {
  /// At least 1.
  @usableFromInline let value: Int
  /// ⌊2^(63 + shift + 1) / value⌋ + 1; 0 for a value of 1.
  @usableFromInline let multiplier: UInt
  @usableFromInline let shift: Int

  public init(_ value: Int) {
    self.value = value
    guard value > 1 else {
      (multiplier, shift) = (0, 0)
      return
    }
    shift = Int.bitWidth - 1 - (value - 1).leadingZeroBitCount
    // 2^(64 + shift) / value, where 2^shift < value ≤ 2^(shift + 1).
    multiplier = UInt(value).dividingFullWidth((1 << UInt(shift), 0)).quotient + 1
  }

  /// The quotient of a number that is at least 0.
  @inlinable @inline(__always)
  public func quotient(_ dividend: Int) -> Int {
    if multiplier == 0 { return dividend }
    let high = multiplier.multipliedFullWidth(by: UInt(bitPattern: dividend)).high
    return Int(bitPattern: high &>> UInt(bitPattern: shift))
  }
}
