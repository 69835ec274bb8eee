// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
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
  let kernels: MatrixKernelTable
  let chunks: RowChunks
  private let threads: Int
  private let means: [Double]
  private let inverseScales: [Double]

  init(
    _ features: FeatureMatrix, _ standardization: Standardization, kernels: MatrixKernelTable,
    threads: Int
  ) {
    self.features = features
    self.kernels = kernels
    self.threads = threads
    active = standardization.active
    means = active.map { standardization.means[$0] }
    inverseScales = active.map { 1 / standardization.deviations[$0] }
    chunks = RowChunks(rowCount: features.rowCount, columnCount: active.count + 1)
  }

  /// The number of coefficients, including the intercept, which is the last.
  var columnCount: Int { active.count + 1 }

  /// The coefficients of a model, in the order of the columns.
  func point(of model: LogisticModel) -> [Double] {
    active.map { model.coefficients[$0] } + [model.intercept]
  }

  /// The logit of every row, including those of weight 0.
  func logits(at point: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: features.rowCount) { buffer, count in
      // Threads write disjoint rows.
      nonisolated(unsafe) let buffer = buffer
      _ = sumOverChunks(slot: 0, at: point) { work, rows, _ in
        for (offset, row) in rows.enumerated() { buffer[row] = work.logits[offset] }
      }
      count = features.rowCount
    }
  }

  /// Computes the logits of each tile, and sums the `slot` numbers that `body` adds for each tile.
  ///
  /// The sums form a tree over the chunks, which depends only on the shape of the matrix.
  func sumOverChunks<Failure: Error>(
    slot: Int, at point: [Double],
    _ body: (TileWorkspace, Range<Int>, UnsafeMutablePointer<Double>) throws(Failure) -> Void
  ) throws(Failure) -> [Double] {
    var sums = [Double](repeating: 0, count: max(1, slot * chunks.chunkCount))
    let padded = point + [Double](repeating: 0, count: chunks.tileColumns - point.count)
    try sums.withUnsafeMutableBufferPointer { buffer throws(Failure) in
      guard let address = buffer.baseAddress else { return }
      // Each chunk has its own slot, which only one thread writes.
      let base = address
      _ = try WorkerThreads.map(Array(0..<chunks.chunkCount), threads: threads) {
        chunk throws(Failure) in
        let work = TileWorkspace(chunks)
        defer { work.deallocate() }
        for rows in chunks.tiles(ofChunk: chunk) {
          let tileWork = work.with(rowCount: rows.count)
          fill(tileWork.tile, rows: rows)
          kernels.product(tileWork.tile, padded, tileWork.logits)
          try body(tileWork, rows, base + chunk * slot)
        }
      }
      var step = 1
      while step < chunks.chunkCount {
        for chunk in stride(from: 0, to: chunks.chunkCount - step, by: 2 * step) {
          kernels.addScaled(1, base + (chunk + step) * slot, slot, base + chunk * slot)
        }
        step *= 2
      }
    }
    return Array(sums.prefix(slot))
  }

  /// Fills a tile with rows, and its padding with zeros.
  private func fill(_ tile: MatrixKernelTable.Tile, rows: Range<Int>) {
    for (position, index) in active.enumerated() {
      let output = tile.elements + position * tile.stride
      switch features.columns[index] {
      case .numbers(let numbers):
        numbers.withUnsafeBufferPointer {
          // If a matrix has rows, its columns are not empty.
          guard let base = $0.baseAddress else { return }
          kernels.standardize(
            base + rows.lowerBound, rows.count, means[position], inverseScales[position], output)
        }
      case .indicator(let codes, let code):
        let zero = -means[position] * inverseScales[position]
        let one = (1 - means[position]) * inverseScales[position]
        codes.withUnsafeBufferPointer { codes in
          for (offset, row) in rows.enumerated() {
            output[offset] = codes[row] == code ? one : zero
          }
        }
      }
      (output + rows.count).update(repeating: 0, count: tile.rows - rows.count)
    }
    let ones = tile.elements + active.count * tile.stride
    ones.update(repeating: 1, count: rows.count)
    (ones + rows.count).update(repeating: 0, count: tile.rows - rows.count)
    for column in columnCount..<tile.columns {
      (tile.elements + column * tile.stride).update(repeating: 0, count: tile.rows)
    }
  }
}
