// SPDX-License-Identifier: Apache-2.0
extension NPYHeader {
  /// Reads and checks the header at the start of `source`. The next read returns data.
  init(readingFrom source: ByteSource) throws(DataFileError) {
    func bad(_ reason: String) -> DataFileError {
      DataFileError(.badData, path: source.path, reason: reason)
    }
    func bytes(_ count: Int, _ part: String) throws(DataFileError) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try bytes.withUnsafeMutableBufferPointer { buffer throws(DataFileError) in
        try source.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard read == count else { throw bad("not a complete .npy file: it ends inside the \(part)") }
      return bytes
    }

    let start = try bytes(Self.magic.count, "first 6 bytes")
    if start.starts(with: Array("PK".utf8)) {
      throw bad("this is a .npz archive of arrays; save one of them with numpy.save")
    }
    guard start == Self.magic else {
      throw bad("not a .npy file: it does not begin with \\x93NUMPY")
    }
    let version = try bytes(2, "version")
    guard (1...3).contains(version[0]), version[1] == 0 else {
      throw bad(
        "version \(version[0]).\(version[1]) of the .npy format is not supported; "
          + "1.0, 2.0 and 3.0 are")
    }
    let lengthBytes = try bytes(version[0] == 1 ? 2 : 4, "header length")
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    if let rest = source.size.map({ $0 - source.offset }), length > rest {
      throw bad(
        "not a complete .npy file: the header has \(length) bytes, the file has \(rest) more")
    }
    guard length <= Self.lengthLimit else {
      throw bad("the header has \(length) bytes; the limit is \(Self.lengthLimit)")
    }
    var parser = NPYHeaderParser(text: try bytes(length, "header"), path: source.path)
    self = try parser.parse()
    dataOffset = source.offset

    // The parser has checked that the product does not overflow.
    let needed = count * elementType.byteCount
    if let size = source.size, size - dataOffset < needed {
      throw bad(
        "the data is cut short: shape \(shape) of \(elementType) takes \(needed) bytes, "
          + "the file has \(size - dataOffset)")
    }
  }
}
