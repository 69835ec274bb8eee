// SPDX-License-Identifier: Apache-2.0
/// A file of numbers, read in row-major order into a buffer, in bounded memory.
///
/// ```swift
/// var buffer = [Float](repeating: 0, count: 65_536)
/// while true {
///   var span = buffer.mutableSpan
///   let count = try source.read(into: &span)
///   if count == 0 { break }
///   consume(buffer[..<count])
/// }
/// ```
public protocol NumericSource: AnyObject {
  /// The file, as the caller named it.
  var path: String { get }
  /// The type of the numbers on disk, `float64` for text.
  var elementType: ElementType { get }
  /// The shape of the array. For a table it is `nil` until the end has been read.
  var shape: [Int]? { get }
  /// The number of elements that have not been read, or `nil` if the file may have fewer.
  var remainingCount: Int? { get }
  /// How much of the file has been read.
  var progress: ReadingProgress { get }

  /// Reads the next elements.
  ///
  /// - Parameter buffer: The destination, filled completely unless the data ends.
  /// - Returns: The number of elements read, 0 at the end of the data or for an empty buffer.
  /// - Throws: A `DataFileError` with the element, or the row and column. After an error the read
  ///   position is unspecified.
  func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>) throws(DataFileError)
    -> Int

  /// Goes back to the first element.
  ///
  /// - Throws: A `DataFileError` for a pipe that was not opened as rereadable.
  func rewind() throws(DataFileError)

  /// The row, line and column of an element of a table, for an error about its value.
  ///
  /// - Parameter index: An element that the last call of `read` returned, counted from 0.
  /// - Returns: `nil` for any other element, and for an array.
  func location(ofElement index: Int) -> DataFileError.Location?
}

extension NumericSource {
  /// `nil`, as for an array.
  public func location(ofElement index: Int) -> DataFileError.Location? { nil }

  /// The number of elements, or `nil` if it is not known yet.
  public var count: Int? { shape.map { $0.reduce(1, *) } }

  /// Reads the remaining elements, in row-major order.
  public func readRemaining<Scalar: NumericScalar>(as type: Scalar.Type = Scalar.self)
    throws(DataFileError)
    -> [Scalar]
  {
    var elements: [Scalar] = []
    if let remainingCount {
      try requireMemory(remainingCount * MemoryLayout<Scalar>.stride, for: path)
      elements.reserveCapacity(remainingCount)
    }
    var buffer = [Scalar](repeating: 0, count: 1 << 16)
    while true {
      var span = buffer.mutableSpan
      let count = try read(into: &span)
      if case let growth = elements.byteCountToGrow(by: count), growth > 0 {
        try requireMemory(growth + elements.storageByteCount, for: path)
      }
      elements.append(contentsOf: buffer[..<count])
      if count < buffer.count { return elements }
    }
  }
}

/// How much of a file has been read, in bytes.
public struct ReadingProgress: Hashable, Sendable {
  /// The number of bytes read.
  public var byteCount: Int
  /// The number of bytes to read, or `nil` for a stream.
  public var totalByteCount: Int?
}
