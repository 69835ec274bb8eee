// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy
import _MatrixKernels

/// The standardised features and a column of ones, which exist only a tile at a time: no copy of the matrix is ever made, and a
/// feature far from zero loses no digits to a later subtraction.
struct StandardizedTiles: Sendable {
  let features: FeatureMatrix
  let means: [Double]
  let inverseScales: [Double]
  /// The features that are not constant; the tile's columns in this order, and after them the ones.
  let active: [Int]

  init(_ features: FeatureMatrix, _ standardization: Standardization) {
    self.features = features
    active = standardization.active
    means = active.map { standardization.means[$0] }
    inverseScales = active.map { 1 / standardization.deviations[$0] }
  }

  /// The number of coefficients, intercept included: the last of them.
  var columnCount: Int { active.count + 1 }

  /// Fills a tile with rows; what pads it is zero.
  func fill(_ tile: MatrixKernelTable.Tile, rows: Range<Int>, kernels: MatrixKernelTable) {
    for (position, index) in active.enumerated() {
      let output = tile.elements + position * tile.stride
      switch features.columns[index] {
      case .numbers(let numbers):
        numbers.withUnsafeBufferPointer {
          // The columns of a matrix with rows are not empty.
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
