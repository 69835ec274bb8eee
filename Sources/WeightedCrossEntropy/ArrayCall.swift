// SPDX-License-Identifier: Apache-2.0
import _LossKernels
import _WorkerThreads

/// The one place through which every call on many elements goes: it divides the elements into blocks, finds each block's positive
/// weights, runs a kernel on it, and divides the blocks among threads.
struct ArrayCall<Scalar: LossScalar> {
  /// The elements of a block: enough to make a kernel call's cost vanish, few enough that its inputs stay in the first cache.
  static var blockLength: Int { 4096 }

  /// The kernels of the instruction set.
  let kernels: KernelTable<Scalar>
  /// Where the inputs lie, and the constants of the loss.
  var arguments: KernelArguments<Scalar>
  /// Which element has which positive weight, where they differ by class.
  let classes: ClassLayout<Scalar>?
  /// Whether the plain form of the kernels does.
  let isPlain: Bool
  /// The most threads.
  let threads: Int

  var blockCount: Int { (arguments.count + Self.blockLength - 1) / Self.blockLength }

  /// Runs an elementwise kernel in the form that this call needs.
  private func call(
    _ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>,
    _ arguments: KernelArguments<Scalar>
  ) {
    if isPlain { forms.plain(arguments) } else { forms.general(arguments) }
  }

  /// The arguments for a block, with its positive weights where they lie, or else in `scratch`, where they differ by class.
  private func blockArguments(
    _ block: Int, _ scratch: UnsafeMutableBufferPointer<Scalar>?
  ) -> KernelArguments<Scalar> {
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

  /// Calls `body` with room for the positive weights of a block, nil where they do not differ.
  private func withScratch<Result>(_ body: (UnsafeMutableBufferPointer<Scalar>?) -> Result)
    -> Result
  {
    guard classes != nil else { return body(nil) }
    return BlockScratch.with(capacity: min(arguments.count, Self.blockLength)) { body($0) }
  }

  /// Runs an elementwise kernel on every block.
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>) {
    BlockThreads.run(blockCount, threads: threads, Elementwise(call: self, forms: forms))
  }

  private struct Elementwise: Work {
    let call: ArrayCall
    let forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>

    func perform(_ blocks: Range<Int>) {
      call.withScratch { scratch in
        for block in blocks { call.call(forms, call.blockArguments(block, scratch)) }
      }
    }
  }

  /// A sum over blocks: of a summing kernel's results, or of the element weights if there is no kernel.
  private typealias Summing = KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>?

  /// The sum over all blocks of a summing kernel, in a tree that depends on the number of blocks alone.
  func sum(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) -> PartialSum {
    treeOfBlocks(forms)
  }

  /// A summing kernel's result for each block.
  func blockSums(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) -> [PartialSum] {
    eachBlock(forms)
  }

  /// The sum of the element weights, or the count of elements if there are none.
  func weightSum() -> PartialSum { treeOfBlocks(nil) }

  /// The sum of each block's weights.
  func blockWeightSums() -> [PartialSum] { eachBlock(nil) }

  /// Allocates nothing on any number of threads: each sums whole subtrees of blocks, and their sums fit on the stack.
  private func treeOfBlocks(_ forms: Summing) -> PartialSum {
    if BlockThreads.count(for: blockCount, limit: threads) == 1 {
      return withScratch { subtreeSum(forms, 0..<blockCount, $0) }
    }
    // Subtrees of a power of two of blocks, of which the tree over all blocks is then the tree over the subtrees.
    var size = 1
    while (blockCount + size - 1) / size > Self.maximumSubtrees { size *= 2 }
    let subtrees = (blockCount + size - 1) / size
    return BlockScratch.with(capacity: subtrees) { sums in
      sumSubtrees(of: size, into: sums, forms)
      return PartialSum.tree(over: 0..<subtrees) { sums[$0] }
    }
  }

  /// Enough that 64 threads finish at nearly the same time.
  private static var maximumSubtrees: Int { 1024 }

  private func eachBlock(_ forms: Summing) -> [PartialSum] {
    [PartialSum](unsafeUninitializedCapacity: blockCount) { buffer, count in
      sumSubtrees(of: 1, into: buffer, forms)
      count = blockCount
    }
  }

  /// Writes the sums of all subtrees of `size` blocks, a power of two; the last subtree may have fewer.
  private func sumSubtrees(
    of size: Int, into sums: UnsafeMutableBufferPointer<PartialSum>, _ forms: Summing
  ) {
    BlockThreads.run(
      blockCount, inGroupsOf: size, threads: threads,
      SubtreeSums(call: self, forms: forms, size: size, sums: sums))
  }

  /// Each sum is written by the one thread that has its blocks.
  private struct SubtreeSums: Work {
    let call: ArrayCall
    let forms: Summing
    let size: Int
    let sums: UnsafeMutableBufferPointer<PartialSum>

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
    _ forms: Summing, _ blocks: Range<Int>, _ scratch: UnsafeMutableBufferPointer<Scalar>?
  ) -> PartialSum {
    guard let forms else { return PartialSum.tree(over: blocks) { blockWeightSum($0) } }
    return PartialSum.tree(over: blocks) { blockSum(forms, $0, scratch) }
  }

