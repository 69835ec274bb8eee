// SPDX-License-Identifier: Apache-2.0
/// Predicted probabilities against observed rates: rows in bins of equal width by predicted
/// probability, with the mean prediction and the rate of positives in each bin.
///
/// If positives are rare, nearly all rows are in the first bin. A curve by rank has bins that
/// halve the remaining rows instead: the half with the lowest probabilities, the next quarter, and
/// so on. The last has the rows with the highest probabilities, at most 1/512 of all, or about ten.
public struct ReliabilityCurve: Codable, Hashable, Sendable {
  /// The rows with a predicted probability in one bin.
  public struct Bin: Codable, Hashable, Sendable {
    /// The bin has probabilities above this bound; the first bin also has 0. For a bin by rank,
    /// its lowest probability.
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

  /// Bins by rank. Rows of equal rank are in one bin.
  init(
    rankedBy curve: RankingCurve, of rows: LabelledScores, binCount: Int = 10,
    probability: (Double) -> Double
  ) {
    let total = curve.positives + curve.negatives
    /// The share of the rows above an edge; the last edge is above all rows.
    func share(above edge: Int) -> Double {
      let share = Double(sign: .plus, exponent: -edge, significand: 1)
      return edge < binCount && share * Double(curve.thresholds.count) >= 10 ? share : 0
    }
    var bins: [Bin] = []
    var edge = 1
    var weight = 0.0
    var (positives, prediction, below) = (0.0, 0.0, 0.0)
    var lowest: Double?
    for index in curve.thresholds.indices.reversed() {
      let before =
        index > 0
        ? (curve.truePositives[index - 1], curve.falsePositives[index - 1])
        : (0, 0)
      let gained = curve.truePositives[index] - before.0
      let rowsHere = gained + (curve.falsePositives[index] - before.1)
      let value = probability(curve.thresholds[index])
      lowest = lowest ?? value
      weight += rowsHere
      positives += gained
      prediction += rowsHere * value
      let above = (total - below - weight) / total
      guard above <= share(above: edge) || index == 0, weight > 0 else { continue }
      bins.append(
        Bin(
          lowerBound: lowest ?? value, upperBound: value, weight: rows.original(weight),
          meanPrediction: prediction / weight, positiveRate: positives / weight))
      below += weight
      repeat { edge += 1 } while share(above: edge) >= above && share(above: edge) > 0
      (weight, positives, prediction, lowest) = (0, 0, 0, nil)
    }
    self.bins = bins
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
