// SPDX-License-Identifier: Apache-2.0
/// An error of a call: what was wrong, where, and what is allowed.
public struct LossError: Error, Hashable, Sendable {
  /// The name of the operation: the loss's `name`, `logistic_loss` by default.
  public let operation: String
  package let problem: Problem

  package init(_ operation: String, _ problem: Problem) {
    self.operation = operation
    self.problem = problem
  }

  /// A kind of error. Later versions may add kinds, so a `switch` over codes needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// `logits` and another input have different shapes.
    public static let shapeMismatch = Code(description: "shapeMismatch")
    /// A shape is invalid, or does not hold the elements.
    public static let invalidShape = Code(description: "invalidShape")
    /// An output does not have as many elements as the logits.
    public static let outputCount = Code(description: "outputCount")
    /// A positive weight is negative, infinite or NaN. `index` is its class, if it has one.
    public static let invalidPositiveWeight = Code(description: "invalidPositiveWeight")
    /// The class weights do not fit the class axis of the logits.
    public static let classAxis = Code(description: "classAxis")
    /// An option of the loss is out of range: label smoothing or threads.
    public static let invalidOption = Code(description: "invalidOption")
    /// A mean is undefined: it has no elements or no weights, or the sum of the weights is not
    /// positive and finite.
    public static let undefinedMean = Code(description: "undefinedMean")
    /// Some parts of a stream have element weights and others do not.
    public static let inconsistentWeights = Code(description: "inconsistentWeights")
    /// The first index is negative or too large.
    public static let invalidFirstIndex = Code(description: "invalidFirstIndex")
    /// An element is invalid: the target, the logit or the weight at `index`.
    public static let invalidElement = Code(description: "invalidElement")
    /// The instruction set is unknown, or not available on this processor.
    public static let instructionSetUnavailable = Code(description: "instructionSetUnavailable")
  }

  /// The kind of error.
  public var code: Code {
    switch problem {
    case .shapeMismatch: .shapeMismatch
    case .invalidShape, .elementCount: .invalidShape
    case .outputCount: .outputCount
    case .invalidPositiveWeight: .invalidPositiveWeight
    case .axisOutOfRange, .classCount: .classAxis
    case .invalidLabelSmoothing, .invalidThreadCount: .invalidOption
    case .emptyMean, .weightSum, .missingWeights: .undefinedMean
    case .weightsOfSomeParts: .inconsistentWeights
    case .invalidFirstIndex: .invalidFirstIndex
    case .targetOutOfRange, .logitNotANumber, .invalidWeight: .invalidElement
    case .instructionSetUnavailable: .instructionSetUnavailable
    }
  }

  /// The index of the invalid element in row-major order, or of the invalid class weight; nil for
  /// other errors.
  public var index: Int? {
    switch problem {
    case .targetOutOfRange(_, let index), .logitNotANumber(let index), .invalidWeight(_, let index):
      index
    case .invalidPositiveWeight(_, let index): index
    default: nil
    }
  }

  /// What was wrong. Values are stored as text with all their digits.
  package enum Problem: Hashable, Sendable {
    case shapeMismatch(other: String, logits: [Int], received: [Int])
    /// A length is negative, or the number of elements does not fit an `Int`.
    case invalidShape([Int])
    case elementCount(shape: [Int], expected: Int, received: Int)
    case outputCount(expected: Int, received: Int)
    case invalidPositiveWeight(value: String, index: Int?)
    case axisOutOfRange(axis: Int, shape: [Int])
    case classCount(axis: Int, shape: [Int], weights: Int)
    case invalidLabelSmoothing(String)
    case invalidThreadCount(Int)
    case emptyMean
    case weightSum(String)
    case missingWeights
    case weightsOfSomeParts
    case invalidFirstIndex(Int, count: Int)
    case targetOutOfRange(value: String, index: Int)
    case logitNotANumber(index: Int)
    case invalidWeight(value: String, index: Int)
    case instructionSetUnavailable(requested: String, available: [String])
  }
}

extension LossError: CustomStringConvertible {
  /// One line: the operation, what was wrong, and what was received. Control and format characters
  /// in names are escaped.
  public var description: String { "\(operation.escaped): \(problem)" }
}

extension String {
  /// The text with escaped control characters, which a terminal obeys, and format characters, which
  /// are invisible or change the direction of the text.
  fileprivate var escaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        text += scalar.escaped(asASCII: true)
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension LossError.Problem: CustomStringConvertible {
  /// The message without the operation.
  package var description: String { text(withIndex: true) }

  /// The message without the operation.
  ///
  /// - Parameter withIndex: Whether to include the index of an invalid element. False for a caller
  ///   that adds the row of a file.
  package func text(withIndex: Bool) -> String {
    func place(_ index: Int) -> String { withIndex ? " at index \(index)" : "" }
    return switch self {
    case .shapeMismatch(let other, let logits, let received):
      "logits and \(other) must have the same shape, received "
        + "\(Shape.description(logits)) and \(Shape.description(received))"
    case .invalidShape(let shape):
      "a shape must have lengths of at least 0 and a number of elements that fits \(Int.bitWidth) "
        + "bits, received \(Shape.description(shape))"
    case .elementCount(let shape, let expected, let received):
      "the shape \(Shape.description(shape)) holds \(expected) elements, received \(received)"
    case .outputCount(let expected, let received):
      "the output must have \(expected) elements like the logits, received \(received)"
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
      "a weighted mean needs weights whose sum is positive and finite, received the sum \(value)"
    case .missingWeights:
      "a weighted mean needs weights"
    case .weightsOfSomeParts:
      "all parts of a stream must have weights, or none"
    case .invalidFirstIndex(let index, let count):
      "the first index of \(count) elements must lie in [0, \(Int.max - count)], received \(index)"
    case .targetOutOfRange(let value, let index):
      "targets must lie in [0, 1], received \(value)\(place(index))"
        + (value == "-1.0" ? "; write classes -1 and 1 as 0 and 1" : "")
    case .logitNotANumber(let index):
      "the logit\(place(index)) is NaN and no weight of 0 masks it"
    case .invalidWeight(let value, let index):
      "weights must be finite and at least 0, received \(value)\(place(index))"
    case .instructionSetUnavailable(let requested, let available):
      "the instruction set \(requested.escaped) is not available here; choose one of "
        + available.joined(separator: ", ")
    }
  }
}
