// SPDX-License-Identifier: Apache-2.0
/// Elements in row-major order with a shape, for
/// ``weightedCrossEntropy(targets:logits:positiveWeight:name:)``. It has no arithmetic.
///
/// A scalar has the shape `[]` and one element. A shape that contains 0 has no elements. Copies
/// share their elements until one is changed.
public struct Tensor<Scalar> {
  /// The length of each axis.
  public let shape: [Int]
  /// The elements; the last axis varies fastest.
  public let elements: [Scalar]

  /// Creates a tensor from its elements in row-major order.
  ///
  /// - Throws: `LossError` if a length is negative or the shape does not hold the elements.
  public init(shape: [Int], elements: [Scalar]) throws(LossError) {
    guard let count = Shape.count(shape) else { throw LossError("Tensor", .invalidShape(shape)) }
    guard count == elements.count else {
      throw LossError(
        "Tensor", .elementCount(shape: shape, expected: count, received: elements.count))
    }
    self.init(unchecked: shape, elements)
  }

  /// Creates a tensor of rank 1.
  public init(_ elements: [Scalar]) { self.init(unchecked: [elements.count], elements) }

  /// A tensor whose shape holds the elements.
  init(unchecked shape: [Int], _ elements: [Scalar]) {
    self.shape = shape
    self.elements = elements
  }
}

extension Tensor: Sendable where Scalar: Sendable {}
extension Tensor: Equatable where Scalar: Equatable {}
extension Tensor: Hashable where Scalar: Hashable {}

extension Tensor: ExpressibleByArrayLiteral {
  /// Creates a tensor of rank 1.
  public init(arrayLiteral elements: Scalar...) { self.init(elements) }
}
