// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The memory that a group shares while it sums.
public struct SharedMemory<Scalar: GPUScalar> {
  /// The size in bytes.
  @inlinable @inline(__always)
  public static var byteCount: Int {
    GPULayout.blockLength &* MemoryLayout<Scalar>.stride
      &+ (Scalar.laneCount &+ 1) &* MemoryLayout<PartialSum>.stride &+ MemoryLayout<UInt32>.stride
  }

  /// The terms of a block; afterwards the leaves of a tree.
  @usableFromInline let terms: UnsafeMutablePointer<Scalar>
  /// The sums of the lanes.
  @usableFromInline let lanes: UnsafeMutablePointer<PartialSum>
  /// The sum of the group.
  public let total: UnsafeMutablePointer<PartialSum>
  /// The number of sums of a subtree that were in memory before that of the group.
  @usableFromInline let position: UnsafeMutablePointer<UInt32>

  @inlinable @inline(__always)
  public init(_ group: some GPUGroup) {
    terms = group.shared.assumingMemoryBound(to: Scalar.self)
    lanes = UnsafeMutableRawPointer(terms + GPULayout.blockLength)
      .assumingMemoryBound(to: PartialSum.self)
    total = lanes + Scalar.laneCount
    position = UnsafeMutableRawPointer(total + 1).assumingMemoryBound(to: UInt32.self)
  }

  /// Leaves of a tree, one for each thread.
  @inlinable @inline(__always)
  public var leaves: UnsafeMutablePointer<PartialSum> {
    UnsafeMutableRawPointer(terms).assumingMemoryBound(to: PartialSum.self)
  }
}

/// The kernels that add terms, with the bits of the CPU's sums: the terms of a block are added in
/// the CPU's lanes, each in order, and the blocks in `PartialSum.tree`.
public enum GPUSum<Storage: GPUStorage, Form: KernelForm> {
  public typealias Scalar = Storage.Scalar
  public typealias Arguments = GPUArguments<Scalar>

  /// The sum of the losses; with `writesGradient` also writes the gradient to the output.
  @inlinable @inline(__always)
  public static func losses(_ arguments: Arguments, _ group: some GPUGroup, writesGradient: Bool) {
    let tile = GPUTile<Storage, Form>(arguments, group, length: GPULayout.blockLength)
    let shared = SharedMemory<Scalar>(group)
    group.forEachThread { thread in
      tile.forEach(thread, batch: Storage.Batch.self) { element in
        guard writesGradient else { return (element.value(of: LossOperation.self).value, 0) }
        let (loss, gradient) = element.lossAndGradient
        return (loss.value, gradient.value)
      } pack: { pack, losses, gradients in
        UnsafeMutableRawPointer(shared.terms)
          .assumingMemoryBound(to: Storage.Numbers.self)[pack] = losses
        if writesGradient { tile.store(gradients, arguments.output, pack) }
      } single: { offset, loss, gradient in
        shared.terms[offset] = loss
        guard writesGradient, let gradients = arguments.output else { return }
        Storage.store(gradient, gradients, tile.start &+ offset)
      }
    }
    sumBlock(arguments, group) { index in
      guard let logits = arguments.logits, let targets = arguments.targets else {
        return PartialSum()
      }
      // The loss without its weight, whose product may exceed the range of `Scalar`.
      let element = tile.element(
        index, Storage.load(logits, index), Storage.load(targets, index), 1)
      let loss = element.value(of: LossOperation.self).value
      guard Form.isGeneral, let weights = arguments.weights else {
        return PartialSum(high: Double(loss))
      }
      return PartialSum(loss: loss, weight: Storage.load(weights, index))
    }
  }

  /// The sum of the element weights.
  @inlinable @inline(__always)
  public static func weights(_ arguments: Arguments, _ group: some GPUGroup) {
    guard let weights = arguments.weights else { return }
    let shared = SharedMemory<Scalar>(group)
    let start = group.index &* GPULayout.blockLength
    group.forEachThread { thread in
      var offset = thread
      while offset < GPULayout.blockLength && start &+ offset < arguments.count {
        shared.terms[offset] = Storage.load(weights, start &+ offset)
        offset &+= GPULayout.threadCount
      }
    }
    sumBlock(arguments, group) { PartialSum(high: Double(Storage.load(weights, $0))) }
  }

  /// Adds the terms of a block. If their sum is not finite, it is computed again from `leaf`, term
  /// by term, as `PartialSum`s, which have a wider range.
  @inlinable @inline(__always)
  public static func sumBlock(
    _ arguments: Arguments, _ group: some GPUGroup, leaf: (_ index: Int) -> PartialSum
  ) {
    let shared = SharedMemory<Scalar>(group)
    let start = group.index &* GPULayout.blockLength
    let count = min(GPULayout.blockLength, arguments.count &- start)
    group.forEachThread { thread in
      // The group's number decides which warp adds, so that the adding warps of several groups use
      // different parts of the processor.
      let lane = thread &- (group.index & 7) &* 32
      guard lane >= 0 && lane < Scalar.laneCount else { return }
      shared.lanes[lane] = laneSum(
        shared.terms + lane, (count &- lane &+ Scalar.laneCount &- 1) / Scalar.laneCount)
    }
    group.forEachThread { thread in
      if thread == 0 { shared.total.pointee = Scalar.total(shared.lanes) }
    }
    if !shared.total.pointee.isFinite { sumTermByTerm(start, count, group, leaf) }
    addBlock(arguments, group)
  }

