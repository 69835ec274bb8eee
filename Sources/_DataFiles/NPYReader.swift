// SPDX-License-Identifier: Apache-2.0
/// A `.npy` file opened for reading.
///
/// Opening reads and checks the header; `header` then says the type and the shape before any data is read. Elements come in
/// row-major order whatever the order of the file, and memory stays bounded: about 256 KiB for a file in C order, and at
/// most 32 MiB for one in Fortran order.
///
/// Format versions 1.0, 2.0 and 3.0; bool, integer and floating-point types of 8 to 64 bits in either byte order. Bytes after
/// the data are ignored, as NumPy ignores them: one file may hold several arrays, of which this reads the first.
/// A pipe can be read once from front to back, in C order only.
///
/// Native `float32` read into `Float`, and `float64` into `Double`, go from the file to the caller's buffer without another copy.
public final class NPYReader: NumericSource {
  /// What the file says about its array.
  public let header: NPYHeader
  /// What becomes of a number that the type read into cannot hold.
  public let policy: ConversionPolicy

  let file: InputFile
  /// The number of elements already read.
  private(set) var position = 0
  /// Stored bytes on their way to the caller's type; allocated when first needed.
  private var staging = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// The elements of the staging buffer that have not been read; the first of them is at `position`.
  private var staged = 0..<0
  private var gatherer: FortranOrderGatherer?

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - policy: What becomes of a number that the type read into cannot hold; an error by default.
  ///   - isRereadable: Whether `rewind()` has to work for a pipe too, which is then copied to an unnamed temporary file first.
  /// - Throws: A `DataFileError` for a file that cannot be opened or whose header is damaged, of an unsupported type, or
  ///   promises more data than there is.
  public convenience init(
    path: String, policy: ConversionPolicy = .exact, isRereadable: Bool = false
  ) throws(DataFileError) {
    try self.init(
      file: .opened(path: path, isRereadable: isRereadable), policy: policy,
      limits: FortranOrderGatherer.Limits())
  }

  init(
    file: InputFile, policy: ConversionPolicy, limits: FortranOrderGatherer.Limits
  ) throws(DataFileError) {
    self.file = file
    header = try NPYHeader(readingFrom: file)
    self.policy = policy
    if header.isTransposed {
      guard file.size != nil else {
        throw DataFileError(
          .badData, path: file.path,
          reason: "an array in Fortran order cannot be read from a pipe; save it to a file first")
      }
      gatherer = FortranOrderGatherer(header: header, limits: limits)
    }
  }

  deinit { staging.deallocate() }

  /// The file, as the caller named it.
  public var path: String { file.path }
  /// The type of the elements on disk.
  public var elementType: ElementType { header.elementType }
  /// Whether this is a pipe, which cannot be read twice and whose size nothing vouches for.
  public var isStream: Bool { file.size == nil }
  /// The length of each axis; never `nil` here.
  public var shape: [Int]? { header.shape }
  /// How much of the data has been read.
  public var progress: ReadingProgress {
    let size = elementType.byteCount
    return ReadingProgress(byteCount: position * size, totalByteCount: header.count * size)
  }

  /// Whether the bytes on disk are the bytes of `Scalar` in memory.
  func isStored<Scalar: NumericScalar>(as type: Scalar.Type) -> Bool {
    elementType == Scalar.elementType && header.byteOrder == .native
  }

  /// Reads the next elements in row-major order; see `NumericSource`.
  public func read<Scalar: NumericScalar>(into buffer: inout MutableSpan<Scalar>)
    throws(DataFileError) -> Int
  {
    // The unsafe buffer is what `pread` fills and what the conversion loops run over.
    try buffer.withUnsafeMutableBufferPointer { buffer throws(DataFileError) in
      try read(into: buffer)
    }
  }

  /// Reads the whole array from its first element on, in row-major order.
  ///
  /// - Parameter type: The type to read into.
  public func readAll<Scalar: NumericScalar>(as type: Scalar.Type = Scalar.self)
    throws(DataFileError)
    -> [Scalar]
  {
    if position > 0 { try rewind() }
    // A pipe may promise any number of elements: grow with what comes.
    guard file.size != nil else { return try readRemaining() }
    var failure: DataFileError?
    let elements = [Scalar](unsafeUninitializedCapacity: header.count) { buffer, count in
      do throws(DataFileError) {
        // The elements are trivial: their memory may be written before it is initialized.
        count = try read(
          into: UnsafeMutableBufferPointer(start: buffer.baseAddress, count: header.count))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return elements
  }

  /// Goes back to the first element. A pipe that is not rereadable cannot: it throws.
  public func rewind() throws(DataFileError) {
    guard file.size != nil else {
      throw DataFileError(.inputOutput, path: path, reason: "a pipe can be read only once")
    }
    file.seek(to: header.dataOffset)
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
    return total
  }

  /// Brings the elements from `position` on into the staging buffer, in row-major order.
  private func stage() throws(DataFileError) {
    if staging.count == 0 {
      staging = .allocate(byteCount: gatherer?.bufferByteCount ?? 256 << 10, alignment: 16)
    }
    // Optional chaining calls the mutating method in place: a copy of the gatherer would copy its window.
    if let count = try gatherer?.gather(from: position, of: file, into: staging) {
      staged = 0..<count
    } else {
      let count = min(header.count - position, staging.count / elementType.byteCount)
      try fill(
        UnsafeMutableRawBufferPointer(rebasing: staging.prefix(count * elementType.byteCount)))
      staged = 0..<count
    }
  }

  /// Converts staged elements, as many as there are and fit, and returns their number.
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
        reason: "the \(elementType) value \(element.value) has no exact \(Scalar.elementType)")
    }
    position += taken.count
    staged = taken.upperBound..<staged.upperBound
    return taken.count
  }

  /// Fills `bytes` from the file, or says which element is missing.
  private func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(DataFileError) {
    let read = try file.read(into: bytes)
    guard read < bytes.count else { return }
    throw DataFileError(
      .badData, path: path, at: .element(position + read / elementType.byteCount),
      reason: "the data ends here; shape \(header.shape) promises \(header.count) elements")
  }
}
