// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

/// The run of `wce loss` over open files, a part at a time. The first pass checks and sums; the
/// second writes the outputs, if any. No output is created before all input has been checked.
final class LossRun<Scalar: FileScalar> {
  /// The number of elements of a part: a few megabytes of each input.
  private static var partLength: Int { 1 << 18 }

  private let loss: WeightedCrossEntropyLoss<Scalar>
  private let reader: LossReader<Scalar>
  private var accumulator: LossAccumulator<Scalar>?
  private var isInUnitInterval = true
  private var hasFraction = false

  init(
    loss: WeightedCrossEntropyLoss<Scalar>, logits: any NumericSource, targets: any NumericSource,
    weights: (any NumericSource)?
  ) {
    self.loss = loss
    reader = LossReader(
      logits: logits, targets: targets, weights: weights, operation: loss.name,
      length: Self.partLength)
  }

  /// Reads everything once to check and sum it.
  func summarize(mean: LossReduction) throws -> LossSummary<Scalar> {
    if case .perClass = loss.positiveWeight, reader.shape == nil {
      // The class of an element depends on the shape.
      try reader.forEachPart(label: "counting") { _, _, _, _ in }
      try reader.rewind()
    }
    var accumulator = try LossAccumulator(loss, shape: reader.shape)
    try reader.forEachPart(label: "reading") { logits, targets, weights, firstIndex in
      do throws(LossError) {
        try loss.validate(
          logits: logits, targets: targets, weights: weights, firstIndex: firstIndex)
        try accumulator.append(logits: logits, targets: targets, weights: weights)
      } catch { throw reader.located(error) }
      inspect(logits)
    }
    self.accumulator = accumulator
    return try LossSummary(
      accumulator, shape: reader.shape ?? [accumulator.count], elementType: reader.elementType,
      mean: mean)
  }

  /// Whether the logits look like probabilities: all lie in [0, 1], and they are not just 0 and 1.
  var mayHaveProbabilities: Bool { isInUnitInterval && hasFraction }

  /// Looks at logits until the first that is no probability.
  private func inspect(_ logits: Span<Scalar>) {
    guard isInUnitInterval else { return }
    for index in logits.indices {
      let logit = logits[index]
      guard logit >= 0, logit <= 1 else {
        isInUnitInterval = false
        return
      }
      if logit > 0, logit < 1 { hasFraction = true }
    }
  }

  /// Reads everything again and writes the losses and the gradient of a reduction.
  func write(losses: OutputFile?, gradient: OutputFile?, of reduction: LossReduction?) throws {
    guard let accumulator, losses != nil || gradient != nil else { return }
    let shape = reader.shape ?? [accumulator.count]
    let lossWriter = try losses?.create(
      column: "loss", elementType: reader.elementType, shape: shape)
    let gradientWriter = try gradient?.create(
      column: "gradient", elementType: reader.elementType, shape: shape)
    try reader.rewind()
    try reader.forEachPart(label: "writing") { logits, targets, weights, firstIndex in
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
    try AtomicFile.commit([lossWriter, gradientWriter].compactMap { try $0?.completed() })
  }
}
