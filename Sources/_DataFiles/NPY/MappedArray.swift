// SPDX-License-Identifier: Apache-2.0
/// The elements of a `.npy` file in a read-only mapping. Pages are read on first access.
///
/// The file must not be truncated while the mapping exists: access to the missing part raises
/// SIGBUS, as for every mapping.
public final class MappedArray<Scalar: NumericScalar>: Sendable {
  /// The length of each axis.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int
  // Unsafe only for the checker: the mapping is read-only and exists until `deinit`.
  private nonisolated(unsafe) let file: UnsafeRawBufferPointer
  private let byteOffset: Int

  init(file: UnsafeRawBufferPointer, header: NPYHeader) {
    self.file = file
    shape = header.shape
    count = header.count
    byteOffset = header.dataOffset
  }

  deinit { SystemCalls.unmap(file) }

  /// Calls `body` with the elements in row-major order. The span is valid only during the call.
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard count > 0 else { return try body(UnsafeBufferPointer<Scalar>(start: nil, count: 0).span) }
    let bytes = UnsafeRawBufferPointer(
      rebasing: file[byteOffset...].prefix(count * MemoryLayout<Scalar>.stride))
    // The bytes are aligned (`NPYReader.mapped` checks it) and never written.
    return try body(bytes.bindMemory(to: Scalar.self).span)
  }
}

extension NPYReader {
  /// Maps the array without reading it.
  ///
  /// - Returns: `nil` if the file must be read instead: it is not a regular file, or the elements
  ///   are not aligned, in row-major order, of type `Scalar` and in native byte order.
  /// - Throws: A `DataFileError` if the system cannot map the file.
  public func mapped<Scalar: NumericScalar>(
    as type: Scalar.Type = Scalar.self
  ) throws(DataFileError) -> MappedArray<Scalar>? {
    guard source.size != nil, isStored(as: type), !header.isTransposed,
      header.dataOffset.isMultiple(of: MemoryLayout<Scalar>.alignment)
    else { return nil }
    return MappedArray(file: try source.map(), header: header)
  }
}
