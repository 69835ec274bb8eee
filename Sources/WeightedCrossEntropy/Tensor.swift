// SPDX-License-Identifier: Apache-2.0
/// A shape and the elements in row-major order, nothing more: the shape that the loss needs to compare its inputs and to find
/// the class of an element. It has no arithmetic.
///
/// A scalar has the shape `[]` and one element; a shape with a zero has no elements. Copies share their elements until one is
/// changed.
public struct Tensor<Scalar> {
  /// The length of each axis.
  public let shape: [Int]
  /// The elements, the last axis varying fastest. They can change, their number cannot.
  public var elements: [Scalar] {
    get { storage }
    // In place: a setter or an observer would copy all elements at every change of one.
    _modify {
      let count = storage.count
      defer { precondition(storage.count == count, "the number of elements belongs to the shape") }
      yield &storage
    }
  }

  /// `elements`, where they lie.
  private(set) var storage: [Scalar]

  /// A tensor of a shape, from its elements in row-major order.
  ///
  /// - Throws: `LossError` where a length is negative or the elements are not as many as the shape holds.
  public init(shape: [Int], elements: [Scalar]) throws(LossError) {
    guard let count = Shape.count(shape) else {
      throw LossError("Tensor", .invalidShape(shape))
    }
    guard count == elements.count else {
      throw LossError(
        "Tensor", .elementCount(shape: shape, expected: count, received: elements.count))
    }
    self.init(unchecked: shape, elements)
  }

  /// A tensor of rank 1.
  public init(_ elements: [Scalar]) { self.init(unchecked: [elements.count], elements) }

  /// A tensor of rank 0.
  public init(scalar: Scalar) { self.init(unchecked: [], [scalar]) }

  /// A tensor whose parts are known to agree.
  init(unchecked shape: [Int], _ elements: [Scalar]) {
    self.shape = shape
    storage = elements
  }
}

extension Tensor: Sendable where Scalar: Sendable {}
extension Tensor: Equatable where Scalar: Equatable {}
extension Tensor: Hashable where Scalar: Hashable {}

extension Tensor: ExpressibleByArrayLiteral {
  /// A tensor of rank 1.
  public init(arrayLiteral elements: Scalar...) { self.init(elements) }
}
