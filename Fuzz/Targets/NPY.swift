// SPDX-License-Identifier: Apache-2.0
import SystemPackage

@testable import _DataFiles

/// Reads an array as both types: whole, in parts, from a stream and in small blocks, which must
/// agree. Writes it again.
func fuzzNPY(_ input: Input) {
  var input = input
  let policy = input.choice(of: ConversionPolicy.exact, .nearest)
  let partLength = input.choice(of: 1, 3, 64, 1000)
  let limits = FortranOrderGatherer.Limits(
    block: input.choice(of: 64, 1024), preferredBlock: input.choice(of: 8, 64), gap: 16,
    window: input.choice(of: 8, 100))
  let reading = NPYReading(
    bytes: input.bytes, policy: policy, partLength: partLength, limits: limits)
  let header = reading.fuzz(as: Double.self)
  check(reading.fuzz(as: Float.self) == header, "the header depends on the type")
}

private struct NPYReading {
  let bytes: [UInt8]
  let policy: ConversionPolicy
  let partLength: Int
  let limits: FortranOrderGatherer.Limits

  private func open(
    _ source: ByteSource, limits: FortranOrderGatherer.Limits? = nil
  ) throws(DataFileError) -> NPYReader {
    try NPYReader(source, policy: policy, limits: limits ?? FortranOrderGatherer.Limits())
  }

  /// Returns the header of an array that can be read.
  func fuzz<Scalar: NumericScalar>(as type: Scalar.Type) -> NPYHeader? {
    let name = "a.npy"
    let reader: NPYReader
    do throws(DataFileError) { reader = try open(ByteSource(bytes, name: name)) } catch {
      check(error, path: name)
      check(streamed(as: Scalar.self).isFailure, "a stream has no error: \(error)")
      return nil
    }
    let header = reader.header
    checkSerialization(header)
    check(header.count <= bytes.count, "\(header) has more elements than the file has bytes")
    let whole = Result { () throws(DataFileError) in try reader.readAll(as: Scalar.self) }
    if case .failure(let error) = whole { check(error, path: name) }
    let again = Result { () throws(DataFileError) in
      try reader.rewind()
      return try parts(reader, as: Scalar.self)
    }
    checkSame(whole, again, "read again")
    let small = Result { () throws(DataFileError) in
      try parts(open(ByteSource(bytes, name: name), limits: limits), as: Scalar.self)
    }
    checkSame(whole, small, "read in small blocks")
    let stream = streamed(as: Scalar.self)
    check(!header.isTransposed || stream.isFailure, "a stream is not read in Fortran order")
    if !header.isTransposed { checkSame(whole, stream, "read from a stream") }
    if let elements = try? whole.get() { checkWriting(elements, header) }
    return header
  }

  private func parts<Scalar: NumericScalar>(
    _ reader: NPYReader, as _: Scalar.Type
  ) throws(DataFileError) -> [Scalar] {
    var elements: [Scalar] = []
    var part = [Scalar](repeating: 0, count: partLength)
    while true {
      var span = part.mutableSpan
      let count = try reader.read(into: &span)
      elements += part[..<count]
      check(
        reader.remainingCount ?? 0 == reader.header.count - elements.count || reader.isStream,
        "\(elements.count) of \(reader.header.count) read, \(reader.remainingCount ?? 0) remain")
      if count < partLength { return elements }
    }
  }

  /// Reads the array from a pipe, which holds 64 KiB.
  private func streamed<Scalar: NumericScalar>(
    as _: Scalar.Type
  ) -> Result<[Scalar], DataFileError> {
    guard let pipe = try? FileDescriptor.pipe() else { fatalError("no pipe") }
    defer { try? pipe.readEnd.close() }
    guard bytes.count <= 1 << 16,
      (try? pipe.writeEnd.closeAfter { try pipe.writeEnd.writeAll(bytes) }) != nil
    else { fatalError("the pipe is full") }
    return Result { () throws(DataFileError) in
      let reader = try open(ByteSource(path: "/dev/fd/\(pipe.readEnd.rawValue)"))
      return try partLength == 1 ? reader.readAll() : parts(reader, as: Scalar.self)
    }
  }

  private func checkSame<Scalar: NumericScalar>(
    _ expected: Result<[Scalar], DataFileError>, _ received: Result<[Scalar], DataFileError>,
    _ what: String
  ) {
    switch (expected, received) {
    case (.success(let expected), .success(let received)):
      check(areSame(expected, received), "\(what): other elements")
    case (.failure(let expected), .failure(let received)):
      check(
        expected.reason == received.reason && expected.location == received.location,
        "\(what): \(expected), \(received)")
    default: fatalError("\(what): \(expected), \(received)")
    }
  }

  /// Writes the header and reads it.
  private func checkSerialization(_ header: NPYHeader) {
    var expected = header
    if header.elementType.byteCount == 1 { expected.byteOrder = .native }
    let bytes = header.serialized()
    expected.dataOffset = bytes.count
    let data = [UInt8](repeating: 0, count: header.count * header.elementType.byteCount)
    let again = Result { () throws(DataFileError) in
      try NPYHeader(readingFrom: ByteSource(bytes + data, name: "again.npy"))
    }
    check(again == .success(expected), "\(header) is read again as \(again)")
  }

  /// Writes the elements and reads them.
  private func checkWriting<Scalar: NumericScalar>(_ elements: [Scalar], _ header: NPYHeader) {
    guard header.elementType.isFloatingPoint else { return }
    let path = Scratch.path("written.npy")
    let again = Result { () throws(DataFileError) in
      let writer = try NPYWriter(path: path, elementType: header.elementType, shape: header.shape)
      try writer.append(elements)
      try writer.finish()
      return try NPYReader(path: path, policy: policy).readAll(as: Scalar.self)
    }
    checkSame(.success(elements), again, "written and read")
  }
}

extension Result {
  fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
