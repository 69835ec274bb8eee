// SPDX-License-Identifier: Apache-2.0
import _LossKernels
import _WorkerThreads

/// A call on many elements. It divides the elements into blocks and the blocks among threads, and
/// runs a kernel on each block. Every array call uses it.
struct ArrayCall<Storage: ElementStorage> {
  typealias Scalar = Storage.Scalar
  typealias Elementwise = KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>
  typealias Summing = KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>

  /// The number of elements of a block. It is large enough to hide the cost of a kernel call, and
  /// small enough to keep the inputs of a block in the first-level cache.
  static var blockLength: Int { 4096 }

  /// Kernel tables exist as long as the program. Without a reference that is counted, a call is
  /// copied and destroyed at no cost, which short calls notice.
  unowned(unsafe) let kernels: KernelTable<Scalar>
  /// The addresses of all elements and the constants of the loss.
  var arguments: CallArguments<Storage.Element, Scalar>
  let storage: Storage
  let classes: ClassLayout<Scalar>?
  /// Whether the call can use the plain form of the kernels.
  let isPlain: Bool
  /// The maximum number of threads; nil is the number of processors.
  let threads: Int?

  private var blockCount: Int { (arguments.count + Self.blockLength - 1) / Self.blockLength }

  /// Whether the elements are one block without class weights. Such a call runs its kernel
  /// directly, because on few elements the division into blocks would take longer than the kernel.
  @inline(__always)
  private var isOneBlock: Bool { classes == nil && arguments.count <= Self.blockLength }

  @inline(__always)
  private func call(_ forms: Elementwise, _ arguments: KernelArguments<Scalar>) {
    if isPlain { forms.plain(arguments) } else { forms.general(arguments) }
  }

  /// The arguments for a block. Class weights are used in place if they are consecutive; otherwise
  /// they are copied to `scratch`.
  private func blockArguments(
    _ block: Int, _ scratch: UnsafeMutableBufferPointer<Scalar>?
  ) -> CallArguments<Storage.Element, Scalar> {
    let start = block * Self.blockLength
    var part = arguments.part(from: start, count: min(Self.blockLength, arguments.count - start))
    if let inPlace = classes?.weightsInPlace(from: start, count: part.count) {
      part.positiveWeights = inPlace
    } else if let classes, let scratch {
      classes.copyWeights(from: start, count: part.count, to: scratch)
      part.positiveWeights = scratch.baseAddress.map { UnsafePointer($0) }
    }
    return part
  }

  /// Memory for a block: for its class weights, nil if there are none, and for its elements.
  private typealias Scratch = (
    classes: UnsafeMutableBufferPointer<Scalar>?, elements: Storage.Scratch
  )

  private func withScratch<Result>(_ body: (Scratch) -> Result) -> Result {
    let length = min(arguments.count, Self.blockLength)
    return storage.withScratch(capacity: length) { elements in
      guard classes != nil else { return body((nil, elements)) }
      return BlockScratch.with(capacity: length) { body(($0, elements)) }
    }
  }

  /// Passes `body` the arguments of a kernel for a block.
  private func withBlock<Result>(
    _ block: Int, _ scratch: Scratch, _ body: (KernelArguments<Scalar>) -> Result
  ) -> Result {
    storage.withKernelArguments(
      blockArguments(block, scratch.classes), kernels, scratch.elements, body)
  }

  /// Passes `body` the arguments of a kernel for a call that is one block.
  @inline(__always)
  private func withOneBlock<Result>(_ body: (KernelArguments<Scalar>) -> Result) -> Result {
    storage.withScratch(capacity: arguments.count) {
      storage.withKernelArguments(arguments, kernels, $0, body)
    }
  }

  /// Runs an elementwise kernel on all elements.
  @inline(__always)
  func run(_ forms: Elementwise) {
    if isOneBlock { withOneBlock { call(forms, $0) } } else { runBlocks(forms) }
  }

  private func runBlocks(_ forms: Elementwise) {
    BlockThreads.run(blockCount, threads: threads, ElementwiseWork(call: self, forms: forms))
  }

  private struct ElementwiseWork: Work {
    let call: ArrayCall
    let forms: Elementwise

    // `WorkerThreads` calls this through the protocol, which does not specialise it.
    @specialized(where Storage == InPlaceStorage<Float>)
    @specialized(where Storage == InPlaceStorage<Double>)
    @specialized(where Storage == HalfStorage)
    func perform(_ blocks: Range<Int>) {
      call.withScratch { scratch in
        for block in blocks { call.withBlock(block, scratch) { call.call(forms, $0) } }
      }
    }
  }

  /// The sum of a summing kernel over all elements. The blocks are added in a tree that depends
  /// only on their number.
  @inline(__always)
  func sum(_ forms: Summing) -> PartialSum {
    if isOneBlock { return withOneBlock { checkedSum(forms, $0) } }
    return treeOfBlocks(forms)
  }

