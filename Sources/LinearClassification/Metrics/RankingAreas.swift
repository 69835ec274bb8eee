// SPDX-License-Identifier: Apache-2.0
/// The areas under the ROC and precision–recall curves, from the rows in descending order of their
/// scores. The curves are not kept.
struct RankingAreas {
  /// The weight of the positive rows.
  private(set) var positives = 0.0
  /// The weight of the negative rows.
  private(set) var negatives = 0.0
  private var area = 0.0
  private var steps = 0.0

  /// - Parameter points: The weights of the positives and negatives with at least each distinct
  ///   score, in descending order of the scores.
  init(points: some Sequence<(Double, Double)>) {
    for (truePositives, falsePositives) in points { add(truePositives, falsePositives) }
  }

  /// - Parameters:
  ///   - ranked: Scores in descending order, with the indices of their rows.
  ///   - isIncluded: Whether a row counts.
  ///   - weight: The weight of a row.
  init(
    _ ranked: [(element: Double, index: Int)], targets: [Double],
    where isIncluded: (Int) -> Bool = { _ in true }, weight: (Int) -> Double
  ) {
    var score = Double.infinity
    var (truePositives, falsePositives) = (0.0, 0.0)
    for (element, row) in ranked where isIncluded(row) {
      // Rows with the same score form one point.
      if element != score {
        add(truePositives, falsePositives)
        score = element
      }
      if targets[row] == 1 { truePositives += weight(row) } else { falsePositives += weight(row) }
    }
    add(truePositives, falsePositives)
  }

  init(_ rows: LabelledScores) {
    self.init(
      rows.logits.ranked { rows.weight($0) > 0 }, targets: rows.targets, weight: rows.weight)
  }

  private mutating func add(_ truePositives: Double, _ falsePositives: Double) {
    area += (falsePositives - negatives) * (truePositives + positives) / 2
    if truePositives > positives {
      steps += (truePositives - positives) * truePositives / (truePositives + falsePositives)
    }
    (positives, negatives) = (truePositives, falsePositives)
  }

  /// The area under the ROC curve; undefined if a class does not occur.
  var rocAUC: Double? {
    // Rounding can exceed 1.
    positives > 0 && negatives > 0 ? min(area / (positives * negatives), 1) : nil
  }

  /// Σ (Rₖ - Rₖ₋₁) Pₖ over the thresholds in descending order; undefined without positives.
  var averagePrecision: Double? { positives > 0 ? min(steps / positives, 1) : nil }
}
