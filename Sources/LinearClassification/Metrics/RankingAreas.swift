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
  /// The last score, and the weights of the rows with at least that score.
  private var last = (score: Double.infinity, truePositives: 0.0, falsePositives: 0.0)

  /// No rows.
  init() {}

  /// - Parameter points: The weights of the positives and negatives with at least each distinct
  ///   score, in descending order of the scores.
  init(points: some Sequence<(Double, Double)>) {
    for (truePositives, falsePositives) in points { add(truePositives, falsePositives) }
  }

  init(_ rows: LabelledScores) {
    for row in rows.logits.ranked(where: { rows.weight($0) > 0 }) {
      let row = Int(row)
      add(rows.logits[row], isPositive: rows.targets[row] == 1, weight: rows.weight(row))
    }
    finish()
  }

  /// Adds a row, whose score is at most that of the last one.
  mutating func add(_ score: Double, isPositive: Bool, weight: Double) {
    // Rows with the same score form one point.
    if score != last.score {
      add(last.truePositives, last.falsePositives)
      last.score = score
    }
    if isPositive { last.truePositives += weight } else { last.falsePositives += weight }
  }

  /// Completes the areas after the last row.
  mutating func finish() { add(last.truePositives, last.falsePositives) }

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
