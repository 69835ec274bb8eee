// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// Logits with the targets and weights of their rows, checked.
struct LabelledScores {
  let logits: [Double]
  /// 0 or 1.
  let targets: [Double]
  /// The weights, divided by a power of two if products of them could overflow or underflow.
  let weights: [Double]?
  /// The exponent of that power.
  private let exponent: Int

  init(logits: [Double], targets: [Double], weights: [Double]?) throws(ClassificationError) {
    guard targets.count == logits.count else {
      throw .lengthMismatch(what: "targets", expected: logits.count, received: targets.count)
    }
    if let weights, weights.count != logits.count {
      throw .lengthMismatch(what: "weights", expected: logits.count, received: weights.count)
    }
    guard !logits.isEmpty else { throw .noRows }
    let largest = weights?.max() ?? 1
    let exponent = (1e-30...1e30).contains(largest) || largest == 0 ? 0 : Int(largest.exponent)
    var total = 0.0
    for row in logits.indices {
      let weight = weights.map { $0[row] } ?? 1
      guard weight >= 0, weight.isFinite else { throw .invalidWeight(weight, row: row + 1) }
      guard targets[row] == 0 || targets[row] == 1 else {
        throw .softTarget(targets[row], row: row + 1)
      }
      guard logits[row].isFinite else { throw .invalidLogit(logits[row], row: row + 1) }
      total += exponent == 0 ? weight : Self.scaled(weight, by: -exponent)
    }
    guard total > 0 else { throw .noRows }
    guard Self.scaled(total, by: exponent).isFinite else { throw .infiniteWeights }
    self.logits = logits
    self.targets = targets
    self.exponent = exponent
    self.weights =
      exponent == 0 ? weights : weights?.map { Self.scaled($0, by: -exponent) }
  }

  /// Some of the rows.
  init(
    _ logits: [Double], _ targets: [Double], _ weights: [Double]?, rows: [Int]
  ) throws(ClassificationError) {
    try self.init(
      logits: rows.map { logits[$0] }, targets: rows.map { targets[$0] },
      weights: weights.map { weights in rows.map { weights[$0] } })
  }

  /// The weight of a row; see `weights`.
  func weight(_ row: Int) -> Double { weights.map { $0[row] } ?? 1 }

  /// A row's weight, given in the original unit, in that of `weights`.
  func scaled(_ weight: Double) -> Double {
    exponent == 0 ? weight : Self.scaled(weight, by: -exponent)
  }

  /// A sum of weights in the unit of the original weights.
  func original(_ sum: Double) -> Double { exponent == 0 ? sum : Self.scaled(sum, by: exponent) }

  private static func scaled(_ weight: Double, by exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: weight)
  }

  /// The mean of the loss with q = 1.
  func logLoss() throws(ClassificationError) -> Double {
    try rethrowingLossErrors { () throws(LossError) in
      try WeightedCrossEntropyLoss<Double>().value(
        of: weights == nil ? .mean : .weightedMean, logits: logits.span, targets: targets.span,
        weights: weights?.span)
    }
  }
}
