// SPDX-License-Identifier: Apache-2.0
/// What was wrong with a call, where, and what would be right.
public struct LossError: Error, Hashable, Sendable {
  /// The operation the error names: the loss's `name`, or `logistic_loss`.
  public let operation: String
  /// What was wrong.
  public let problem: Problem

  /// An error of an operation.
  public init(_ operation: String, _ problem: Problem) {
    self.operation = operation
    self.problem = problem
  }

  /// The kinds of error. Values are given as text with all their digits, shapes and indices as numbers.
  public enum Problem: Hashable, Sendable {
    /// `logits` and another input do not have the same shape.
    case shapeMismatch(other: String, logits: [Int], received: [Int])
    /// A length is negative, or the number of elements does not fit an `Int`.
    case invalidShape([Int])
    /// The elements are not as many as the shape holds.
    case elementCount(shape: [Int], expected: Int, received: Int)
    /// A buffer for results is not as long as the logits.
    case outputCount(expected: Int, received: Int)
    /// A positive weight is negative, infinite or NaN; `index` is its class where there is one weight a class.
    case invalidPositiveWeight(value: String, index: Int?)
    /// Positive weights per class along an axis that the logits do not have.
    case axisOutOfRange(axis: Int, shape: [Int])
    /// Not one positive weight for each class of the axis.
    case classCount(axis: Int, shape: [Int], weights: Int)
    /// The label smoothing is outside [0, 1].
    case invalidLabelSmoothing(String)
    /// The limit of threads is less than 1.
    case invalidThreadCount(Int)
    /// The mean of no elements.
    case emptyMean
    /// A mean over element weights whose sum is not a positive, finite number.
    case weightSum(String)
    /// A mean over element weights, and no weights.
    case missingWeights
    /// Element weights for some parts of a stream, and none for others.
    case weightsOfSomeParts
    /// The position of a call's first element is negative, or the call's elements would end beyond `Int.max`.
    case invalidFirstIndex(Int, count: Int)
    /// A target outside [0, 1] that no weight masks, at an index in row-major order.
    case targetOutOfRange(value: String, index: Int)
    /// A logit that is NaN and that no weight masks.
    case logitNotANumber(index: Int)
    /// An element weight that is negative, infinite or NaN.
    case invalidWeight(value: String, index: Int)
    /// `WCE_INSTRUCTION_SET`, or the caller, asks for what this processor does not have or nobody knows.
    case instructionSetUnavailable(requested: String, available: [String])
  }
}

extension LossError: CustomStringConvertible {
  /// One line: the operation, what was wrong, what was received.
  public var description: String { "\(operation): \(problem)" }
}

extension LossError.Problem: CustomStringConvertible {
  /// One line without the operation.
  public var description: String {
    switch self {
    case .shapeMismatch(let other, let logits, let received):
      "logits and \(other) must have the same shape, received "
        + "\(Shape.description(logits)) and \(Shape.description(received))"
    case .invalidShape(let shape):
      "a shape must have no negative length and a number of elements that fits \(Int.bitWidth) bits, received "
        + Shape.description(shape)
    case .elementCount(let shape, let expected, let received):
      "the shape \(Shape.description(shape)) holds \(expected) elements, received \(received)"
    case .outputCount(let expected, let received):
      "the output must have \(expected) elements, as the logits have, received \(received)"
    case .invalidPositiveWeight(let value, let index):
      "positive weights must be finite and at least 0, received \(value)"
        + (index.map { " for class \($0)" } ?? "")
    case .axisOutOfRange(let axis, let shape):
      "axis \(axis) is out of range for logits of shape \(Shape.description(shape))"
    case .classCount(let axis, let shape, let weights):
      "there must be one positive weight for each class along axis \(axis) of logits of shape "
        + "\(Shape.description(shape)), received \(weights)"
    case .invalidLabelSmoothing(let value):
      "label smoothing must lie in [0, 1], received \(value)"
    case .invalidThreadCount(let threads):
      "the number of threads must be at least 1, received \(threads)"
    case .emptyMean:
      "the mean of no elements is undefined"
    case .weightSum(let value):
      "the sum of the weights must be positive and finite to divide by it, received \(value)"
    case .missingWeights:
      "dividing by the sum of the weights needs weights"
    case .weightsOfSomeParts:
      "weights must be given with every part of a stream or with none"
    case .invalidFirstIndex(let index, let count):
      "the first index must be at least 0 and leave room for \(count) elements, received \(index)"
    case .targetOutOfRange(let value, let index):
      "targets must lie in [0, 1], received \(value) at index \(index)"
    case .logitNotANumber(let index):
      "the logit at index \(index) is NaN and no weight of 0 masks it"
    case .invalidWeight(let value, let index):
      "weights must be finite and at least 0, received \(value) at index \(index)"
    case .instructionSetUnavailable(let requested, let available):
      "the instruction set \(requested) is not available here, choose one of \(available.joined(separator: ", "))"
    }
  }
}
