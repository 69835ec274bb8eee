// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The memory of one thread: a tile, and three vectors with a number for each of its rows.
///
/// The memory is unmanaged, because the kernels take addresses. The owner deallocates it.
struct TileWorkspace {
  private let storage: UnsafeMutablePointer<Double>
  private(set) var tile: MatrixKernelTable.Tile
  let logits: UnsafeMutablePointer<Double>
  let gradient: UnsafeMutablePointer<Double>
  let curvature: UnsafeMutablePointer<Double>

  init(_ chunks: RowChunks) {
    // One cache line more than the rows, because columns at a power-of-two distance would map to
    // the same cache sets.
    let stride = chunks.tileRows + 8
    storage = .allocate(capacity: stride * (chunks.tileColumns + 3))
    storage.initialize(repeating: 0, count: stride * (chunks.tileColumns + 3))
    logits = storage
    gradient = storage + stride
    curvature = storage + 2 * stride
    tile = MatrixKernelTable.Tile(
      elements: storage + 3 * stride, stride: stride, rows: chunks.tileRows,
      columns: chunks.tileColumns)
  }

  func deallocate() { storage.deallocate() }

  /// The same memory, for a tile with `rowCount` rows.
  func with(rowCount: Int) -> Self {
    var copy = self
    let alignment = MatrixKernelTable.rowAlignment
    copy.tile.rows = (rowCount + alignment - 1) / alignment * alignment
    return copy
  }

  /// Sets the padding of a vector after its first `count` elements to zero.
  func clearPadding(_ vector: UnsafeMutablePointer<Double>, from count: Int) {
    (vector + count).update(repeating: 0, count: tile.rows - count)
  }
}
