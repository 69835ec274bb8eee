// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The launches of one call: one kernel, or those of a sum and of the tree over its blocks.
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

  /// The number of sums of which the workspace of `perform` consists.
  @inlinable
  public func workspaceCount(_ quantity: GPUQuantity) -> Int {
    guard quantity.isSum || dividesByWeights else { return 0 }
    var count = GPUKernel(.weightSum, .plain, storage).groupCount(arguments.count)
    // The first is the denominator.
    var total = 1 + count
    repeat {
      count = GPUKernel(.treeSum, .plain, storage).groupCount(count)
      total += count
    } while count > 1
    return total
  }

  /// Launches the kernels of a quantity in order.
  ///
  /// - Parameter workspace: Memory of the GPU for `workspaceCount` sums.
  @inlinable
  public func perform<Failure: Error>(
    _ quantity: GPUQuantity, workspace: UnsafeMutablePointer<PartialSum>?,
    launch: (GPUKernel, GPUArguments<Scalar>) throws(Failure) -> Void
  ) throws(Failure) {
    var call = self
    if dividesByWeights, let workspace {
      try sum(.weightSum, .plain, workspace + 1, total: workspace, launch)
      call.arguments.denominatorSum = UnsafePointer(workspace)
    }
    if quantity.isSum {
      guard let workspace else { return }
      try call.sum(quantity, form, workspace + 1, total: nil, launch)
    } else if arguments.count > 0 {
      try launch(GPUKernel(quantity, form, storage), call.arguments)
    }
  }

  /// - Parameters:
  ///   - sums: Memory for the sums of all levels of the tree.
  ///   - total: Where the sum is written; without it the reduced loss is written.
  @inlinable
  func sum<Failure: Error>(
    _ quantity: GPUQuantity, _ form: GPUForm, _ sums: UnsafeMutablePointer<PartialSum>,
    total: UnsafeMutablePointer<PartialSum>?,
    _ launch: (GPUKernel, GPUArguments<Scalar>) throws(Failure) -> Void
  ) throws(Failure) {
    let (tree, leaf) = (GPUKernel(.treeSum, .plain, storage), GPUKernel(quantity, form, storage))
    var next = arguments
    var sums = sums
    next.sums = sums
    try launch(leaf, next)
    next.count = leaf.groupCount(next.count)
    if total != nil { next.result = nil }
    while true {
      let groups = tree.groupCount(next.count)
      next.leaves = UnsafePointer(sums)
      sums += next.count
      next.sums = groups == 1 ? total ?? sums : sums
      try launch(tree, next)
      if groups == 1 { return }
      next.count = groups
    }
  }
}
