// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

/// Reads the inputs of a loss side by side, in parts of a fixed length.
final class LossReader<Scalar: FileScalar> {
  private let logits, targets: any NumericSource
  private let weights: (any NumericSource)?
  private let operation: String
  private var logitBuffer, targetBuffer, weightBuffer: [Scalar]
  private var count = 0

  init(
    logits: any NumericSource, targets: any NumericSource, weights: (any NumericSource)?,
    operation: String, length: Int
  ) {
    self.logits = logits
    self.targets = targets
    self.weights = weights
    self.operation = operation
    logitBuffer = [Scalar](repeating: 0, count: length)
    targetBuffer = logitBuffer
    weightBuffer = weights == nil ? [] : logitBuffer
  }

  /// The type of the logits on disk, which is that of the results.
  var elementType: ElementType { logits.elementType }
  /// The shape; nil for a table that has not been read to its end.
  var shape: [Int]? { logits.shape }

  /// Compares the shapes that are known.
  func checkShapes() throws(ToolError) {
    for (name, other) in [("targets", targets), ("weights", weights)] {
      if let other, let shape = logits.shape, let received = other.shape, shape != received {
        throw mismatch(name, other, logits: shape, received: received)
      }
    }
  }

  /// Calls `body` with each part and the position of its first element. The span of the weights is
  /// nil if there are none.
  func forEachPart(
    label: String,
    _ body: (Span<Scalar>, Span<Scalar>, Span<Scalar>?, _ firstIndex: Int) throws -> Void
  ) throws {
    var bar = ProgressBar(label)
    defer { bar.finish() }
    count = 0
    try checkShapes()
    while true {
      let read = try Self.fill(&logitBuffer, from: logits)
      let readTargets = try Self.fill(&targetBuffer, from: targets)
      let readWeights = if let weights { try Self.fill(&weightBuffer, from: weights) } else { read }
      if read != readTargets { throw try countMismatch("targets", targets, read, readTargets) }
      if let weights, read != readWeights {
        throw try countMismatch("weights", weights, read, readWeights)
      }
      if read == 0 { return try checkShapes() }
      let (x, z, w) = (logitBuffer[..<read], targetBuffer[..<read], weightBuffer.prefix(read))
      try body(x.span, z.span, weights == nil ? nil : w.span, count)
      count += read
      bar.update(logits.progress)
    }
  }

  /// Goes back to the start of every input.
  func rewind() throws(DataFileError) {
    try logits.rewind()
    try targets.rewind()
    try weights?.rewind()
  }

  /// The error with the name of the input that it is about, and for a table the row and column.
  func located(_ error: LossError) -> ToolError {
    let (source, index): ((any NumericSource)?, Int) =
      switch error.problem {
      case .targetOutOfRange(_, let index): (targets, index)
      case .logitNotANumber(let index): (logits, index)
      case .invalidWeight(_, let index): (weights, index)
      default: (nil, 0)
      }
    guard let source, let location = source.location(ofElement: index) else {
      return ToolError(error, about: source?.path)
    }
    return ToolError(
      DataFileError(
        .badData, path: source.path, at: location,
        reason: "\(error.operation): \(error.problem.text(withIndex: false))"))
  }

  private static func fill(
    _ buffer: inout [Scalar], from source: any NumericSource
  ) throws(DataFileError) -> Int {
    var span = buffer.mutableSpan
    return try source.read(into: &span)
  }

  /// The error about inputs of different lengths. What is left of both is read to count it.
  private func countMismatch(
    _ name: String, _ other: any NumericSource, _ read: Int, _ readOther: Int
  ) throws -> ToolError {
    var (logitCount, otherCount) = (count + read, count + readOther)
    while case let more = try Self.fill(&logitBuffer, from: logits), more > 0 { logitCount += more }
    while case let more = try Self.fill(&targetBuffer, from: other), more > 0 { otherCount += more }
    return mismatch(
      name, other, logits: logits.shape ?? [logitCount], received: other.shape ?? [otherCount])
  }

  private func mismatch(
    _ name: String, _ other: any NumericSource, logits: [Int], received: [Int]
  ) -> ToolError {
    ToolError(
      LossError(operation, .shapeMismatch(other: name, logits: logits, received: received)),
      about: other.path)
  }
}
