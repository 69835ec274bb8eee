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

  init(_ numbers: [Double], weights: [Double]?, kernels: MatrixKernelTable) {
    numbers.withUnsafeBufferPointer { numbers in
      // The kernels take addresses.
      guard let base = numbers.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 4096) { selected in
        for start in stride(from: 0, to: numbers.count, by: 4096) {
          var source = base + start
          var count = min(4096, numbers.count - start)
          if !(kernels.squaredDeviation(source, count, 0) < Self.limit * Self.limit) {
            isFinite = false
          }
          if let weights, let scratch = selected.baseAddress {
            var selectedCount = 0
            for row in start..<start + count where weights[row] > 0 {
              scratch[selectedCount] = numbers[row]
              selectedCount += 1
            }
            count = selectedCount
            source = UnsafePointer(scratch)
          }
          guard count > 0 else { continue }
          // Subtracting the first number makes the mean of equal numbers exact.
          let center = source[0]
          let mean = center + kernels.sum(source, count, center) / Double(count)
          merge(count: Double(count), mean: mean, kernels.squaredDeviation(source, count, mean))
        }
      }
    }
  }

  init(_ codes: [Int32], code: Int32, weights: [Double]?) {
    var ones = 0.0
    for row in codes.indices where weights.map({ $0[row] > 0 }) ?? true {
      count += 1
      if codes[row] == code { ones += 1 }
    }
    mean = count > 0 ? ones / count : 0
    squaredDeviation = ones * (1 - mean)
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
