// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

/// The run of `wce loss` over open files, a part at a time: one pass that checks and sums, and a second one that writes where an
/// output is asked for. Nothing is created before all input has been found good.
final class LossRun<Scalar: FileScalar> {
  /// The elements of a part: a few megabytes of each input.
  private static var partLength: Int { 1 << 18 }

  private let loss: WeightedCrossEntropyLoss<Scalar>
  private let parts: InputParts<Scalar>
  private var accumulator: LossAccumulator<Scalar>?

  init(
    loss: WeightedCrossEntropyLoss<Scalar>, logits: any NumericSource, targets: any NumericSource,
    weights: (any NumericSource)?
  ) {
    self.loss = loss
    parts = InputParts(
      logits: logits, targets: targets, weights: weights, operation: loss.name,
      length: Self.partLength)
  }

  /// Reads everything once: checks it, and sums.
  func summarize(mean: LossReduction) throws -> LossSummary<Scalar> {
    if case .perClass = loss.positiveWeight, parts.shape == nil {
      // Which class an element belongs to depends on the shape.
      try parts.forEach(label: "counting") { _, _, _, _ in }
      try parts.rewind()
    }
    var accumulator = try LossAccumulator(loss, shape: parts.shape)
    try parts.forEach(label: "reading") { logits, targets, weights, firstIndex in
      do throws(LossError) {
        try loss.validate(
          logits: logits, targets: targets, weights: weights, firstIndex: firstIndex)
        try accumulator.append(logits: logits, targets: targets, weights: weights)
      } catch { throw parts.located(error) }
    }
    self.accumulator = accumulator
    return try LossSummary(
      accumulator, shape: parts.shape ?? [accumulator.count], elementType: parts.elementType,
      mean: mean)
  }

  /// Reads everything again, and writes the losses and the derivative of a reduction.
  func write(losses: OutputFile?, gradient: OutputFile?, of reduction: LossReduction?) throws {
    guard let accumulator, losses != nil || gradient != nil else { return }
    let shape = parts.shape ?? [accumulator.count]
    let lossWriter = try losses?.create(
      column: "loss", elementType: parts.elementType, shape: shape)
    let gradientWriter = try gradient?.create(
      column: "gradient", elementType: parts.elementType, shape: shape)
    try parts.rewind()
    try parts.forEach(label: "writing") { logits, targets, weights, firstIndex in
      var results = [Scalar](repeating: 0, count: logits.count)
      if let lossWriter {
        var part = results.mutableSpan
        try loss(
logits: logits, targets: targets, weights: weights, shape: shape, firstIndex: firstIndex,
          into: &part)
        try lossWriter.append(part.span)
      }
      if let gradientWriter {
        var part = results.mutableSpan
        try accumulator.gradient(
          of: reduction, logits: logits, targets: targets, weights: weights, firstIndex: firstIndex,
          into: &part)
        try gradientWriter.append(part.span)
      }
    }
    // Both are on the disk before either takes its place.
    try lossWriter?.synchronize()
    try gradientWriter?.synchronize()
    try lossWriter?.finish()
    try gradientWriter?.finish()
  }
}
