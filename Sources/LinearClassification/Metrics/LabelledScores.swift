// SPDX-License-Identifier: Apache-2.0

/// Logits with the targets and weights of their rows, checked.
struct LabelledScores {
  let logits: [Double]
  /// All rows.
  let selection: RowSelection

  init(logits: [Double], targets: [Double], weights: [Double]?) throws(ClassificationError) {
    guard targets.count == logits.count else {
      throw .lengthMismatch(what: "targets", expected: logits.count, received: targets.count)
    }
    if let weights, weights.count != logits.count {
      throw .lengthMismatch(what: "weights", expected: logits.count, received: weights.count)
    }
    guard !logits.isEmpty else { throw .noRows }
    selection = RowSelection(targets: targets, weights: weights)
    let unit = selection.unit
    var total = 0.0
    for row in logits.indices {
      let weight = weights.map { $0[row] } ?? 1
      guard weight >= 0, weight.isFinite else { throw .invalidWeight(weight, row: row + 1) }
      guard targets[row] == 0 || targets[row] == 1 else {
        throw .softTarget(targets[row], row: row + 1)
      }
      guard logits[row].isFinite else { throw .invalidLogit(logits[row], row: row + 1) }
      total += unit.scaled(weight)
    }
    guard total > 0 else { throw .noRows }
    guard unit.original(total).isFinite else { throw .infiniteWeights }
    self.logits = logits
  }

  /// 0 or 1.
  var targets: [Double] { selection.targets }

  /// The weight of a row, divided by a power of two if products of weights could overflow or
  /// underflow.
  func weight(_ row: Int) -> Double { selection.weight(row) }

  /// A sum of weights in the unit of the original weights.
  func original(_ sum: Double) -> Double { selection.unit.original(sum) }

  /// The mean of the loss with q = 1.
  func logLoss() throws(ClassificationError) -> Double {
    var loss = try MeanLoss(isWeighted: selection.weights != nil)
    try selection.forEach { (row, weight) throws(ClassificationError) in
      try loss.append(logits[row], target: targets[row], weight: weight)
    }
    return try loss.value()
  }
}
