// SPDX-License-Identifier: Apache-2.0

/// The bytes of a request or an answer: a header of 24 bytes, and the content. All numbers are
/// little-endian.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 4 | `WCEP` |
/// | 4 | 2 | the version of the format, 1 |
/// | 6 | 2 | 1 for a request, 2 for an answer |
/// | 8 | 8 | the number of bytes after the header |
/// | 16 | 8 | the checksum: SipHash-2-4 of the bytes after the header, with the first 16 as key |
enum PlanBytes {
  enum Kind: UInt16 {
    case request = 1
    case answer = 2
  }

  static let version: UInt16 = 1
  private static let magic: UInt32 = 0x5045_4357
  private static let headerSize = 24

  /// A header and the content.
  static func sealed(_ kind: Kind, _ content: [UInt8]) -> (bytes: [UInt8], checksum: UInt64) {
    var writer = ByteWriter()
    writer.reserve(headerSize + content.count)
    writer.write(magic)
    writer.write(version)
    writer.write(kind.rawValue)
    writer.write(UInt64(content.count))
    let checksum = checksum(writer.bytes, content)
    writer.write(checksum)
    return (writer.bytes + content, checksum)
  }

  /// The content, if the bytes are whole and undamaged.
  static func opened(
    _ kind: Kind, _ bytes: [UInt8]
  ) throws(ClassificationError) -> (reader: ByteReader, checksum: UInt64) {
    var reader = ByteReader(bytes)
    guard try reader.read(UInt32.self) == magic else { throw .damagedBytes("another format") }
    let found = try reader.read(UInt16.self)
    guard found == version else { throw .otherVersion(Int(found), supported: Int(version)) }
    guard try reader.read(UInt16.self) == kind.rawValue else {
      throw .damagedBytes(kind == .request ? "they are no request" : "they are no answer")
    }
    let count = try reader.read(UInt64.self)
    let expected = try reader.read(UInt64.self)
    guard count == UInt64(bytes.count - headerSize) else {
      throw .damagedBytes("expected \(count) bytes, received \(bytes.count - headerSize)")
    }
    guard checksum(Array(bytes[..<16]), bytes[headerSize...]) == expected else {
      throw .damagedBytes("the checksum does not match")
    }
    return (reader, expected)
  }

  private static func checksum(_ header: [UInt8], _ content: some Sequence<UInt8>) -> UInt64 {
    func word(_ start: Int) -> UInt64 {
      header[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    return SipHash.hash(content, key: (word(0), word(8)))
  }
}

/// Appends numbers.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func write(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ number: Double) { write(number.bitPattern) }

  mutating func write(_ numbers: [Double]) { for number in numbers { write(number) } }

  mutating func write(count: Int) { write(UInt32(count)) }
}

/// Reads numbers from bytes that may be damaged.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var remaining: Int { bytes.count - position }

  mutating func read<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(ClassificationError) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw .damagedBytes("they end too soon") }
    let start = position
    position += size
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Number.self))
    }
  }

  mutating func readDouble() throws(ClassificationError) -> Double {
    Double(bitPattern: try read())
  }

  mutating func readFinite() throws(ClassificationError) -> Double {
    let number = try readDouble()
    guard number.isFinite else { throw .damagedBytes("a number is not finite") }
    return number
  }

  /// A number of elements, each of at least `size` bytes: no more than can follow.
  mutating func readCount(ofSize size: Int) throws(ClassificationError) -> Int {
    let count = Int(try read(UInt32.self))
    guard count <= remaining / size else { throw .damagedBytes("they end too soon") }
    return count
  }

  mutating func readAll<Element>(
    _ count: Int, _ element: (inout Self) throws(ClassificationError) -> Element
  ) throws(ClassificationError) -> [Element] {
    var elements: [Element] = []
    // Callers bound the count by what follows, or the elements take bytes.
    elements.reserveCapacity(min(count, remaining))
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  mutating func readFinites(_ count: Int) throws(ClassificationError) -> [Double] {
    guard count <= remaining / 8 else { throw .damagedBytes("they end too soon") }
    return try readAll(count) { (reader) throws(ClassificationError) in try reader.readFinite() }
  }

  func expectEnd() throws(ClassificationError) {
    guard remaining == 0 else { throw .damagedBytes("more follows") }
  }
}
