// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

/// Divides the blocks of a call among threads.
enum BlockThreads {
  /// The blocks a thread takes at a time.
  private static var stride: Int { 8 }

  /// The number of threads for `blocks` blocks, at most `limit`: a thread for every 16, as waking one takes about as long as 8.
  static func count(for blocks: Int, limit: Int) -> Int {
    max(1, min(limit, blocks / (2 * stride)))
  }

  /// Performs ranges of `work` that together are all the blocks, on at most `threads` threads; returns when all are done.
  ///
  /// No range but the last ends within a group of `group` blocks, a power of two.
  static func run(_ blocks: Int, inGroupsOf group: Int = 1, threads: Int, _ work: some Work) {
    WorkerThreads.run(
      blocks, stride: max(stride, group), threads: count(for: blocks, limit: threads), work)
  }
}
