// SPDX-License-Identifier: Apache-2.0
/// How many positives and negatives score at least each of the distinct scores: what ROC and precision–recall curves are made of.
///
/// - Complexity: O(n log n) to make.
struct RankingCurve {
  /// The distinct logits, falling.
  private(set) var thresholds: [Double] = []
  /// The weight of the positive rows with at least that logit.
  private(set) var truePositives: [Double] = []
  /// The weight of the negative rows with at least that logit.
  private(set) var falsePositives: [Double] = []

  init(_ rows: LabelledScores) {
    let ranked = rows.logits.indices.filter { rows.weight($0) > 0 }.map { (rows.logits[$0], $0) }
      .sorted { $0.0 > $1.0 }
    var positives = 0.0
    var negatives = 0.0
    for (position, (logit, row)) in ranked.enumerated() {
      if rows.targets[row] == 1 {
        positives += rows.weight(row)
      } else {
        negatives += rows.weight(row)
      }
      // Tied rows are one point.
      if position + 1 < ranked.count, ranked[position + 1].0 == logit { continue }
      thresholds.append(logit)
      truePositives.append(positives)
      falsePositives.append(negatives)
    }
  }

  var positives: Double { truePositives.last ?? 0 }
  var negatives: Double { falsePositives.last ?? 0 }

  /// The area under the ROC curve: the probability that a positive scores higher than a negative, ties counting half. Undefined where a
  /// class is missing.
  var rocAUC: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    var area = 0.0
    var before = (positives: 0.0, negatives: 0.0)
    for index in thresholds.indices {
      area +=
        (falsePositives[index] - before.negatives) * (truePositives[index] + before.positives) / 2
      before = (truePositives[index], falsePositives[index])
    }
    return area / (positives * negatives)
  }

  /// Σ (Rₖ - Rₖ₋₁) Pₖ over the thresholds, falling; undefined where there are no positives.
  var averagePrecision: Double? {
    guard positives > 0 else { return nil }
    var sum = 0.0
    var before = 0.0
    for index in thresholds.indices where truePositives[index] > before {
      sum +=
        (truePositives[index] - before) * truePositives[index]
        / (truePositives[index] + falsePositives[index])
      before = truePositives[index]
    }
    return sum / positives
  }
}