  /// The result of a summing kernel for each block.
  func blockSums(_ forms: Summing) -> [PartialSum] { eachBlock(forms) }

  /// The sum of the element weights; the number of elements if there are no weights.
  func weightSum() -> PartialSum { treeOfBlocks(nil) }

  /// The sum of the weights of each block.
  func blockWeightSums() -> [PartialSum] { eachBlock(nil) }

  /// The tree sum over all blocks, of the results of a kernel or, if nil, of the element weights.
  /// It allocates nothing on any number of threads: each thread sums whole subtrees, and the sums
  /// of the subtrees are on the stack.
  private func treeOfBlocks(_ forms: Summing?) -> PartialSum {
    if BlockThreads.count(for: blockCount, limit: threads) == 1 {
      return withScratch { subtreeSum(forms, 0..<blockCount, $0) }
    }
    // The size of a subtree is a power of two, so that the tree over the subtrees is the tree over
    // the blocks.
    var size = 1
    while (blockCount + size - 1) / size > Self.maximumSubtreeCount { size *= 2 }
    let subtrees = (blockCount + size - 1) / size
    return BlockScratch.with(capacity: subtrees) { sums in
      sumSubtrees(of: size, into: sums, forms)
      return PartialSum.tree(over: 0..<subtrees) { sums[$0] }
    }
  }

  /// With this number of subtrees, 64 threads finish at nearly the same time.
  private static var maximumSubtreeCount: Int { 1024 }

  private func eachBlock(_ forms: Summing?) -> [PartialSum] {
    [PartialSum](unsafeUninitializedCapacity: blockCount) { buffer, count in
      sumSubtrees(of: 1, into: buffer, forms)
      count = blockCount
    }
  }

  /// Writes the sum of each subtree of `size` blocks, a power of two. The last may have fewer.
  private func sumSubtrees(
    of size: Int, into sums: UnsafeMutableBufferPointer<PartialSum>, _ forms: Summing?
  ) {
    BlockThreads.run(
      blockCount, inGroupsOf: size, threads: threads,
      SubtreeWork(call: self, forms: forms, size: size, sums: sums))
  }

  /// Each sum is written only by the thread that processes its blocks.
  private struct SubtreeWork: Work {
    let call: ArrayCall
    let forms: Summing?
    let size: Int
    let sums: UnsafeMutableBufferPointer<PartialSum>

    @specialized(where Storage == InPlaceStorage<Float>)
    @specialized(where Storage == InPlaceStorage<Double>)
    @specialized(where Storage == HalfStorage)
    func perform(_ blocks: Range<Int>) {
      call.withScratch { scratch in
        for start in stride(from: blocks.lowerBound, to: blocks.upperBound, by: size) {
          let subtree = start..<min(start + size, blocks.upperBound)
          sums[start / size] = call.subtreeSum(forms, subtree, scratch)
        }
      }
    }
  }

  private func subtreeSum(
    _ forms: Summing?, _ blocks: Range<Int>, _ scratch: Scratch
  ) -> PartialSum {
    guard let forms else { return PartialSum.tree(over: blocks) { blockWeightSum($0, scratch) } }
    return PartialSum.tree(over: blocks) { withBlock($0, scratch) { checkedSum(forms, $0) } }
  }

  /// The sum of a block or of few elements.
  @inline(__always)
  private func checkedSum(_ forms: Summing, _ arguments: KernelArguments<Scalar>) -> PartialSum {
    let sum = isPlain ? forms.plain(arguments) : forms.general(arguments)
    return sum.isFinite ? sum : sumTermByTerm(arguments)
  }

  /// The sum of a block whose kernel result is not finite. The terms are added one by one as
  /// `PartialSum`s, which have a wider range than Double. The result is infinite or NaN only if a
  /// loss or a weight is.
  private func sumTermByTerm(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    // `withUnsafeTemporaryAllocation` uses the heap above 1,024 bytes.
    let capacity = 1024 / MemoryLayout<Scalar>.stride
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: capacity) { losses in
      PartialSum.tree(over: 0..<arguments.count) { index in
        // The tree requests its leaves in order.
        if index % capacity == 0 {
          var part = arguments.part(from: index, count: min(capacity, arguments.count - index))
          part.weights = nil
          part.output = losses.baseAddress
          call(kernels.loss, part)
        }
        let loss = losses[index % capacity]
        return arguments.weights.map { PartialSum(loss: loss, weight: $0[index]) }
          ?? PartialSum(high: Double(loss))
      }
    }
  }

  private func blockWeightSum(_ block: Int, _ scratch: Scratch) -> PartialSum {
    let part = blockArguments(block, nil)
    guard let weights = storage.weights(part, kernels, scratch.elements) else {
      return PartialSum(high: Double(part.count))
    }
    let sum = kernels.sum(weights, part.count)
    return sum.isFinite
      ? sum : PartialSum.tree(over: 0..<part.count) { PartialSum(high: Double(weights[$0])) }
  }
}
