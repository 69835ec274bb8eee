// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// Writes a `.npy` file of floating-point numbers, completely or not at all (`AtomicFile`).
///
/// The bytes are those that NumPy writes: version 1.0, C order, native byte order, and data that
/// starts at a multiple of 64.
///
/// ```swift
/// let writer = try NPYWriter(path: "loss.npy", elementType: .float32, shape: [2, 3])
/// try writer.append([1, 2, 3, 4, 5, 6] as [Float])
/// try writer.finish()
/// ```
public final class NPYWriter {
  /// The type of the elements on disk.
  public let elementType: ElementType
  /// The length of each axis.
  public let shape: [Int]
  private let file: AtomicFile
  private let count: Int
  private var position = 0

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: The target, which `finish()` creates.
  ///   - elementType: `float16`, `float32` or `float64`.
  ///   - shape: The length of each axis, at least 0; empty for a scalar.
  /// - Throws: A `DataFileError` with the code `cannotCreate`.
  public init(path: String, elementType: ElementType, shape: [Int]) throws(DataFileError) {
    precondition(elementType.isFloatingPoint, "the type must be a floating-point type")
    precondition(shape.allSatisfy { $0 >= 0 }, "a length must not be negative")
    self.elementType = elementType
    self.shape = shape
    let header = NPYHeader(elementType: elementType, shape: shape)
    count = header.count
    file = try AtomicFile(path: path)
    try file.write(header.serialized().span.bytes)
  }

  /// The target, as the caller named it.
  public var path: String { file.path }

  /// Appends elements in row-major order, rounded to the nearest number of the file's type.
  ///
  /// - Throws: A `DataFileError`: writing failed, or there are more elements than the shape has.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func append<Scalar: NumericScalar>(_ elements: Span<Scalar>) throws(DataFileError) {
    guard elements.count <= count - position else { throw wrongCount("more than \(count)") }
    position += elements.count
    if Scalar.elementType == elementType { return try file.write(elements.bytes) }
    switch elementType {
    case .float16: try append(elements) { Binary16.bits(rounding: $0.asDouble) }
    case .float32: try append(elements) { Float($0.asDouble) }
    default: try append(elements) { $0.asDouble }
    }
  }

  /// Appends elements in row-major order; see `append(_: Span)`.
  // Inlined into other modules, Swift 6.3 would drop what the caller has just stored in the array.
  @export(interface)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func append<Scalar: NumericScalar>(_ elements: [Scalar]) throws(DataFileError) {
    try append(elements.span)
  }

  /// The file with all elements, for `AtomicFile.commit(_:)`.
  ///
  /// - Throws: A `DataFileError`: there are fewer elements than the shape has.
  public func completed() throws(DataFileError) -> AtomicFile {
    guard position == count else { throw wrongCount("\(position)") }
    return file
  }

  /// Puts the file in place of the target.
  ///
  /// - Throws: A `DataFileError`: writing failed, or there are fewer elements than the shape has.
  ///   The target is then unchanged.
  public func finish() throws(DataFileError) { try completed().commit() }

  private func append<Scalar: NumericScalar, Stored: BitwiseCopyable>(
    _ elements: Span<Scalar>, _ convert: (Scalar) -> Stored
  ) throws(DataFileError) {
    var converted: [Stored] = []
    let chunk = 16_384
    converted.reserveCapacity(min(chunk, elements.count))
    for start in stride(from: 0, to: elements.count, by: chunk) {
      converted.removeAll(keepingCapacity: true)
      for index in start..<min(start + chunk, elements.count) {
        converted.append(convert(elements[index]))
      }
      try file.write(converted.span.bytes)
    }
  }

  private func wrongCount(_ received: String) -> DataFileError {
    file.discard()
    return DataFileError(
      .badData, path: path, reason: "shape \(shape) has \(count) elements, received \(received)")
  }
}
