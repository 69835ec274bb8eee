// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// A division of the rows of a matrix into tiles that fit in the cache of one core, and into chunks
/// of consecutive tiles, each processed by one thread.
///
/// The division depends only on the shape, so sums over chunks are the same for any number of
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
    // Enough chunks to balance the load, but not more, because each needs a Hessian.
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
}
