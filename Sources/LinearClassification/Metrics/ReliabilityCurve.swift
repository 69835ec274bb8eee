// SPDX-License-Identifier: Apache-2.0
/// Predicted probabilities against observed rates: rows in bins of equal width by predicted
/// probability, with the mean prediction and the rate of positives in each bin.
public struct ReliabilityCurve: Codable, Hashable, Sendable {
  /// The rows with a predicted probability in one bin.
  public struct Bin: Codable, Hashable, Sendable {
    /// The bin has probabilities above this bound; the first bin also has 0.
    public let lowerBound: Double
    /// The bin has probabilities up to and including this bound.
    public let upperBound: Double
    /// The weight of its rows.
    public let weight: Double
    /// The mean of its predicted probabilities.
    public let meanPrediction: Double
    /// The share of positives among its rows.
    public let positiveRate: Double
  }

  /// The bins that have rows, from low to high.
  public let bins: [Bin]

  init(_ rows: LabelledScores, probabilities: [Double], binCount: Int = 10) {
    var sums = [(weight: Double, prediction: Double, positives: Double)](
      repeating: (0, 0, 0), count: binCount)
    let edges = (0...binCount).map { Double($0) / Double(binCount) }
    for (row, probability) in probabilities.enumerated() {
      let weight = rows.weight(row)
      var bin = min(binCount - 1, Int(probability * Double(binCount)))
      // Rounding of the product may cross an edge. An edge belongs to the bin below it.
      while bin > 0, probability <= edges[bin] { bin -= 1 }
      while bin < binCount - 1, probability > edges[bin + 1] { bin += 1 }
      sums[bin].weight += weight
      sums[bin].prediction += weight * probability
      sums[bin].positives += weight * rows.targets[row]
    }
    bins = sums.enumerated().filter { $0.element.weight > 0 }.map { index, sum in
      Bin(
        lowerBound: edges[index], upperBound: edges[index + 1], weight: rows.original(sum.weight),
        meanPrediction: sum.prediction / sum.weight, positiveRate: sum.positives / sum.weight)
    }
  }

  /// The expected calibration error, `Σ (weight / total) |mean prediction - rate of positives|`
  /// over the bins (Naeini, Cooper and Hauskrecht, AAAI 2015).
  ///
  /// It is not informative if positives are rare. If one row in a thousand is positive, a model
  /// that predicts about the same small probability for all rows has an error near 0, even if it
  /// ranks them badly.
  public var expectedCalibrationError: Double {
    let total = bins.reduce(0) { $0 + $1.weight }
    return bins.reduce(0) { $0 + $1.weight / total * abs($1.meanPrediction - $1.positiveRate) }
  }
}
