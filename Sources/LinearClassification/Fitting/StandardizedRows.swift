// SPDX-License-Identifier: Apache-2.0
import Synchronization
import WeightedCrossEntropy
import _DataFiles
import _MatrixKernels
import _WorkerThreads

/// The rows of a matrix with standardised features and a last column of ones.
///
/// They exist one tile at a time, so the matrix is never copied. Standardising before the product
/// keeps the digits of a feature whose mean is far from zero.
struct StandardizedRows: Sendable {
  let features: FeatureMatrix
  /// The indices of the features that are not constant. They are the columns of a tile before the
  /// ones.
  let active: [Int]
  /// If given, a tile has rows of one fold.
  private(set) var folds: StratifiedFolds?
  let kernels: MatrixKernelTable
  let blocks: RowBlocks
  private let threads: Int
  private let means: [Double]
  private let inverseScales: [Double]

  init(
    _ features: FeatureMatrix, _ standardization: Standardization, folds: StratifiedFolds? = nil,
    kernels: MatrixKernelTable, threads: Int
  ) {
    self.features = features
    self.folds = folds
    self.kernels = kernels
    self.threads = threads
    active = standardization.active
    means = active.map { standardization.means[$0] }
    inverseScales = active.map { 1 / standardization.deviations[$0] }
    blocks = RowBlocks(rowCount: features.rowCount, columnCount: active.count + 1)
  }

  /// The number of coefficients, including the intercept, which is the last.
  var columnCount: Int { active.count + 1 }

  var foldCount: Int { folds?.count ?? 1 }

  /// A point with zeros for the padding columns of a tile.
  func padded(_ point: [Double]) -> [Double] {
    point + [Double](repeating: 0, count: blocks.tileColumns - point.count)
  }

  /// The logits of all rows, including those of weight 0. The logit of a row is that at the point
  /// for its fold; where that is nil, the row is 0.
  func logits(
    at points: [[Double]?], isCancelled: () -> Bool = { false }
  ) throws(ClassificationError) -> [Double] {
    let padded = points.flatMap { self.padded($0 ?? active.map { _ in 0 } + [0]) }
    // With few folds the products of all rows with all points take less time than tiles of one
    // fold, whose rows are not consecutive.
    var rows = self
    if points.count <= 8 { rows.folds = nil }
    let isOfFold = rows.folds != nil
    let count = isOfFold ? 1 : points.count
    var logits = [Double](repeating: 0, count: features.rowCount)
    try logits.withUnsafeMutableBufferPointer { (logits) throws(ClassificationError) in
      // Threads write disjoint rows.
      nonisolated(unsafe) let output = logits
      _ = try rows.sumOverTiles(slot: 0, groups: [], vectorCount: count, isCancelled: isCancelled) {
        work, _ in
        padded.withUnsafeBufferPointer { points in
          guard let first = points.baseAddress else { return }
          kernels.products(
            work.tile, first + work.fold * blocks.tileColumns, count, work.vector(0))
        }
        for offset in 0..<work.rowCount {
          let row = work.rows[offset]
          let fold = isOfFold ? 0 : Int(folds?.assignment[row] ?? 0)
          output[row] = work.vector(fold)[offset]
        }
      }
    }
    return logits
  }

  /// Fills each tile, and adds the numbers that `body` computes for the tiles of a block to sums
  /// that do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - slot: How many numbers a block has. They start at 0.
  ///   - groups: The number of sums of each group.
  ///   - vectorCount: The number of vectors of the workspace that `body` uses.
  ///   - isCancelled: Called several times on the caller's thread.
  ///   - body: Adds to the numbers of the tile's block.
  ///   - pack: Writes the number that a block adds to each sum. By default they are the first of
  ///     the block.
  func sumOverTiles(
    slot: Int, groups: [Int], vectorCount: Int, isCancelled: () -> Bool = { false },
    _ body: (TileWorkspace, UnsafeMutablePointer<Double>) throws(ClassificationError) -> Void,
    pack: ((UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void)? = nil
  ) throws(ClassificationError) -> BinnedSums {
    let total = Mutex(BinnedSums(groups: groups))
    // Enough chunks of blocks to balance the load, but not more, because each has its own sums.
    let all = blocks.all
    let length = max(1, (all.count + 31) / 32)
    let chunks = stride(from: 0, to: all.count, by: length).map {
      all[$0..<min($0 + length, all.count)]
    }
    let wave = max(8, 2 * min(threads, chunks.count))
    for first in stride(from: 0, to: chunks.count, by: wave) {
      if isCancelled() { throw .cancelled }
      let chunksOfWave = Array(chunks[first..<min(first + wave, chunks.count)])
      _ = try WorkerThreads.map(chunksOfWave, threads: threads) {
        chunk throws(ClassificationError) in
        let work = TileWorkspace(blocks, vectorCount: vectorCount)
        let sumCount = groups.reduce(0, +)
        let numbers = UnsafeMutablePointer<Double>.allocate(capacity: slot + sumCount + 1)
        let packed = numbers + slot
        defer {
          work.deallocate()
          numbers.deallocate()
        }
        var sums = BinnedSums(groups: groups)
        for block in chunk {
          numbers.initialize(repeating: 0, count: slot)
          try work.forEachTile(of: block, folds: folds, limit: blocks.tileRows) {
            work throws(ClassificationError) in
            fill(work)
            try body(work, numbers)
          }
          if let pack {
            pack(numbers, packed)
            sums.add(packed)
          } else {
            sums.add(numbers)
          }
        }
        total.withLock { $0.merge(sums) }
      }
    }
    return total.withLock { $0 }
  }

  /// Fills a tile with its rows, and its padding with zeros.
  private func fill(_ work: TileWorkspace) {
    let (tile, count, rows) = (work.tile, work.rowCount, work.rows)
    for (position, index) in active.enumerated() {
      let output = tile.elements + position * tile.stride
      switch features.columns[index] {
      case .numbers(let numbers):
        if let first = work.firstOfRange {
          numbers.withUnsafeBufferPointer {
            // If a matrix has rows, its columns are not empty.
            guard let base = $0.baseAddress else { return }
            kernels.standardize(
              base + first, count, means[position], inverseScales[position], output)
          }
        } else {
          work.gather(numbers, into: output)
          kernels.standardize(output, count, means[position], inverseScales[position], output)
        }
      case .borrowed(let column):
        var source = UnsafePointer(output)
        if let first = work.firstOfRange, let base = column.numbers.consecutive {
          source = base + first
        } else if let first = work.firstOfRange {
          column.numbers.copy(first..<(first + count), to: output)
        } else {
          for offset in 0..<count { output[offset] = column.numbers[rows[offset]] }
        }
        kernels.standardize(source, count, means[position], inverseScales[position], output)
      case .indicator(let codes, let code):
        let zero = -means[position] * inverseScales[position]
        let one = (1 - means[position]) * inverseScales[position]
        codes.withUnsafeBufferPointer { codes in
          for offset in 0..<count { output[offset] = codes[rows[offset]] == code ? one : zero }
        }
      }
      work.clearPadding(output)
    }
    let ones = tile.elements + active.count * tile.stride
    ones.update(repeating: 1, count: count)
    work.clearPadding(ones)
    for column in columnCount..<tile.columns {
      (tile.elements + column * tile.stride).update(repeating: 0, count: tile.rows)
    }
  }
}