  private func blockSum(
    _ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>, _ block: Int,
    _ scratch: UnsafeMutableBufferPointer<Scalar>?
  ) -> PartialSum {
    let arguments = blockArguments(block, scratch)
    let sum = isPlain ? forms.plain(arguments) : forms.general(arguments)
    return sum.isFinite ? sum : sumTermByTerm(arguments)
  }

  /// The sum of a block whose sum is infinite or NaN in the kernel's arithmetic: term by term with room above the largest Double,
  /// so that it is infinite or NaN only where a loss or a weight is.
  private func sumTermByTerm(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    // Few enough losses at a time that they fit on the stack.
    let capacity = 1024 / MemoryLayout<Scalar>.stride
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: capacity) { losses in
      PartialSum.tree(over: 0..<arguments.count) { index in
        // The tree asks for its leaves from the first to the last.
        if index % capacity == 0 {
          var part = arguments.part(from: index, count: min(capacity, arguments.count - index))
          part.weights = nil
          part.output = losses.baseAddress
          call(kernels.loss, part)
        }
        let loss = losses[index % capacity]
        return arguments.weights.map { Self.term(loss, weight: $0[index]) }
          ?? PartialSum(high: Double(loss))
      }
    }
  }

  /// A loss times its weight, as the kernels round it unless that would be beyond the largest number.
  private static func term(_ loss: Scalar, weight: Scalar) -> PartialSum {
    guard weight != 0 else { return PartialSum() }
    let product = loss * weight
    if product.isFinite || !loss.isFinite || !weight.isFinite {
      return PartialSum(high: Double(product))
    }
    let wide = Double(loss) * Double(weight)
    guard wide.isInfinite else { return PartialSum(high: wide) }
    return PartialSum(high: Double(loss) * (Double(weight) / PartialSum.unit), isScaled: true)
  }

  private func blockWeightSum(_ block: Int) -> PartialSum {
    let part = blockArguments(block, nil)
    guard let weights = part.weights else { return PartialSum(high: Double(part.count)) }
    let sum = kernels.sum(weights, part.count)
    return sum.isFinite
      ? sum : PartialSum.tree(over: 0..<part.count) { PartialSum(high: Double(weights[$0])) }
  }
}

extension WeightedCrossEntropyLoss {
  /// Calls `body` with a call on the elements of buffers whose lengths agree.
  ///
  /// A method of the loss, which is then borrowed; an initializer would copy it, and that takes longer than 16 elements.
  ///
  /// - Parameter firstIndex: the position of the first element in a tensor of `shape`, for the class of each element.
  func withArrayCall<Result>(
    _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int,
    _ body: (inout ArrayCall<Scalar>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    let kernels = try kernels()
    return try withClassLayout(of: inputs, shape: shape, firstIndex: firstIndex) {
      (classes) throws(LossError) in
      var call = ArrayCall(
        kernels: kernels, arguments: kernelArguments(inputs), classes: classes,
        isPlain: classes == nil && isPlain(inputs), threads: threads ?? WorkerThreads.processorCount
      )
      return try body(&call)
    }
  }

  /// The kernels for at most a block of elements, of one positive weight, for which making an `ArrayCall` can take longer than they
  /// do; nil for other calls. They are called with `kernelArguments` directly.
  @inline(__always)
  func kernelsForFew(_ inputs: LossInputs<Scalar>) -> KernelTable<Scalar>? {
    guard case .uniform = positiveWeight, inputs.classes == nil,
      inputs.count <= ArrayCall<Scalar>.blockLength
    else { return nil }
    return selectedKernels
  }

  /// The kernels that the loss asks for, or the selected ones.
  func kernels() throws(LossError) -> KernelTable<Scalar> {
    if let selectedKernels {
      selectedKernels
    } else {
      Scalar._kernels(try InstructionSet.selected.get())
    }
  }

  /// The kernels that the loss asks for, or the selected ones; nil where their selection failed.
  @inline(__always)
  private var selectedKernels: KernelTable<Scalar>? {
    if let instructionSet { Scalar._kernels(instructionSet) } else { Scalar._selectedKernels }
  }

  /// The addresses and constants of a call.
  @inline(__always)
  func kernelArguments(_ inputs: LossInputs<Scalar>) -> KernelArguments<Scalar> {
    KernelArguments(
      logits: inputs.logits, targets: inputs.targets, weights: inputs.weights, count: inputs.count,
      positiveWeight: uniformPositiveWeight, targetScale: targetScale, targetOffset: targetOffset)
  }

  /// Whether the plain form of the kernels does, if the positive weight is uniform.
  @inline(__always)
  func isPlain(_ inputs: LossInputs<Scalar>) -> Bool {
    inputs.weights == nil && labelSmoothing == 0
  }
}
