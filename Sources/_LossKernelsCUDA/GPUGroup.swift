// SPDX-License-Identifier: Apache-2.0
/// A group of threads that share memory, CUDA's thread block. Kernels are written for a group.
///
/// On a GPU every thread runs the kernel, and `forEachThread` runs its body once in each. On the
/// host one thread runs the kernel, and `forEachThread` is a loop. Outside of `forEachThread` a
/// kernel may only read, and every thread reads the same.
public protocol GPUGroup {
  /// The number of this group.
  var index: Int { get }
  /// The number of groups of the call.
  var count: Int { get }
  /// The memory that the threads share, 16-byte aligned, of `SharedMemory.byteCount` bytes.
  var shared: UnsafeMutableRawPointer { get }
  /// The pointer to an address of `GPUArguments`. On a GPU it is known to be in global memory.
  func pointer(to address: UnsafeRawPointer?) -> UnsafeMutableRawPointer?
  /// Adds 1 to a counter that all groups share, and returns its value before. What this thread has
  /// written is in memory then, and later reads of the group see what the others had written.
  func increment(_ counter: UnsafeMutablePointer<UInt32>) -> UInt32
  /// Runs `body` with the number of each thread. Returns when all have finished, so the next call
  /// reads what this one wrote.
  func forEachThread(_ body: (_ thread: Int) -> Void)
}

public enum GPULayout {
  /// The number of threads of a group.
  @inlinable @inline(__always)
  public static var threadCount: Int { 256 }

  /// The number of elements of a block, whose terms are added in order: the same on the CPU.
  @inlinable @inline(__always)
  public static var blockLength: Int { 4096 }
}
