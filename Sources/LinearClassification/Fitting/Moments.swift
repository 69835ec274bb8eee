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
  /// Whether every number, including those of weight 0, is below the limit.
  private(set) var isFinite = true

  /// The bound on the magnitude of a number. Its square times any number of rows is finite.
  static let limit = 1e145

  init() {}

  /// The moments of a column's rows of weight above 0, for each fold.
  static func ofFolds(
    _ column: FeatureMatrix.Column, rows: RowOrder, kernels: MatrixKernelTable
  ) -> [Moments] {
    switch column {
    case .numbers(let numbers): return ofFolds(numbers, rows: rows, kernels: kernels)
    case .borrowed(let column): return ofFolds(column.numbers, rows: rows, kernels: kernels)
    case .indicator(let codes, let code):
      var moments = [Moments](repeating: Moments(), count: rows.foldCount)
      var ones = moments.map { _ in 0.0 }
      rows.forEachRow { fold, row in
        moments[fold].count += 1
        if codes[row] == code { ones[fold] += 1 }
      }
      for (fold, ones) in ones.enumerated() where moments[fold].count > 0 {
        moments[fold].mean = ones / moments[fold].count
        moments[fold].squaredDeviation = ones * (1 - moments[fold].mean)
      }
      return moments
    }
  }

  private static func ofFolds(
    _ numbers: some NumbersByBlock, rows: RowOrder, kernels: MatrixKernelTable
  ) -> [Moments] {
    var moments = [Moments](repeating: Moments(), count: rows.foldCount)
    var sums = moments.map { _ in ExactAccumulator() }
    rows.forEachBlock(of: numbers) { fold, source, count in
      // Subtracting the first number makes the mean of equal numbers exact.
      sums[fold].add(product: source[0], Double(count))
      sums[fold].add(kernels.sum(source, count, source[0]))
      moments[fold].count += Double(count)
    } checkAll: { source, count in
      let isFinite = kernels.squaredDeviation(source, count, 0) < Self.limit * Self.limit
      if !isFinite { moments[0].isFinite = false }
      return isFinite
    }
    guard moments[0].isFinite else { return moments }
    for fold in moments.indices where moments[fold].count > 0 {
      moments[fold].mean = sums[fold].mean(count: moments[fold].count)
    }
    sums = moments.map { _ in ExactAccumulator() }
    rows.forEachBlock(of: numbers) { fold, source, count in
      sums[fold].add(kernels.squaredDeviation(source, count, moments[fold].mean))
    }
    for fold in moments.indices { moments[fold].squaredDeviation = sums[fold].value }
    return moments
  }

  /// Adds the moments of other rows, by the method of Chan, Golub and LeVeque (1983).
  mutating func merge(_ other: Moments) {
    isFinite = isFinite && other.isFinite
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
