// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import _MatrixKernels

/// The mean of numbers and the sum of their squared deviations from it.
///
/// Both are exact sums of the sums of blocks of rows, so they have the same bits wherever the
/// blocks are. The deviations are from the mean of all blocks, which is known after the first pass.
struct Moments {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private(set) var squaredDeviation = 0.0

  /// The bound on the magnitude of a number. Its square times any number of rows is finite.
  static let limit = 1e145

  /// The sum of a column's rows of weight above 0, for each fold. Nil if the magnitude of a number,
  /// including those of weight 0, is not below the limit.
  static func sums(
    _ column: FeatureMatrix.Column, rows: RowOrder, kernels: MatrixKernelTable
  ) -> [ExactAccumulator]? {
    switch column {
    case .numbers(let numbers): return sums(numbers, rows: rows, kernels: kernels)
    case .borrowed(let column): return sums(column.numbers, rows: rows, kernels: kernels)
    case .indicator(let codes, let code):
      var ones = [Int](repeating: 0, count: rows.foldCount)
      rows.forEachRow { fold, row in if codes[row] == code { ones[fold] += 1 } }
      return ones.map { count in
        var sum = ExactAccumulator()
        sum.add(Double(count))
        return sum
      }
    }
  }

  private static func sums(
    _ numbers: some NumbersByBlock, rows: RowOrder, kernels: MatrixKernelTable
  ) -> [ExactAccumulator]? {
    var sums = [ExactAccumulator](repeating: ExactAccumulator(), count: rows.foldCount)
    var isFinite = true
    rows.forEachBlock(of: numbers) { fold, source, count in
      // Subtracting the first number makes the mean of equal numbers exact.
      sums[fold].add(product: source[0], Double(count))
      sums[fold].add(kernels.sum(source, count, source[0]))
    } checkAll: { source, count in
      isFinite = kernels.squaredDeviation(source, count, 0) < limit * limit
      return isFinite
    }
    return isFinite ? sums : nil
  }

  /// The mean of numbers with that sum.
  static func mean(sum: ExactAccumulator, count: Int, isIndicator: Bool) -> Double {
    if count == 0 { return 0 }
    return isIndicator ? sum.value / Double(count) : sum.mean(count: Double(count))
  }

  /// The squared deviations of a column of numbers from the mean of each fold; none of an
  /// indicator, whose sum determines them.
  static func squaredDeviations(
    _ column: FeatureMatrix.Column, from means: [Double], rows: RowOrder,
    kernels: MatrixKernelTable
  ) -> [ExactAccumulator] {
    switch column {
    case .numbers(let numbers):
      squaredDeviations(numbers, from: means, rows: rows, kernels: kernels)
    case .borrowed(let column):
      squaredDeviations(column.numbers, from: means, rows: rows, kernels: kernels)
    case .indicator: []
    }
  }

  private static func squaredDeviations(
    _ numbers: some NumbersByBlock, from means: [Double], rows: RowOrder,
    kernels: MatrixKernelTable
  ) -> [ExactAccumulator] {
    var sums = [ExactAccumulator](repeating: ExactAccumulator(), count: rows.foldCount)
    rows.forEachBlock(of: numbers) { fold, source, count in
      sums[fold].add(kernels.squaredDeviation(source, count, means[fold]))
    }
    return sums
  }

  /// Adds the moments of other rows, by the method of Chan, Golub and LeVeque (1983).
  mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    let total = count + other.count
    let difference = other.mean - mean
    squaredDeviation +=
      other.squaredDeviation + difference * difference * count * other.count / total
    mean += difference * other.count / total
    count = total
  }

  /// The population standard deviation; 0 if it is within the rounding error of the mean.
  var standardDeviation: Double {
    guard count > 0 else { return 0 }
    let deviation = (squaredDeviation / count).squareRoot()
    return deviation <= 8 * Double.ulpOfOne * abs(mean) ? 0 : deviation
  }
}

extension ExactAccumulator {
  /// The mean of that many numbers, exact if they are equal.
  fileprivate func mean(count: Double) -> Double {
    let mean = value / count
    var rest = self
    rest.add(product: -mean, count)
    return mean + rest.value / count
  }
}
