// SPDX-License-Identifier: Apache-2.0
/// The buffers of a call, of one length. The addresses of empty buffers are never read.
package struct LossInputs<Scalar: LossScalar> {
  package let logits: UnsafePointer<Scalar>
  package let targets: UnsafePointer<Scalar>
  package let weights: UnsafePointer<Scalar>?
  package let count: Int
  /// Positive weights per class in place of the loss's one.
  package let classes: ClassLayout<Scalar>?

  package init(
    logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>?,
    count: Int,
    classes: ClassLayout<Scalar>? = nil
  ) {
    self.logits = logits
    self.targets = targets
    self.weights = weights
    self.count = count
    self.classes = classes
  }

  /// An address that stands for an empty buffer and is never read.
  package static var nowhere: UnsafePointer<Scalar> {
    UnsafePointer(bitPattern: MemoryLayout<Scalar>.alignment).unsafelyUnwrapped
  }
}

extension WeightedCrossEntropyLoss {
  /// Calls `body` with the addresses of the inputs, which must have the length of the logits.
  ///
  /// Unsafe because the kernels take addresses: a vector load has no bounds-checked form.
  func withInputs<Result: ~Copyable>(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?,
    _ body: (LossInputs<Scalar>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    guard targets.count == logits.count else {
      throw error(
        .shapeMismatch(other: "targets", logits: [logits.count], received: [targets.count]))
    }
    if let weights, weights.count != logits.count {
      throw error(
        .shapeMismatch(other: "weights", logits: [logits.count], received: [weights.count]))
    }
    return try logits.withUnsafeBufferPointer { (logits) throws(LossError) in
      try targets.withUnsafeBufferPointer { (targets) throws(LossError) in
        if let weights {
          return try weights.withUnsafeBufferPointer { (weights) throws(LossError) in
            try body(Self.inputs(logits, targets, weights.baseAddress ?? LossInputs.nowhere))
          }
        }
        return try body(Self.inputs(logits, targets, nil))
      }
    }
  }

  private static func inputs(
    _ logits: UnsafeBufferPointer<Scalar>, _ targets: UnsafeBufferPointer<Scalar>,
    _ weights: UnsafePointer<Scalar>?
  ) -> LossInputs<Scalar> {
    LossInputs(
      logits: logits.baseAddress ?? LossInputs.nowhere,
      targets: targets.baseAddress ?? LossInputs.nowhere,
      weights: weights,
      count: logits.count)
  }
}
