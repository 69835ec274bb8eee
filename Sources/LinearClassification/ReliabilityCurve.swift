// SPDX-License-Identifier: Apache-2.0
/// How often predictions come true: the rows in bins of equal width by predicted probability, and in each bin the mean prediction and
/// the rate of positives.
public struct ReliabilityCurve: Codable, Hashable, Sendable {
  /// The rows with a predicted probability in one bin.
  public struct Bin: Codable, Hashable, Sendable {
    /// The bin holds probabilities above this; the first, which starts at 0, holds 0 too.
    public var lowerBound: Double
    /// The bin holds probabilities up to and including this.
    public var upperBound: Double
    /// The weight of its rows.
    public var weight: Double
    /// The mean of their predicted probabilities.
    public var meanPrediction: Double
    /// The share of positives among them.
    public var positiveRate: Double
  }

  /// The bins that have rows, from low to high.
  public var bins: [Bin]

  /// The number of bins, unless told otherwise.
  public static let defaultBinCount = 10

  init(_ rows: LabelledScores, probabilities: [Double], binCount: Int = Self.defaultBinCount) {
    var sums = [(weight: Double, prediction: Double, positives: Double)](
      repeating: (0, 0, 0), count: binCount)
    let edges = (0...binCount).map { Double($0) / Double(binCount) }
    for (row, probability) in probabilities.enumerated() {
      let weight = rows.weight(row)
      var bin = min(binCount - 1, Int(probability * Double(binCount)))
      // The product may be rounded across an edge, and an edge belongs to the bin below it.
      while bin > 0, probability <= edges[bin] { bin -= 1 }
      while bin < binCount - 1, probability > edges[bin + 1] { bin += 1 }
      sums[bin].weight += weight
      sums[bin].prediction += weight * probability
      sums[bin].positives += weight * rows.targets[row]
    }
    bins = sums.enumerated().filter { $0.element.weight > 0 }.map { index, sum in
      Bin(
        lowerBound: edges[index], upperBound: edges[index + 1], weight: sum.weight,
        meanPrediction: sum.prediction / sum.weight, positiveRate: sum.positives / sum.weight)
    }
  }

  /// The expected calibration error, `Σ (weight / total) |mean prediction - rate of positives|` over the bins (Naeini, Cooper and
  /// Hauskrecht, AAAI 2015).
  ///
  /// The bins being of equal width, it says little where positives are rare: of one in a thousand rows, a model that predicts nearly the
  /// same small probability for all has them in the first bin and an error near 0, however badly it ranks them.
  public var expectedCalibrationError: Double {
    let total = bins.reduce(0) { $0 + $1.weight }
    return bins.reduce(0) { $0 + $1.weight / total * abs($1.meanPrediction - $1.positiveRate) }
  }
}