  /// Adds the sum of the group to the tree over all groups. The last group of each subtree adds its
  /// sums, so nothing waits for another group, and the order of the additions is that of the tree.
  @inlinable @inline(__always)
  public static func addBlock(_ arguments: Arguments, _ group: some GPUGroup) {
    guard var sums = arguments.sums else { return }
    let shared = SharedMemory<Scalar>(group)
    let width = GPULayout.threadCount
    // The number of the sum on its level, and the number of sums there.
    var (index, count) = (group.index, group.count)
    var counters = arguments.counters
    while count > 1, let level = counters {
      let (subtree, start) = (index / width, index / width &* width)
      let size = min(width, count &- start)
      group.forEachThread { thread in
        guard thread == 0 else { return }
        sums[index] = shared.total.pointee
        shared.position.pointee = group.increment(level + subtree)
      }
      guard shared.position.pointee == UInt32(truncatingIfNeeded: size &- 1) else { return }
      group.forEachThread { thread in
        if thread == 0 { level[subtree] = 0 }
        if thread < size { shared.leaves[thread] = sums[start &+ thread] }
      }
      addTree(shared.leaves, size, group)
      group.forEachThread { thread in
        if thread == 0 { shared.total.pointee = shared.leaves[0] }
      }
      sums += count
      count = (count &+ width &- 1) / width
      counters = level + count
      index = subtree
    }
    group.forEachThread { thread in
      if thread == 0 { writeTotal(shared.total.pointee, arguments) }
    }
  }

  @inlinable @inline(__always)
  public static func writeTotal(_ total: PartialSum, _ arguments: Arguments) {
    arguments.total?.pointee = total
    guard let result = arguments.result else { return }
    let denominator =
      arguments.denominatorSum.map { $0.pointee } ?? PartialSum(high: arguments.denominator)
    result.assumingMemoryBound(to: Storage.Bits.self).pointee = Storage.bits(
      rounding: total.divided(by: denominator))
  }

  /// The sum of the terms of a lane.
  @inlinable @inline(__always)
  public static func laneSum(_ terms: UnsafePointer<Scalar>, _ count: Int) -> PartialSum {
    typealias Batch = Storage.Terms
    var sum = GPULane<Scalar>.Sum()
    var row = 0
    // An addition waits for the one before. The errors of a batch are added together with the terms
    // of the next, so that there is other work meanwhile.
    var errors = Batch()
    while row &+ Batch.scalarCount <= count {
      var batch = Batch()
      for index in batch.indices { batch[index] = terms[(row &+ index) &* Scalar.laneCount] }
      for index in batch.indices {
        batch[index] = sum.addTerm(GPULane(batch[index])).value
        sum.addError(GPULane(errors[index]))
      }
      errors = batch
      row &+= Batch.scalarCount
    }
    for index in errors.indices { sum.addError(GPULane(errors[index])) }
    while row < count {
      sum.add(GPULane(terms[row &* Scalar.laneCount]))
      row &+= 1
    }
    return sum.total
  }

  /// The tree of the leaves of a block.
  @inlinable @inline(__always)
  public static func sumTermByTerm(
    _ start: Int, _ count: Int, _ group: some GPUGroup, _ leaf: (_ index: Int) -> PartialSum
  ) {
    let shared = SharedMemory<Scalar>(group)
    let subtrees = shared.leaves + GPULayout.threadCount
    var subtree = 0
    while subtree &* GPULayout.threadCount < count {
      let first = subtree &* GPULayout.threadCount
      group.forEachThread { thread in
        if first &+ thread < count { shared.leaves[thread] = leaf(start &+ first &+ thread) }
      }
      addTree(shared.leaves, min(GPULayout.threadCount, count &- first), group)
      group.forEachThread { thread in
        if thread == 0 { subtrees[subtree] = shared.leaves[0] }
      }
      subtree &+= 1
    }
    addTree(subtrees, subtree, group)
    group.forEachThread { thread in
      if thread == 0 { shared.total.pointee = subtrees[0] }
    }
  }

  /// Replaces the first of at most `threadCount` leaves by the sum of their `PartialSum.tree`.
  @inlinable @inline(__always)
  public static func addTree(
    _ leaves: UnsafeMutablePointer<PartialSum>, _ count: Int, _ group: some GPUGroup
  ) {
    var distance = 1
    while distance < count {
      group.forEachThread { thread in
        if thread & (2 &* distance &- 1) == 0 && thread &+ distance < count {
          leaves[thread] = leaves[thread] + leaves[thread &+ distance]
        }
      }
      distance &*= 2
    }
  }
}
