// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The mean of numbers and the sum of their squared deviations from it.
///
/// Blocks are merged by the method of Chan, Golub and LeVeque (1983).
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
    _ column: FeatureMatrix.Column, weights: [Double]?, folds: StratifiedFolds?,
    kernels: MatrixKernelTable
  ) -> [Moments] {
    var moments = [Moments](repeating: Moments(), count: folds?.count ?? 1)
    switch column {
    case .numbers(let numbers):
      for start in stride(from: 0, to: numbers.count, by: 4096) {
        let block = start..<min(start + 4096, numbers.count)
        for fold in moments.indices {
          moments[fold].add(numbers, block, kernels: kernels, isAll: weights == nil && folds == nil)
          { row in
            weights.map { $0[row] > 0 } ?? true && folds.map { $0.assignment[row] == fold } ?? true
          }
        }
      }
    case .indicator(let codes, let code):
      var ones = moments.map { _ in 0.0 }
      for row in codes.indices where weights.map({ $0[row] > 0 }) ?? true {
        let fold = folds?.assignment[row] ?? 0
        moments[fold].count += 1
        if codes[row] == code { ones[fold] += 1 }
      }
      for (fold, ones) in ones.enumerated() where moments[fold].count > 0 {
        moments[fold].mean = ones / moments[fold].count
        moments[fold].squaredDeviation = ones * (1 - moments[fold].mean)
      }
    }
    return moments
  }

  /// Adds the rows of a block that `isIncluded` accepts.
  private mutating func add(
    _ numbers: [Double], _ block: Range<Int>, kernels: MatrixKernelTable, isAll: Bool,
    _ isIncluded: (Int) -> Bool
  ) {
    numbers.withUnsafeBufferPointer { numbers in
      // The kernels take addresses.
      guard let base = numbers.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 4096) { selected in
        guard let scratch = selected.baseAddress else { return }
        var source = base + block.lowerBound
        var count = block.count
        if !(kernels.squaredDeviation(source, count, 0) < Self.limit * Self.limit) {
          isFinite = false
        }
        if !isAll {
          count = 0
          for row in block where isIncluded(row) {
            scratch[count] = numbers[row]
            count += 1
          }
          source = UnsafePointer(scratch)
        }
        guard count > 0 else { return }
        // Subtracting the first number makes the mean of equal numbers exact.
        let center = source[0]
        let mean = center + kernels.sum(source, count, center) / Double(count)
        merge(count: Double(count), mean: mean, kernels.squaredDeviation(source, count, mean))
      }
    }
  }

  /// Adds the moments of other rows.
  mutating func merge(_ other: Moments) {
    isFinite = isFinite && other.isFinite
    if other.count > 0 {
      merge(count: other.count, mean: other.mean, other.squaredDeviation)
    }
  }

  private mutating func merge(count other: Double, mean otherMean: Double, _ otherDeviation: Double)
  {
    let total = count + other
    let difference = otherMean - mean
    squaredDeviation += otherDeviation + difference * difference * count * other / total
    mean += difference * other / total
    count = total
  }

  /// The population standard deviation; 0 if it is within the rounding error of the mean.
  var standardDeviation: Double {
    guard count > 0 else { return 0 }
    let deviation = (squaredDeviation / count).squareRoot()
    return deviation <= 8 * Double.ulpOfOne * abs(mean) ? 0 : deviation
  }
}
