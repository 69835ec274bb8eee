// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// What an ``Evaluation`` needs of its rows, except their ranking: sums in the order of the rows,
/// which are read once and not copied.
struct EvaluationSums {
  let threshold: Double
  let confusion: ConfusionMatrix
  let squares: Double
  let logLoss: Double
  let reliability: ReliabilityCurve

  /// - Parameters:
  ///   - logits: Finite numbers. Those of the rows are checked.
  ///   - shift: What is subtracted from each logit.
  ///   - scores: What the threshold applies to; by default the probabilities.
  init(
    _ rows: RowSelection, logits: [Double], shift: Double = 0, decidingBy scores: [Double]? = nil,
    threshold: Double
  ) throws(ClassificationError) {
    var counts = ConfusionCounts(threshold: threshold)
    var bins = ReliabilityCurve.Sums()
    var squares = 0.0
    var loss = try MeanLoss(isWeighted: rows.weights != nil)
    try rows.forEach { (row, weight) throws(ClassificationError) in
      let logit = logits[row] - shift
      let probability = logit.logistic
      let target = rows.targets[row]
      counts.add(scores?[row] ?? probability, isPositive: target == 1, weight: weight)
      let difference = probability - target
      squares += weight * difference * difference
      bins.add(probability, target: target, weight: weight)
      try loss.append(logit, target: target, weight: weight)
    }
    self.threshold = threshold
    confusion = counts.matrix(rows.unit)
    self.squares = squares
    logLoss = try loss.value()
    reliability = ReliabilityCurve(bins, rows.unit)
  }
}

/// The mean of the loss with q = 1 of elements that are added one by one. It has the bits of a call
/// on arrays.
struct MeanLoss {
  private var sum: LossAccumulator<Double>
  private let isWeighted: Bool
  private var pending = Elements()

  private struct Elements {
    var logits: [Double] = []
    var targets: [Double] = []
    var weights: [Double]?
  }

  private static let limit = 4096

  init(isWeighted: Bool) throws(ClassificationError) {
    self.isWeighted = isWeighted
    sum = try rethrowingLossErrors { () throws(LossError) in
      try LossAccumulator(WeightedCrossEntropyLoss<Double>(threads: 1))
    }
    clear()
  }

  @inline(__always)
  mutating func append(_ logit: Double, target: Double, weight: Double) throws(ClassificationError)
  {
    pending.logits.append(logit)
    pending.targets.append(target)
    pending.weights?.append(weight)
    if pending.logits.count == Self.limit { try flush() }
  }

  mutating func value() throws(ClassificationError) -> Double {
    try flush()
    return try rethrowingLossErrors { () throws(LossError) in
      try sum.value(of: isWeighted ? .weightedMean : .mean)
    }
  }

  private mutating func flush() throws(ClassificationError) {
    let full = pending
    clear()
    try rethrowingLossErrors { () throws(LossError) in
      try sum.append(
        logits: full.logits.span, targets: full.targets.span, weights: full.weights?.span)
    }
  }

  private mutating func clear() {
    pending = Elements(weights: isWeighted ? [] : nil)
    pending.logits.reserveCapacity(Self.limit)
    pending.targets.reserveCapacity(Self.limit)
    pending.weights?.reserveCapacity(Self.limit)
  }
}
