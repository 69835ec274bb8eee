// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

/// Divides the blocks of a call among threads.
enum BlockThreads {
  /// The blocks a thread takes at a time.
  private static var stride: Int { 8 }

  /// The number of threads for `blocks` blocks: one for every 16, as waking a thread takes about as
  /// long as 8 blocks. At most `limit`; nil is the number of processors.
  static func count(for blocks: Int, limit: Int?) -> Int {
    let most = blocks / (2 * stride)
    return most < 2 ? 1 : min(limit ?? WorkerThreads.processorCount, most)
  }

  /// Performs ranges of `work` that together are all the blocks, on at most `threads` threads;
  /// returns when all are done.
  ///
  /// No range but the last ends within a group of `group` blocks, a power of two.
  static func run(_ blocks: Int, inGroupsOf group: Int = 1, threads: Int?, _ work: some Work) {
    WorkerThreads.run(
      blocks, stride: max(stride, group), threads: count(for: blocks, limit: threads), work)
  }
}
