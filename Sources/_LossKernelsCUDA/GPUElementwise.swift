// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The kernels that write numbers for each element.
public enum GPUElementwise<Storage: GPUStorage, Form: KernelForm> {
  public typealias Arguments = GPUArguments<Storage.Scalar>

  /// A thread moves one pack.
  @inlinable @inline(__always)
  public static func tile(_ arguments: Arguments, _ group: some GPUGroup) -> GPUTile<Storage, Form>
  {
    GPUTile(
      arguments, group, length: Storage.Pack.scalarCount &* GPULayout.threadCount)
  }

  /// Writes the result of an operation for every element to the output.
  @inlinable @inline(__always)
  public static func elementwise<Operation: ElementOperation>(
    _ operation: Operation.Type, _ arguments: Arguments, _ group: some GPUGroup
  ) {
    let tile = tile(arguments, group)
    group.forEachThread { thread in
      tile.forEach(thread, batch: Storage.Numbers.self) { element in
        (element.value(of: operation).value, 0)
      } pack: { pack, output, _ in
        tile.store(output, arguments.output, pack)
      } single: { offset, output, _ in
        guard let buffer = arguments.output else { return }
        Storage.store(output, buffer, tile.start &+ offset)
      }
    }
  }

  /// Writes the losses, and the gradient to the output.
  @inlinable @inline(__always)
  public static func lossWithGradient(_ arguments: Arguments, _ group: some GPUGroup) {
    let tile = tile(arguments, group)
    group.forEachThread { thread in
      tile.forEach(thread, batch: Storage.Numbers.self) { element in
        let (loss, gradient) = element.lossAndGradient
        return (loss.value, gradient.value)
      } pack: { pack, losses, gradients in
        tile.store(losses, arguments.losses, pack)
        tile.store(gradients, arguments.output, pack)
      } single: { offset, loss, gradient in
        guard let losses = arguments.losses, let gradients = arguments.output else { return }
        Storage.store(loss, losses, tile.start &+ offset)
        Storage.store(gradient, gradients, tile.start &+ offset)
      }
    }
  }
}
