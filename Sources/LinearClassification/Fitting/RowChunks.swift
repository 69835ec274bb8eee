// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization
import _MatrixKernels

/// A division of the rows of a matrix into tiles that fit the cache of one core, and into chunks,
/// runs of tiles that one thread works on.
///
/// The division depends on the shape alone, so sums over chunks are the same for any number of
/// threads.
struct RowChunks {
  let rowCount: Int
  /// The number of columns of a tile, with padding.
  let tileColumns: Int
  let tileRows: Int
  let tilesPerChunk: Int
  let chunkCount: Int

  init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    let alignment = MatrixKernelTable.columnAlignment
    tileColumns = (columnCount + alignment - 1) / alignment * alignment
    // 65,536 Doubles are 512 KiB, half of a typical second-level cache.
    tileRows = min(1024, max(128, 65_536 / tileColumns / 64 * 64))
    let tileCount = (rowCount + tileRows - 1) / tileRows
    // Enough chunks to balance the load, but few, because each needs a Hessian.
    tilesPerChunk = max(1, (tileCount + 31) / 32)
    chunkCount = (tileCount + tilesPerChunk - 1) / tilesPerChunk
  }

  /// The rows of each tile of a chunk.
  func tiles(ofChunk chunk: Int) -> [Range<Int>] {
    let end = min(rowCount, (chunk + 1) * tilesPerChunk * tileRows)
    return stride(from: chunk * tilesPerChunk * tileRows, to: end, by: tileRows).map {
      $0..<min($0 + tileRows, end)
    }
  }

  /// Calls `body` for each chunk on at most `threads` threads, and throws the first error.
  func forEachChunk<Failure: Error>(
    threads: Int, _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    guard min(threads, chunkCount) > 1 else {
      for chunk in 0..<chunkCount { try body(chunk) }
      return
    }
    let next = Atomic(0)
    let failure = Mutex<Failure?>(nil)
    // `concurrentPerform` returns before the borrow ends, and each chunk goes to one thread.
    nonisolated(unsafe) let body = body
    let chunkCount = chunkCount
    DispatchQueue.concurrentPerform(iterations: min(threads, chunkCount)) { _ in
      while true {
        let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard chunk < chunkCount else { return }
        do throws(Failure) { try body(chunk) } catch { failure.withLock { $0 = error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
