// SPDX-License-Identifier: Apache-2.0
extension NPYReader {
  /// The array in place, without reading it: a read-only mapping of the file.
  ///
  /// Works where the file holds `Scalar` in this machine's byte order, in row-major order, at an address that is a multiple
  /// of its alignment (NumPy pads headers to 64 bytes), and is a regular file.
  ///
  /// - Returns: The mapping, or `nil` where the file has to be read instead.
  /// - Throws: A `DataFileError` if the system cannot map the file.
  public func mapped<Scalar: NumericScalar>(
    as type: Scalar.Type = Scalar.self
  ) throws(DataFileError) -> MappedArray<Scalar>? {
    guard file.size != nil, isStored(as: type), !header.isTransposed,
      header.dataOffset.isMultiple(of: MemoryLayout<Scalar>.alignment)
    else { return nil }
    return MappedArray(
      file: try file.map(), shape: header.shape, byteOffset: header.dataOffset, count: header.count)
  }
}

/// The elements of a `.npy` file, mapped read-only. Pages are read when they are touched.
///
/// The file must not be made shorter while the mapping lives: the system answers with SIGBUS, as for every mapping.
public final class MappedArray<Scalar: NumericScalar>: Sendable {
  /// The length of each axis.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int
  private let file: MappedFile
  private let byteOffset: Int

  init(file: MappedFile, shape: [Int], byteOffset: Int, count: Int) {
    self.file = file
    self.shape = shape
    self.byteOffset = byteOffset
    self.count = count
  }

  /// Calls `body` with the elements in row-major order. The span does not outlive the call.
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard count > 0 else { return try body(UnsafeBufferPointer<Scalar>(start: nil, count: 0).span) }
    let bytes = UnsafeRawBufferPointer(
      rebasing: file.bytes[byteOffset...].prefix(count * MemoryLayout<Scalar>.stride))
    // Aligned (`NPYReader.mapped` has checked it) and never written, so binding the mapped bytes to Scalar is sound.
    return try body(bytes.bindMemory(to: Scalar.self).span)
  }
}
