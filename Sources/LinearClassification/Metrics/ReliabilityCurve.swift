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

  /// The sums of the bins of equal width.
  struct Sums {
    private let edges = (0...10).map { Double($0) / 10 }
    private var sums = [(weight: Double, prediction: Double, positives: Double)](
      repeating: (0, 0, 0), count: 10)

    @inline(__always)
    mutating func add(_ probability: Double, target: Double, weight: Double) {
      var bin = min(sums.count - 1, Int(probability * Double(sums.count)))
      // Rounding of the product may cross an edge. An edge belongs to the bin below it.
      while bin > 0, probability <= edges[bin] { bin -= 1 }
      while bin < sums.count - 1, probability > edges[bin + 1] { bin += 1 }
      sums[bin].weight += weight
      sums[bin].prediction += weight * probability
      sums[bin].positives += weight * target
    }

    fileprivate func bins(_ unit: WeightUnit) -> [Bin] {
      sums.enumerated().filter { $0.element.weight > 0 }.map { index, sum in
        Bin(
          lowerBound: edges[index], upperBound: edges[index + 1],
          weight: unit.original(sum.weight), meanPrediction: sum.prediction / sum.weight,
          positiveRate: sum.positives / sum.weight)
      }
    }
  }

  init(_ sums: Sums, _ unit: WeightUnit) { bins = sums.bins(unit) }

  /// Bins of equal width.
  init(_ rows: LabelledScores, probability: (_ row: Int) -> Double) {
    var sums = Sums()
    rows.selection.forEach { row, weight in
      sums.add(probability(row), target: rows.targets[row], weight: weight)
    }
    self.init(sums, rows.selection.unit)
  }

  /// Bins by rank. Rows of equal rank are in one bin.
  init(rankedBy ranking: Ranking, binCount: Int = 10, probability: (_ score: Double) -> Double) {
    let total = ranking.positives + ranking.negatives
    /// The share of the rows above an edge; the last edge is above all rows.
    func share(above edge: Int) -> Double {
      let share = Double(sign: .plus, exponent: -edge, significand: 1)
      return edge < binCount && share * Double(ranking.count) >= 10 ? share : 0
    }
    var bins: [Bin] = []
    var edge = 1
    var weight = 0.0
    var (positives, prediction, below) = (0.0, 0.0, 0.0)
    var lowest: Double?
    var remaining = ranking.count
    ranking.forEachReversed { point in
      let rowsHere = point.gained.positives + point.gained.negatives
      let value = probability(point.score)
      lowest = lowest ?? value
      weight += rowsHere
      positives += point.gained.positives
      prediction += rowsHere * value
      remaining -= 1
      let above = (total - below - weight) / total
      guard above <= share(above: edge) || remaining == 0, weight > 0 else { return }
      bins.append(
        Bin(
          lowerBound: lowest ?? value, upperBound: value, weight: ranking.rows.original(weight),
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
