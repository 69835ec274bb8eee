import _LossKernels

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

  /// The form of a kernel that this call needs.
  func form<Kernel>(_ forms: KernelTable<Scalar>.Forms<Kernel>) -> Kernel {
    isPlain ? forms.plain : forms.general
  }

  /// Calls `body` with the arguments of each of a range of blocks.
  func forEachBlock(in blocks: Range<Int>, _ body: (_ block: Int, KernelArguments<Scalar>) -> Void) {
    guard let classes else {
      for block in blocks { body(block, blockArguments(block)) }
      return
    }
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: min(arguments.count, Self.blockLength)) {
      scratch in
      for block in blocks {
        var arguments = blockArguments(block)
        classes.copyWeights(from: block * Self.blockLength, count: arguments.count, to: scratch)
        arguments.positiveWeights = scratch.baseAddress.map { UnsafePointer($0) }
        body(block, arguments)
      }
    }
  }

  private func blockArguments(_ block: Int) -> KernelArguments<Scalar> {
    let start = block * Self.blockLength
    var part = arguments
    part.logits += start
    part.targets += start
    part.weights = arguments.weights.map { $0 + start }
    part.output = arguments.output.map { $0 + start }
    part.losses = arguments.losses.map { $0 + start }
    part.count = min(Self.blockLength, arguments.count - start)
    return part
  }

  /// Runs an elementwise kernel on every block.
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>) {
    // Most calls that are timed in nanoseconds. The kernel is chosen at each use: a variable that a closure captures is allocated.
    if classes == nil && arguments.count <= Self.blockLength { return form(forms)(arguments) }
    WorkerThreads.run(blockCount, threads: threads) { blocks in
      forEachBlock(in: blocks) { form(forms)($1) }
    }
  }

  /// The sum over all blocks of a summing kernel, in a tree that depends on the number of blocks alone.
  func sum(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) -> PartialSum {
    treeOfBlocks { sumLosses(form(forms), in: $0, store: $1) }
  }

  /// A summing kernel's result for each block.
  func blockSums(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) -> [PartialSum] {
    eachBlock { sumLosses(form(forms), in: $0, store: $1) }
  }

  /// The sum of the element weights, or the count of elements where there are none.
  func weightSum() -> PartialSum { treeOfBlocks(sumWeights) }

  /// The sum of each block's weights.
  func blockWeightSums() -> [PartialSum] { eachBlock(sumWeights) }

  /// What computes the sums of a range of blocks and stores each.
  private typealias BlockSums = (_ blocks: Range<Int>, _ store: (Int, PartialSum) -> Void) -> Void

  /// Without storage on one thread; the tree is the same on many.
  private func treeOfBlocks(_ sums: BlockSums) -> PartialSum {
    if WorkerThreads.count(for: blockCount, limit: threads) == 1 {
      return PartialSum.tree(over: 0..<blockCount) { block in
        var sum = PartialSum()
        sums(block..<block + 1) { sum = $1 }
        return sum
      }
    }
    let stored = eachBlock(sums)
    return PartialSum.tree(over: 0..<blockCount) { stored[$0] }
  }

  private func eachBlock(_ sums: BlockSums) -> [PartialSum] {
    var stored = [PartialSum](repeating: PartialSum(), count: blockCount)
    stored.withUnsafeMutableBufferPointer { buffer in
      // Each element is written by the one thread that has its block.
      nonisolated(unsafe) let buffer = buffer
      WorkerThreads.run(blockCount, threads: threads) { blocks in
        sums(blocks) { buffer[$0] = $1 }
      }
    }
    return stored
  }

  private func sumLosses(
    _ kernel: KernelTable<Scalar>.Summing, in blocks: Range<Int>, store: (Int, PartialSum) -> Void
  ) {
    forEachBlock(in: blocks) { block, arguments in
      let sum = kernel(arguments)
      store(block, sum.isFinite ? sum : sumTermByTerm(arguments))
    }
  }

  /// The sum of a block whose sum is infinite or NaN in the kernel's arithmetic: term by term with room above the largest Double,
  /// so that it is infinite or NaN only where a term is.
  private func sumTermByTerm(_ arguments: KernelArguments<Scalar>) -> PartialSum {
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: arguments.count) { terms in
      var elementwise = arguments
      elementwise.output = terms.baseAddress
      form(kernels.loss)(elementwise)
      return PartialSum.tree(over: 0..<arguments.count) { PartialSum(high: Double(terms[$0])) }
    }
  }

  private func sumWeights(in blocks: Range<Int>, store: (Int, PartialSum) -> Void) {
    for block in blocks {
      let part = blockArguments(block)
      guard let weights = part.weights else {
        store(block, PartialSum(high: Double(part.count)))
        continue
      }
      let sum = kernels.sum(weights, part.count)
      store(
        block,
        sum.isFinite ? sum : PartialSum.tree(over: 0..<part.count) { PartialSum(high: Double(weights[$0])) })
    }
  }
}

extension WeightedCrossEntropyLoss {
  /// A call on the elements of buffers whose lengths agree.
  ///
  /// A method of the loss, which is then borrowed; an initializer would copy it, and that takes longer than 16 elements.
  ///
  /// - Parameter firstIndex: the position of the first element in a tensor of `shape`, for the class of each element.
  func arrayCall(
    _ inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int = 0
  ) throws(LossError) -> ArrayCall<Scalar> {
    let instructionSet =
      if let forced = self.instructionSet { forced } else { try InstructionSet.selected.get() }
    let classes = try classLayout(shape: shape, count: inputs.count, firstIndex: firstIndex)
    return ArrayCall(
      kernels: Scalar._kernels(instructionSet),
      arguments: KernelArguments(
        logits: inputs.logits, targets: inputs.targets, weights: inputs.weights, count: inputs.count,
        positiveWeight: uniformPositiveWeight, targetScale: targetScale, targetOffset: targetOffset),
      classes: classes, isPlain: classes == nil && inputs.weights == nil && labelSmoothing == 0,
      threads: threads ?? WorkerThreads.processorCount)
  }
}
