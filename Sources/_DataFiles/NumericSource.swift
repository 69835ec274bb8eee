// SPDX-License-Identifier: Apache-2.0
/// A file of numbers that is read in row-major order, a buffer at a time.
///
/// `NPYReader` and `CSVColumnReader` conform, so that a program computes over either in bounded memory:
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
  /// The type of the numbers on disk; `float64` for text.
  var elementType: ElementType { get }
  /// The shape of the array, or `nil` while it is not known: a table's row count shows only at its end.
  var shape: [Int]? { get }
  /// How much of the file has been read.
  var progress: ReadingProgress { get }

  /// Reads the next elements.
  ///
  /// - Parameter buffer: Filled from its start, whole unless the data ends.
  /// - Returns: The number of elements read; 0 at the end of the data (or for an empty buffer).
  /// - Throws: A `DataFileError` that names the element, or the row and column. The source is then at no useful place.
  func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>) throws(DataFileError)
    -> Int

  /// Goes back to the first element.
  ///
  /// - Throws: A `DataFileError` for a pipe, which can be read only once.
  func rewind() throws(DataFileError)

  /// Where in the file an element is, for an error about its value: in which row and column of a table.
  ///
  /// - Parameter index: The element, counted from 0; one of those that the last call of `read` has read.
  /// - Returns: The place, or `nil` for another element, and for an array, where the index is the place.
  func location(ofElement index: Int) -> DataFileError.Location?
}

extension NumericSource {
  /// `nil`: the index is the place.
  public func location(ofElement index: Int) -> DataFileError.Location? { nil }

  /// The number of elements, or `nil` while it is not known.
  public var count: Int? { shape.map { $0.reduce(1, *) } }

  /// Reads everything that is left.
  ///
  /// - Parameter type: The type to read into.
  /// - Returns: The elements in row-major order.
  public func readRemaining<Scalar: NumericScalar>(as type: Scalar.Type = Scalar.self)
    throws(DataFileError)
    -> [Scalar]
  {
    var elements: [Scalar] = []
    var buffer = [Scalar](repeating: 0, count: 1 << 16)
    while true {
      var span = buffer.mutableSpan
      let count = try read(into: &span)
      elements.append(contentsOf: buffer[..<count])
      if count < buffer.count { return elements }
    }
  }
}

/// How far the reading of a file has come, in bytes.
public struct ReadingProgress: Hashable, Sendable {
  /// The bytes consumed so far.
  public var byteCount: Int
  /// The size of what is to be read, or `nil` for a stream.
  public var totalByteCount: Int?
}
