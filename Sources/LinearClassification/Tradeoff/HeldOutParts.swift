// SPDX-License-Identifier: Apache-2.0
/// The rows of a study, and those of each fold, without copies.
struct HeldOutParts {
  let all: RowSelection
  let folds: [RowSelection]
  private let division: StratifiedFolds

  init(targets: [Double], weights: [Double]?, division: StratifiedFolds) {
    all = RowSelection(targets: targets, weights: weights)
    folds = (0..<division.count).map {
      RowSelection(targets: targets, weights: weights, fold: ($0, division))
    }
    self.division = division
  }

  /// The areas of all rows, and then those of each fold, from one ranking: that of a fold is part
  /// of it, and a shift of the logits keeps the order. Checks the logits.
  func areas(_ logits: [Double]) throws(ClassificationError) -> [RankingAreas] {
    let rows = try scores(logits)
    let targets = all.targets
    var areas = [RankingAreas](repeating: RankingAreas(), count: 1 + folds.count)
    for row in logits.ranked(where: { rows.weight($0) > 0 }) {
      let row = Int(row)
      let (score, isPositive) = (logits[row], targets[row] == 1)
      let fold = Int(division.assignment[row])
      areas[0].add(score, isPositive: isPositive, weight: all.weight(row))
      areas[1 + fold].add(score, isPositive: isPositive, weight: folds[fold].weight(row))
    }
    for index in areas.indices { areas[index].finish() }
    return areas
  }

  /// Checked logits.
  func scores(_ logits: [Double]) throws(ClassificationError) -> LabelledScores {
    try LabelledScores(logits: logits, targets: all.targets, weights: all.weights)
  }
}
