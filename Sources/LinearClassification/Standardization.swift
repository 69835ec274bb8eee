// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Dispatch
import WeightedCrossEntropy
import _MatrixKernels

/// The means and standard deviations of the features over the training rows.
///
/// Population standard deviations (divided by n), unweighted: each row with a weight above 0 counts once, and a row of weight 0 does
/// not. This is scikit-learn's `StandardScaler`. A feature whose standard deviation is 0, or no more than the rounding of its mean, is
/// constant, and left out of the model. So is one of deviations below about 1e-162, whose squares underflow.
public struct Standardization: Codable, Hashable, Sendable {
  /// The mean of each feature.
  public var means: [Double]
  /// The standard deviation of each feature; 0 where it is constant.
  public var deviations: [Double]

  /// The features that are not constant.
  var active: [Int] { deviations.indices.filter { deviations[$0] > 0 } }

  /// Known statistics.
  public init(means: [Double], deviations: [Double]) {
    self.means = means
    self.deviations = deviations
  }

  /// The statistics of the rows for which `weights`, if there are any, is above 0.
  ///
  /// One pass over memory: the mean and the squared deviation of each block, merged as by Chan, Golub and LeVeque (1983).
  init(
    _ features: FeatureMatrix, weights: [Double]?, threads: Int, kernels: MatrixKernelTable
  ) throws(ClassificationError) {
    let results = mapConcurrently(features.columns, threads: threads) { column -> Moments in
      switch column {
      case .numbers(let numbers): Moments(numbers, weights: weights, kernels: kernels)
      case .indicator(let codes, let code): Moments(codes, code: code, weights: weights)
      }
    }
    for (column, moments) in results.enumerated() where !moments.isFinite {
      for row in 0..<features.rowCount where !(abs(features.columns[column][row]) < Moments.limit) {
        throw .invalidFeature(
          value: "\(features.columns[column][row])", row: row + 1, feature: features.names[column])
      }
    }
    means = results.map(\.mean)
    deviations = results.map(\.standardDeviation)
  }
}

/// The mean of some numbers and the sum of their squared distances from it.
struct Moments {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private(set) var squaredDeviation = 0.0
  /// Whether no number, counted or not, is NaN or so large that sums of squares overflow.
  private(set) var isFinite = true

  /// The magnitude that no number may have: its square times any count of rows is still finite.
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
          // Distances from one of the numbers: the mean of equal numbers is then that number, to the last digit.
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

  /// The population standard deviation; 0 where what there is can be the rounding of the mean.
  var standardDeviation: Double {
    guard count > 0 else { return 0 }
    let deviation = (squaredDeviation / count).squareRoot()
    return deviation <= 8 * Double.ulpOfOne * abs(mean) ? 0 : deviation
  }
}

/// The results of `transform` on every element, in order, on at most `threads` threads.
func mapConcurrently<Element, Result>(
  _ elements: [Element], threads: Int, _ transform: (Element) -> Result
) -> [Result] {
  var results = [Result?](repeating: nil, count: elements.count)
  results.withUnsafeMutableBufferPointer { buffer in
    // Each result is written by one thread, and `concurrentPerform` returns when all are.
    nonisolated(unsafe) let buffer = buffer
    nonisolated(unsafe) let elements = elements
    nonisolated(unsafe) let transform = transform
    let workers = max(1, min(threads, elements.count))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: elements.count, by: workers) {
        buffer[index] = transform(elements[index])
      }
    }
  }
  return results.compactMap { $0 }
}
