// SPDX-License-Identifier: Apache-2.0
/// For each distinct score, the weights of the positives and negatives with at least that score:
/// the data of ROC and precision–recall curves, in memory. ``Ranking`` computes them instead.
struct RankingCurve {
  /// The distinct logits in descending order.
  private(set) var thresholds: [Double] = []
  /// The weight of the positive rows with at least that logit.
  private(set) var truePositives: [Double] = []
  /// The weight of the negative rows with at least that logit.
  private(set) var falsePositives: [Double] = []

  init(thresholds: [Double], truePositives: [Double], falsePositives: [Double]) {
    self.thresholds = thresholds
    self.truePositives = truePositives
    self.falsePositives = falsePositives
  }

  init(_ ranking: Ranking) {
    thresholds.reserveCapacity(ranking.count)
    truePositives.reserveCapacity(ranking.count)
    falsePositives.reserveCapacity(ranking.count)
    ranking.forEach { point in
      thresholds.append(point.score)
      truePositives.append(point.truePositives)
      falsePositives.append(point.falsePositives)
    }
  }

  var positives: Double { truePositives.last ?? 0 }
  var negatives: Double { falsePositives.last ?? 0 }

  /// The recall at a threshold of the curve.
  func recall(_ index: Int) -> Double { truePositives[index] / positives }

  /// The precision at a threshold of the curve.
  func precision(_ index: Int) -> Double {
    truePositives[index] / (truePositives[index] + falsePositives[index])
  }

  /// The counts at a threshold of the curve.
  func confusion(_ index: Int) -> ConfusionMatrix {
    ConfusionMatrix(
      truePositives: truePositives[index], falsePositives: falsePositives[index],
      trueNegatives: negatives - falsePositives[index],
      falseNegatives: positives - truePositives[index])
  }

  /// The precision, nil if no row is predicted positive, as can happen in a resample.
  func definedPrecision(_ index: Int) -> Double? {
    truePositives[index] + falsePositives[index] > 0 ? precision(index) : nil
  }

  var areas: RankingAreas { RankingAreas(points: zip(truePositives, falsePositives)) }
}
