// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

/// The division of the blocks of a call among threads.
enum BlockThreads {
  /// The number of blocks that a thread takes at a time.
  private static var stride: Int { 8 }

  /// The number of threads for `blocks` blocks: one for every 16, because waking a thread takes
  /// about as long as 8 blocks.
  ///
  /// - Parameter limit: The maximum number of threads; nil is the number of processors.
  static func count(for blocks: Int, limit: Int?) -> Int {
    let useful = blocks / (2 * stride)
    return useful < 2 ? 1 : min(limit ?? WorkerThreads.processorCount, useful)
  }

  /// Performs `work` on ranges that together are all blocks, and returns when all are done.
  ///
  /// Each range but the last ends at a multiple of `group` blocks, a power of two.
  static func run(_ blocks: Int, inGroupsOf group: Int = 1, threads: Int?, _ work: some Work) {
    WorkerThreads.run(
      blocks, stride: max(stride, group), threads: count(for: blocks, limit: threads), work)
  }
}
