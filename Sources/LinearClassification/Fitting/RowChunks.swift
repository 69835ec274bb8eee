// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// A division of the rows of a matrix into blocks, and into chunks of consecutive blocks, each
/// processed by one thread. A block without folds is one tile, which fits in the cache of one core.
/// A block with folds has about one tile for each fold.
///
/// The division depends only on the shape, so sums over chunks are the same for any number of
/// threads.
struct RowChunks {
  let rowCount: Int
  /// The number of columns of a tile, with padding.
  let tileColumns: Int
  /// The maximum number of rows of a tile.
  let tileRows: Int
  let blockRows: Int
  let blocksPerChunk: Int
  let chunkCount: Int

  init(rowCount: Int, columnCount: Int, foldCount: Int = 1) {
    self.rowCount = rowCount
    let alignment = MatrixKernelTable.columnAlignment
    tileColumns = (columnCount + alignment - 1) / alignment * alignment
    // 65,536 Doubles are 512 KiB, half of a typical second-level cache. Four columns of 384 are
    // 12 KiB: the kernels keep them in the first-level cache.
    tileRows = min(384, max(128, 65_536 / tileColumns / 64 * 64))
    // Seven eighths, so that a fold with more rows than the others still is one tile. The columns
    // of a block stay in the cache while its folds are gathered. Few rows still make eight chunks.
    blockRows =
      foldCount == 1
      ? tileRows : min(min(foldCount, 16) * tileRows * 7 / 8, max(512, rowCount / 8))
    let blockCount = (rowCount + blockRows - 1) / blockRows
    // Enough chunks to balance the load, but not more, because each needs a Hessian.
    blocksPerChunk = max(1, (blockCount + 31) / 32)
    chunkCount = (blockCount + blocksPerChunk - 1) / blocksPerChunk
  }

  /// The rows of each block of a chunk.
  func blocks(ofChunk chunk: Int) -> [Range<Int>] {
    let end = min(rowCount, (chunk + 1) * blocksPerChunk * blockRows)
    return stride(from: chunk * blocksPerChunk * blockRows, to: end, by: blockRows).map {
      $0..<min($0 + blockRows, end)
    }
  }
}
