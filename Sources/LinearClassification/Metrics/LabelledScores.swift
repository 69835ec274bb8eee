// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// Logits with the targets and weights of their rows, checked.
struct LabelledScores {
  let logits: [Double]
  /// 0 or 1.
  let targets: [Double]
  let weights: [Double]?

  init(logits: [Double], targets: [Double], weights: [Double]?) throws(ClassificationError) {
    guard targets.count == logits.count else {
      throw .lengthMismatch(what: "targets", expected: logits.count, received: targets.count)
    }
    if let weights, weights.count != logits.count {
      throw .lengthMismatch(what: "weights", expected: logits.count, received: weights.count)
    }
    guard !logits.isEmpty else { throw .noRows }
    var total = 0.0
    for row in logits.indices {
      let weight = weights.map { $0[row] } ?? 1
      guard weight >= 0, weight.isFinite else { throw .invalidWeight(weight, row: row + 1) }
      guard targets[row] == 0 || targets[row] == 1 else {
        throw .softTarget(targets[row], row: row + 1)
      }
      guard logits[row].isFinite else { throw .invalidLogit(logits[row], row: row + 1) }
      total += weight
    }
    guard total > 0 else { throw .noRows }
    self.logits = logits
    self.targets = targets
    self.weights = weights
  }

  func weight(_ row: Int) -> Double { weights.map { $0[row] } ?? 1 }

  /// The mean of the loss with q = 1.
  func logLoss() throws(ClassificationError) -> Double {
    try rethrowingLossErrors { () throws(LossError) in
      try WeightedCrossEntropyLoss<Double>().value(
        of: weights == nil ? .mean : .weightedMean, logits: logits.span, targets: targets.span,
        weights: weights?.span)
    }
  }
}
