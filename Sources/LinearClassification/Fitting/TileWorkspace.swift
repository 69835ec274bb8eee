// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The memory of one thread: a tile, and vectors with a number for each of its rows.
///
/// The memory is unmanaged, because the kernels take addresses. The owner deallocates it.
struct TileWorkspace {
  private let storage: UnsafeMutableRawPointer
  private let numbers: UnsafeMutablePointer<Double>
  /// The rows of a block, sorted by fold.
  private let order: UnsafeMutablePointer<Int>
  private(set) var tile: MatrixKernelTable.Tile
  /// The number of rows of the tile, without padding.
  private(set) var rowCount = 0
  /// The indices of these rows.
  private(set) var rows: UnsafePointer<Int>
  /// The fold of these rows; 0 if there are no folds.
  private(set) var fold = 0

  init(_ blocks: RowBlocks, vectorCount: Int) {
    // One cache line more than the rows, because columns at a power-of-two distance would map to
    // the same cache sets.
    let stride = blocks.tileRows + 8
    let count = stride * (blocks.tileColumns + vectorCount)
    // An AVX-512 register is a cache line. Loads that cross lines would take twice as long.
    storage = .allocate(byteCount: count * MemoryLayout<Double>.stride, alignment: 64)
    numbers = storage.initializeMemory(as: Double.self, repeating: 0, count: count)
    order = .allocate(capacity: RowBlocks.rowsPerBlock)
    order.initialize(repeating: 0, count: RowBlocks.rowsPerBlock)
    rows = UnsafePointer(order)
    tile = MatrixKernelTable.Tile(
      elements: numbers, stride: stride, rows: blocks.tileRows, columns: blocks.tileColumns)
  }

  func deallocate() {
    storage.deallocate()
    order.deallocate()
  }

  /// The memory of a vector. Consecutive vectors are at the tile's stride.
  func vector(_ index: Int) -> UnsafeMutablePointer<Double> {
    numbers + (tile.columns + index) * tile.stride
  }

  /// Sets the padding of a vector after the rows of the tile to zero.
  func clearPadding(_ vector: UnsafeMutablePointer<Double>) {
    (vector + rowCount).update(repeating: 0, count: tile.rows - rowCount)
  }

  /// Writes the numbers of the tile's rows.
  func gather(_ numbers: [Double], into output: UnsafeMutablePointer<Double>) {
    numbers.withUnsafeBufferPointer { numbers in
      for offset in 0..<rowCount { output[offset] = numbers[rows[offset]] }
    }
  }

  /// The first of consecutive rows; nil if other rows lie between them.
  var firstOfRange: Int? { rows[rowCount - 1] - rows[0] == rowCount - 1 ? rows[0] : nil }

  /// The same memory for each tile of a block: at most `limit` rows of one fold. The tiles of a
  /// fold have about the same number of rows.
  func forEachTile<Failure: Error>(
    of block: Range<Int>, folds: StratifiedFolds?, limit: Int,
    _ body: (TileWorkspace) throws(Failure) -> Void
  ) throws(Failure) {
    var ends = [Int](repeating: 0, count: folds?.count ?? 1)
    if let folds {
      // A stable counting sort.
      for row in block { ends[Int(folds.assignment[row])] += 1 }
      var next = 0
      for fold in ends.indices { (ends[fold], next) = (next, next + ends[fold]) }
      for row in block {
        let fold = Int(folds.assignment[row])
        order[ends[fold]] = row
        ends[fold] += 1
      }
    } else {
      for (offset, row) in block.enumerated() { order[offset] = row }
      ends[0] = block.count
    }
    let alignment = MatrixKernelTable.rowAlignment
    func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
    var start = 0
    for (fold, end) in ends.enumerated() where start < end {
      let tileCount = (end - start + limit - 1) / limit
      let share = padded((end - start + tileCount - 1) / tileCount)
      while start < end {
        var copy = self
        copy.fold = fold
        copy.rowCount = min(share, end - start)
        copy.rows = UnsafePointer(order) + start
        copy.tile.rows = padded(copy.rowCount)
        try body(copy)
        start += copy.rowCount
      }
    }
  }
}
