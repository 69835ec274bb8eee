// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization
import WeightedCrossEntropy
import _MatrixKernels

/// How the rows of a matrix are divided: into tiles that stay in a core's own cache, and runs of tiles, the chunks, that one thread
/// works on. The division depends on the shape alone, so that sums taken chunk by chunk are the same for any number of threads.
struct RowChunks {
  let rowCount: Int
  /// The number of columns of a tile, padding included.
  let tileColumns: Int
  /// The rows of a tile.
  let tileRows: Int
  let tilesPerChunk: Int
  let chunkCount: Int

  init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    let alignment = MatrixKernelTable.columnAlignment
    tileColumns = (columnCount + alignment - 1) / alignment * alignment
    // 65,536 Doubles are 512 KiB, half of a second-level cache of today.
    tileRows = min(1024, max(128, 65_536 / tileColumns / 64 * 64))
    let tileCount = (rowCount + tileRows - 1) / tileRows
    // Enough chunks to balance the load, few enough that a Hessian for each stays small.
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

  /// Calls `body` for each chunk, on at most `threads` threads; returns when all are done.
  func forEachChunk(threads: Int, _ body: (Int) -> Void) {
    guard min(threads, chunkCount) > 1 else {
      for chunk in 0..<chunkCount { body(chunk) }
      return
    }
    let next = Atomic(0)
    // `concurrentPerform` returns before the borrow ends, and each chunk goes to one thread.
    nonisolated(unsafe) let body = body
    let chunkCount = chunkCount
    DispatchQueue.concurrentPerform(iterations: min(threads, chunkCount)) { _ in
      while true {
        let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard chunk < chunkCount else { return }
        body(chunk)
      }
    }
  }
}
