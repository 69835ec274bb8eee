// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _MatrixKernels
import _TestSupport

@testable import LinearClassification

/// The matrix kernels of each instruction set of this processor, compared with scalar loops.
@Suite struct MatrixKernelTests {
  /// A tile of random numbers, padded with zeros, inside memory that no kernel may write.
  private final class Buffer {
    let rows: Int
    let columns: Int
    let tile: MatrixKernelTable.Tile
    private let storage: UnsafeMutablePointer<Double>
    private let capacity: Int
    static let guardValue = 7e77

    init(rows: Int, columns: Int, seed: UInt64) {
      self.rows = rows
      self.columns = columns
      let paddedRows =
        (rows + MatrixKernelTable.rowAlignment - 1) / MatrixKernelTable.rowAlignment * 8
      let paddedColumns =
        (columns + MatrixKernelTable.columnAlignment - 1) / MatrixKernelTable.columnAlignment * 4
      let stride = paddedRows + 8
      capacity = stride * paddedColumns + 1
      storage = .allocate(capacity: capacity)
      storage.initialize(repeating: Self.guardValue, count: capacity)
      var generator = SeededGenerator(seed: seed)
      // One element after the aligned start of the allocation.
      tile = MatrixKernelTable.Tile(
        elements: storage + 1, stride: stride, rows: paddedRows, columns: paddedColumns)
      for column in 0..<paddedColumns {
        for row in 0..<paddedRows {
          tile.elements[column * stride + row] =
            row < rows && column < columns ? generator.normal() : 0
        }
      }
    }

    deinit { storage.deallocate() }

    subscript(row: Int, column: Int) -> Double { tile.elements[column * tile.stride + row] }

    /// Whether the memory around the columns is unchanged.
    var isIntact: Bool {
      storage[0] == Self.guardValue
        && (0..<tile.columns).allSatisfy { column in
          (tile.rows..<tile.stride).allSatisfy { self[$0, column] == Self.guardValue }
        }
    }
  }

  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.normal() }
  }

  /// Whether two sums agree to the rounding of `terms` terms.
  private func isClose(_ a: Double, _ b: Double, terms: Int) -> Bool {
    abs(a - b) <= 1e-15 * Double(terms + 4) * max(1, abs(b))
  }

  static let shapes = [1, 7, 8, 9, 31, 64, 65].flatMap { rows in
    [1, 3, 4, 5, 8, 13, 32].map { (rows: rows, columns: $0) }
  }

  @Test(arguments: InstructionSet.available, shapes)
  func tiles(_ instructionSet: InstructionSet, _ shape: (rows: Int, columns: Int)) {
    let kernels = instructionSet.matrixKernels
    let buffer = Buffer(rows: shape.rows, columns: shape.columns, seed: 1)
    let tile = buffer.tile
    let coefficients = numbers(tile.columns, seed: 2)
    let factors = numbers(tile.rows, seed: 3)

    var product = [Double](repeating: .nan, count: tile.rows)
    kernels.product(tile, coefficients, &product)
    for row in 0..<tile.rows {
      let expected = (0..<tile.columns).reduce(0) { $0 + buffer[row, $1] * coefficients[$1] }
      #expect(isClose(product[row], expected, terms: tile.columns))
    }

    var transposed = numbers(tile.columns, seed: 4)
    let before = transposed
    kernels.addTransposedProduct(tile, factors, &transposed)
    for column in 0..<tile.columns {
      let expected = (0..<tile.rows).reduce(before[column]) {
        $0 + buffer[$1, column] * factors[$1]
      }
      #expect(isClose(transposed[column], expected, terms: tile.rows))
    }

    let start = numbers(tile.columns * tile.columns, seed: 5)
    var gram = start
    kernels.addGram(tile, &gram)
    for i in 0..<tile.columns {
      for j in 0...i {
        let index = i * tile.columns + j
        let expected = (0..<tile.rows).reduce(start[index]) { $0 + buffer[$1, i] * buffer[$1, j] }
        #expect(isClose(gram[index], expected, terms: tile.rows))
      }
    }

    let unscaled = (0..<tile.columns).map { column in (0..<tile.rows).map { buffer[$0, column] } }
    kernels.scaleRows(tile, factors)
    for column in 0..<tile.columns {
      for row in 0..<tile.rows {
        #expect(buffer[row, column] == unscaled[column][row] * factors[row])
      }
    }
    #expect(buffer.isIntact)
  }

  /// All remainders of the widest vector, twice.
  @Test(arguments: InstructionSet.available, Array(0...34) + [1000])
  func vectors(_ instructionSet: InstructionSet, count: Int) {
    let kernels = instructionSet.matrixKernels
    // The data start at the second element, so they are unaligned. The last element is a guard.
    let left = numbers(count + 2, seed: 6)
    let right = numbers(count + 2, seed: 7)
    let range = 1..<(count + 1)
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        let a = left.baseAddress! + 1
        let b = right.baseAddress! + 1
        let dot = range.reduce(0) { $0 + left[$1] * right[$1] }
        #expect(isClose(kernels.dot(a, b, count), dot, terms: count))
        let sum = range.reduce(0) { $0 + (left[$1] - 0.3) }
        #expect(isClose(kernels.sum(a, count, 0.3), sum, terms: count))
        let squares = range.reduce(0) { $0 + (left[$1] - 0.3) * (left[$1] - 0.3) }
        #expect(isClose(kernels.squaredDeviation(a, count, 0.3), squares, terms: count))

        var output = Array(right)
        output.withUnsafeMutableBufferPointer {
          kernels.addScaled(-1.5, a, count, $0.baseAddress! + 1)
        }
        for index in range {
          #expect(isClose(output[index], right[index] - 1.5 * left[index], terms: 1))
        }
        #expect(output.first == right.first && output.last == right.last)

        output = Array(right)
        output.withUnsafeMutableBufferPointer {
          kernels.standardize(a, count, 0.7, 3, $0.baseAddress! + 1)
        }
        for index in range { #expect(output[index] == (left[index] - 0.7) * 3) }
        #expect(output.first == right.first && output.last == right.last)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func notANumberPropagates(_ instructionSet: InstructionSet) {
    let kernels = instructionSet.matrixKernels
    for position in 0..<19 {
      var values = numbers(19, seed: 8)
      values[position] = .nan
      #expect(kernels.squaredDeviation(values, 19, 0).isNaN)
      #expect(kernels.sum(values, 19, 0).isNaN)
    }
  }
}
