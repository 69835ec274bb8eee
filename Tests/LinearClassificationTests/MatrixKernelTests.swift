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
      func padded(_ count: Int, to alignment: Int) -> Int {
        (count + alignment - 1) / alignment * alignment
      }
      let paddedRows = padded(rows, to: MatrixKernelTable.rowAlignment)
      let paddedColumns = padded(columns, to: MatrixKernelTable.columnAlignment)
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
    // Groups of four vectors and a remainder.
    let count = 1 + shape.rows % 7
    let coefficients = numbers(count * tile.columns, seed: 2)
    let factors = numbers(count * tile.stride, seed: 3)

    let guardValue = Buffer.guardValue
    var products = [Double](repeating: guardValue, count: count * tile.stride)
    kernels.products(tile, coefficients, count, &products)
    for vector in 0..<count {
      var alone = [Double](repeating: guardValue, count: tile.stride)
      let own = Array(coefficients[(vector * tile.columns)..<((vector + 1) * tile.columns)])
      kernels.products(tile, own, 1, &alone)
      // Others change no bit, and nothing is written after the rows.
      #expect(alone.elementsEqual(products[(vector * tile.stride)..<((vector + 1) * tile.stride)]))
      #expect(alone[tile.rows...].allSatisfy { $0 == guardValue })
      for row in 0..<tile.rows {
        let expected = (0..<tile.columns).reduce(0) { $0 + buffer[row, $1] * own[$1] }
        #expect(isClose(alone[row], expected, terms: tile.columns))
      }
    }

    let before = numbers(count * tile.columns, seed: 4)
    var transposed = before
    kernels.addTransposedProducts(tile, factors, count, &transposed)
    for vector in 0..<count {
      let range = (vector * tile.columns)..<((vector + 1) * tile.columns)
      let own = Array(factors[(vector * tile.stride)..<((vector + 1) * tile.stride)])
      var alone = Array(before[range])
      kernels.addTransposedProducts(tile, own, 1, &alone)
      #expect(alone.elementsEqual(transposed[range]))
      for column in 0..<tile.columns {
        let expected = (0..<tile.rows).reduce(before[range.lowerBound + column]) {
          $0 + buffer[$1, column] * own[$1]
        }
        #expect(isClose(alone[column], expected, terms: tile.rows))
      }
    }

    let start = numbers(tile.columns * tile.columns, seed: 5)
    var gram = start
    var scratch = [Double](repeating: 0, count: 4 * tile.stride)
    kernels.addWeightedGram(tile, factors, &scratch, &gram)
    for i in 0..<tile.columns {
      for j in 0...i {
        let index = i * tile.columns + j
        let expected = (0..<tile.rows).reduce(start[index]) {
          $0 + buffer[$1, i] * factors[$1] * buffer[$1, j]
        }
        #expect(isClose(gram[index], expected, terms: tile.rows))
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
