// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The division of rows into blocks of consecutive rows. The rows of one fold in a block are
/// processed in tiles, which fit in the cache of one core.
///
/// The sums of a block depend on nothing outside it, and ``BinnedSums`` adds blocks exactly, so
/// sums over all rows have the same bits for any number of threads, and wherever the blocks are.
struct RowBlocks: Sendable {
  /// The number of rows of each block but the last. Adding a block to the exact sums takes about a
  /// hundredth of the time of its rows.
  static let rowsPerBlock = 2048

  let rowCount: Int
  /// The number of columns of a tile, with padding.
  let tileColumns: Int
  /// The maximum number of rows of a tile.
  let tileRows: Int

  init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    let alignment = MatrixKernelTable.columnAlignment
    tileColumns = (columnCount + alignment - 1) / alignment * alignment
    // 65,536 Doubles are 512 KiB, half of a typical second-level cache. Four columns of 416 are
    // 13 KiB: the kernels keep them in the first-level cache. A fifth of a block has 410 rows.
    tileRows = min(416, max(128, 65_536 / tileColumns / 64 * 64))
  }

  /// The rows of each block.
  var all: [Range<Int>] { Self.all(rowCount: rowCount) }

  /// The rows of each block of a table.
  static func all(rowCount: Int) -> [Range<Int>] {
    stride(from: 0, to: rowCount, by: rowsPerBlock).map {
      $0..<min($0 + rowsPerBlock, rowCount)
    }
  }
}
