// SPDX-License-Identifier: Apache-2.0
import _DataFiles

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
        ofFold[Int(folds?.assignment[row] ?? 0)].append(UInt16(row - block.lowerBound))
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
    of numbers: some NumbersByBlock,
    _ body: (_ fold: Int, UnsafePointer<Double>, _ count: Int) -> Void,
    checkAll: (UnsafePointer<Double>, _ count: Int) -> Bool = { _, _ in true }
  ) {
    let capacity = RowBlocks.rowsPerBlock
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * capacity) { memory in
      // The kernels take addresses.
      guard let scratch = memory.baseAddress else { return }
      var start = 0
      for (index, block) in RowBlocks.all(rowCount: rowCount).enumerated() {
        let goesOn = numbers.withBlock(block, scratch: scratch + capacity) { source in
          guard checkAll(source, block.count) else { return false }
          guard let positions else {
            body(0, source, block.count)
            return true
          }
          for fold in 0..<foldCount {
            let end = ends[index * foldCount + fold]
            for offset in start..<end { scratch[offset - start] = source[Int(positions[offset])] }
            if start < end { body(fold, scratch, end - start) }
            start = end
          }
          return true
        }
        guard goesOn else { return }
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

/// Numbers whose blocks have addresses.
protocol NumbersByBlock {
  /// Calls `body` with the numbers of a block, which are in `scratch` if they have no address.
  func withBlock(
    _ block: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) -> Bool
  ) -> Bool
}

extension Array: NumbersByBlock where Element == Double {
  func withBlock(
    _ block: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) -> Bool
  ) -> Bool {
    withUnsafeBufferPointer { $0.baseAddress.map { body($0 + block.lowerBound) } ?? false }
  }
}

extension BorrowedNumbers: NumbersByBlock {
  func withBlock(
    _ block: Range<Int>, scratch: UnsafeMutablePointer<Double>,
    _ body: (UnsafePointer<Double>) -> Bool
  ) -> Bool {
    if let consecutive { return body(consecutive + block.lowerBound) }
    copy(block, to: scratch)
    return body(scratch)
  }
}
