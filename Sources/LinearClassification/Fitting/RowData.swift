// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// The targets and weights of the rows of a tile.
struct RowData {
  let targets: UnsafeMutablePointer<Double>
  let weights: UnsafeMutablePointer<Double>?
  let count: Int

  /// Copies the numbers of a tile to two vectors of its workspace, the first of which is given.
  init(_ work: TileWorkspace, targets: [Double], weights: [Double]?, vector: Int) {
    count = work.rowCount
    self.targets = work.vector(vector)
    work.gather(targets, into: self.targets)
    self.weights = weights.map { weights in
      let copy = work.vector(vector + 1)
      work.gather(weights, into: copy)
      return copy
    }
  }

  /// The sum of the losses; writes the derivative of each.
  func value(
    _ loss: WeightedCrossEntropyLoss<Double>, _ logits: UnsafeMutablePointer<Double>,
    gradient: UnsafeMutablePointer<Double>
  ) throws(ClassificationError) -> Double {
    var output = UnsafeMutableBufferPointer(start: gradient, count: count).mutableSpan
    return try withSpans(logits) { (logits, targets, weights) throws(LossError) in
      try loss.valueWithGradient(
        of: .sum, logits: logits, targets: targets, weights: weights, into: &output)
    }
  }

  /// Writes the second derivative of each loss.
  func secondDerivative(
    _ loss: WeightedCrossEntropyLoss<Double>, _ logits: UnsafeMutablePointer<Double>,
    into output: UnsafeMutablePointer<Double>
  ) throws(ClassificationError) {
    var output = UnsafeMutableBufferPointer(start: output, count: count).mutableSpan
    try withSpans(logits) { (logits, targets, weights) throws(LossError) in
      try loss.secondDerivative(
        of: .sum, logits: logits, targets: targets, weights: weights, into: &output)
    }
  }

  private func withSpans<Result>(
    _ logits: UnsafeMutablePointer<Double>,
    _ body: (Span<Double>, Span<Double>, Span<Double>?) throws(LossError) -> Result
  ) throws(ClassificationError) -> Result {
    let logits = UnsafeBufferPointer(start: logits, count: count)
    let targets = UnsafeBufferPointer(start: targets, count: count)
    return try rethrowingLossErrors { () throws(LossError) in
      guard let weights else { return try body(logits.span, targets.span, nil) }
      return try body(
        logits.span, targets.span, UnsafeBufferPointer(start: weights, count: count).span)
    }
  }
}
