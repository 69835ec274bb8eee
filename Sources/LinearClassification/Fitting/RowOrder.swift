// SPDX-License-Identifier: Apache-2.0

/// The rows of weight above 0 of each block, sorted by fold.
struct RowOrder: Sendable {
  let foldCount: Int
  private let rowCount: Int
  /// The positions of the rows in their blocks; nil for all rows, without folds.
  private let positions: [UInt16]?
  /// For each block and fold, the end of its positions.
  private let ends: [Int]

  init(rowCount: Int, weights: [Double]?, folds: StratifiedFolds?) {
    self.rowCount = rowCount
    foldCount = folds?.count ?? 1
    guard weights != nil || folds != nil else {
      (positions, ends) = (nil, [])
      return
    }
    var positions: [UInt16] = []
    positions.reserveCapacity(rowCount)
    var ends: [Int] = []
    var ofFold = [[UInt16]](repeating: [], count: foldCount)
    for block in RowBlocks.all(rowCount: rowCount) {
      for row in block where weights.map({ $0[row] > 0 }) ?? true {
        ofFold[folds?.assignment[row] ?? 0].append(UInt16(row - block.lowerBound))
      }
      for fold in ofFold.indices {
        positions += ofFold[fold]
        ends.append(positions.count)
        ofFold[fold].removeAll(keepingCapacity: true)
      }
    }
    (self.positions, self.ends) = (positions, ends)
  }

  /// The number of rows of each fold.
  var counts: [Int] {
    var counts = [Int](repeating: 0, count: foldCount)
    if positions == nil { counts[0] = rowCount }
    var start = 0
    for (index, end) in ends.enumerated() {
      counts[index % foldCount] += end - start
      start = end
    }
    return counts
  }

  /// Calls `body` with the rows' numbers of each fold in each block, unless there are none.
  ///
  /// - Parameter checkAll: Called before with all numbers of the block; false ends the iteration.
  func forEachBlock(
    of numbers: [Double], _ body: (_ fold: Int, UnsafePointer<Double>, _ count: Int) -> Void,
    checkAll: (UnsafePointer<Double>, _ count: Int) -> Bool = { _, _ in true }
  ) {
    numbers.withUnsafeBufferPointer { numbers in
      // The kernels take addresses.
      guard let base = numbers.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: RowBlocks.rowsPerBlock) { selected in
        guard let scratch = selected.baseAddress else { return }
        var start = 0
        for (index, block) in RowBlocks.all(rowCount: rowCount).enumerated() {
          let source = base + block.lowerBound
          guard checkAll(source, block.count) else { return }
          guard let positions else {
            body(0, source, block.count)
            continue
          }
          for fold in 0..<foldCount {
            let end = ends[index * foldCount + fold]
            for offset in start..<end { scratch[offset - start] = source[Int(positions[offset])] }
            if start < end { body(fold, scratch, end - start) }
            start = end
          }
        }
      }
    }
  }

  /// Calls `body` with each row.
  func forEachRow(_ body: (_ fold: Int, _ row: Int) -> Void) {
    guard let positions else {
      for row in 0..<rowCount { body(0, row) }
      return
    }
    var start = 0
    for (index, end) in ends.enumerated() {
      let first = index / foldCount * RowBlocks.rowsPerBlock
      for offset in start..<end { body(index % foldCount, first + Int(positions[offset])) }
      start = end
    }
  }
}
