// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The launches of one call: one kernel, after that of the denominator if there is one.
public struct GPUCall<Scalar: GPUScalar> {
  public var storage: GPUStorageType
  /// The inputs, outputs and constants.
  public var arguments: GPUArguments<Scalar>
  /// Whether the denominator is the sum of the element weights.
  public var dividesByWeights: Bool

  @inlinable
  public init(
    _ storage: GPUStorageType, _ arguments: GPUArguments<Scalar>, dividesByWeights: Bool = false
  ) {
    self.storage = storage
    self.arguments = arguments
    self.dividesByWeights = dividesByWeights
  }

  @inlinable
  var form: GPUForm {
    let isPlain =
      arguments.weights == nil && arguments.classes.weights == nil && arguments.targetScale == 1
      && arguments.targetOffset == 0
    return isPlain ? .plain : .general
  }

  /// The numbers of sums and of counters that the workspace of `perform` holds.
  @usableFromInline
  func workspace(_ quantity: GPUQuantity) -> (sums: Int, counters: Int) {
    guard quantity.isSum || dividesByWeights else { return (0, 0) }
    var count = GPUKernel(.weightSum, .plain, storage).groupCount(arguments.count)
    // The first is the denominator.
    var sums = 1 + count
    var counters = 0
    while count > 1 {
      count = (count + GPULayout.threadCount - 1) / GPULayout.threadCount
      sums += count
      counters += count
    }
    return (sums, counters)
  }

  /// The size in bytes of the workspace of `perform`, a multiple of 16.
  @inlinable
  public func workspaceByteCount(_ quantity: GPUQuantity) -> Int {
    let (sums, counters) = workspace(quantity)
    let size = sums * MemoryLayout<PartialSum>.stride + counters * MemoryLayout<UInt32>.stride
    return (size + 15) & ~15
  }

  /// Launches the kernels of a quantity in order.
  ///
  /// - Parameters:
  ///   - workspace: Memory of the GPU, of `workspaceByteCount` bytes.
  ///   - clear: Sets memory to 0, before the kernels run.
  @inlinable
  public func perform<Failure: Error>(
    _ quantity: GPUQuantity, workspace: UnsafeMutableRawPointer?,
    clear: (_ start: UnsafeMutableRawPointer, _ byteCount: Int) throws(Failure) -> Void,
    launch: (GPUKernel, GPUArguments<Scalar>) throws(Failure) -> Void
  ) throws(Failure) {
    var call = self
    let (sums, counters) = self.workspace(quantity)
    if sums > 0, let denominator = workspace?.assumingMemoryBound(to: PartialSum.self) {
      call.arguments.sums = denominator + 1
      if counters > 0 {
        let start = UnsafeMutableRawPointer(denominator + sums)
        try clear(start, counters * MemoryLayout<UInt32>.stride)
        call.arguments.counters = start.assumingMemoryBound(to: UInt32.self)
      }
      if dividesByWeights {
        var weights = call.arguments
        (weights.total, weights.result) = (denominator, nil)
        try launch(GPUKernel(.weightSum, .plain, storage), weights)
        call.arguments.denominatorSum = UnsafePointer(denominator)
      }
    }
    if quantity.isSum || arguments.count > 0 {
      try launch(GPUKernel(quantity, form, storage), call.arguments)
    }
  }
}
