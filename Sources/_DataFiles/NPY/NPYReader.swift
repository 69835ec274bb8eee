// SPDX-License-Identifier: Apache-2.0
/// A `.npy` file opened for reading.
///
/// Opening reads and checks the header. Elements are read in row-major order for any order of the
/// file, with bounded memory: about 256 KiB in C order, at most 32 MiB in Fortran order.
///
/// Supported are format versions 1.0, 2.0 and 3.0, and bool, integer and floating-point types of 8
/// to 64 bits in either byte order. Bytes after the data are ignored, as in NumPy: a file may hold
/// several arrays, and this reads the first. A pipe can be read once, in C order only.
///
/// Native `float32` read into `Float`, and `float64` into `Double`, are not copied on the way to
/// the caller's buffer.
public final class NPYReader: NumericSource {
  /// The type and shape of the array.
  public let header: NPYHeader
  /// How numbers are converted that the type read into cannot represent.
  public let policy: ConversionPolicy

  let source: ByteSource
  /// The number of elements read.
  private(set) var position = 0
  /// Stored bytes to be converted to the caller's type; allocated at first use.
  private var staging = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// The elements in the staging buffer that have not been read. The first is the one at
  /// `position`.
  private var staged = 0..<0
  private var gatherer: FortranOrderGatherer?

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - policy: How numbers are converted that the type read into cannot represent; by default
  ///     they are errors.
  ///   - isRereadable: Whether a pipe can be rewound: it is copied to an unnamed temporary file.
  /// - Throws: A `DataFileError`: the file cannot be opened, the header is malformed, the type is
  ///   not supported, or the data is cut short.
  public convenience init(
    path: String, policy: ConversionPolicy = .exact, isRereadable: Bool = false
  ) throws(DataFileError) {
    try self.init(
      .opened(path: path, isRereadable: isRereadable), policy: policy,
      limits: FortranOrderGatherer.Limits())
  }

  init(
    _ source: ByteSource, policy: ConversionPolicy, limits: FortranOrderGatherer.Limits
  ) throws(DataFileError) {
    self.source = source
    header = try NPYHeader(readingFrom: source)
    self.policy = policy
    if header.isTransposed {
      guard source.size != nil else {
        throw DataFileError(
          .badData, path: source.path,
          reason: "an array in Fortran order cannot be read from a pipe; save it to a file first")
      }
      gatherer = FortranOrderGatherer(header: header, limits: limits)
    }
  }

  deinit { staging.deallocate() }

  /// The file, as the caller named it.
  public var path: String { source.path }
  /// The type of the elements on disk.
  public var elementType: ElementType { header.elementType }
  /// Whether this is a pipe, which can be read only once, and whose data may be shorter than its
  /// shape.
  public var isStream: Bool { source.size == nil }
  /// The number of elements that have not been read, `nil` for a pipe.
  public var remainingCount: Int? { isStream ? nil : header.count - position }
  /// The length of each axis, never `nil`.
  public var shape: [Int]? { header.shape }
  /// How much of the data has been read.
  public var progress: ReadingProgress {
    let size = elementType.byteCount
    return ReadingProgress(byteCount: position * size, totalByteCount: header.count * size)
  }

  /// Whether elements have the same bytes on disk and as `Scalar` in memory.
  func isStored<Scalar: NumericScalar>(as type: Scalar.Type) -> Bool {
    elementType == Scalar.elementType && header.byteOrder == .native
  }

  /// Reads the next elements in row-major order; see `NumericSource`.
  public func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>)
    throws(DataFileError) -> Int
  {
    // Reading from the file and the conversion loops need an unsafe buffer.
    try buffer.withUnsafeMutableBufferPointer { buffer throws(DataFileError) in
      try read(into: buffer)
    }
  }

  /// Reads the whole array, in row-major order.
  public func readAll<Scalar: NumericScalar>(as type: Scalar.Type = Scalar.self)
    throws(DataFileError)
    -> [Scalar]
  {
    if position > 0 { try rewind() }
    // The header of a pipe can give any number of elements: grow with the data read.
    guard source.size != nil else { return try readRemaining() }
    try requireMemory(header.count * MemoryLayout<Scalar>.stride, for: path)
    var failure: DataFileError?
    let elements = [Scalar](unsafeUninitializedCapacity: header.count) { buffer, count in
      do throws(DataFileError) {
        // Elements are trivial, so memory that is not initialized can be assigned.
        count = try read(
          into: UnsafeMutableBufferPointer(start: buffer.baseAddress, count: header.count))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return elements
  }

  /// Goes back to the first element; see `NumericSource`.
  public func rewind() throws(DataFileError) {
    guard source.size != nil else {
      throw DataFileError(.inputOutput, path: path, reason: "a pipe can be read only once")
    }
    try source.checkUnchanged()
    source.seek(to: header.dataOffset)
    position = 0
    staged = 0..<0
  }

  private func read<Scalar: NumericScalar>(
    into buffer: UnsafeMutableBufferPointer<Scalar>
  ) throws(DataFileError) -> Int {
    let total = min(buffer.count, header.count - position)
    var done = 0
    while done < total {
      let rest = UnsafeMutableBufferPointer(rebasing: buffer[done..<total])
      if staged.isEmpty, gatherer == nil, isStored(as: Scalar.self) {
        try fill(UnsafeMutableRawBufferPointer(rest))
        position += rest.count
        break
      }
      if staged.isEmpty { try stage() }
      done += try takeStaged(into: rest)
    }
    if position == header.count { try source.checkUnchanged() }
    return total
  }

  /// Fills the staging buffer with the elements from `position`, in row-major order.
  private func stage() throws(DataFileError) {
    if staging.count == 0 {
      staging = .allocate(byteCount: gatherer?.bufferByteCount ?? 256 << 10, alignment: 16)
    }
    // Optional chaining mutates in place: a copy of the gatherer would copy its window.
    if let count = try gatherer?.gather(from: position, of: source, into: staging) {
      staged = 0..<count
    } else {
      let count = min(header.count - position, staging.count / elementType.byteCount)
      try fill(
        UnsafeMutableRawBufferPointer(rebasing: staging.prefix(count * elementType.byteCount)))
      staged = 0..<count
    }
  }

  /// Converts the staged elements that fit into `buffer`, and returns their number.
  private func takeStaged<Scalar: NumericScalar>(
    into buffer: UnsafeMutableBufferPointer<Scalar>
  ) throws(DataFileError) -> Int {
    let taken = staged.prefix(buffer.count)
    let size = elementType.byteCount
    let bytes = UnsafeRawBufferPointer(
      rebasing: staging[(taken.lowerBound * size)..<(taken.upperBound * size)])
    let output = UnsafeMutableBufferPointer(rebasing: buffer.prefix(taken.count))
    if let element = elementType.convert(bytes, from: header.byteOrder, into: output, policy) {
      throw DataFileError(
        .badData, path: path, at: .element(position + element.index),
        reason:
          "the \(elementType) value \(element.value) cannot be represented exactly in "
          + "\(Scalar.elementType)")
    }
    position += taken.count
    staged = taken.upperBound..<staged.upperBound
    return taken.count
  }

  /// Fills `bytes` from the file, or throws an error about the first missing element.
  private func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(DataFileError) {
    let read = try source.read(into: bytes)
    guard read < bytes.count else { return }
    // A regular file was long enough at opening.
    guard isStream else { throw source.changed }
    throw DataFileError(
      .badData, path: path, at: .element(position + read / elementType.byteCount),
      reason: "the data ends here, but shape \(header.shape) has \(header.count) elements")
  }
}
