// SPDX-License-Identifier: Apache-2.0
extension NPYHeader {
  /// Reads and checks the header at the start of `file`, and leaves the file at the first byte of the data.
  init(readingFrom file: InputFile) throws(DataFileError) {
    let path = file.path
    func bad(_ reason: String) -> DataFileError {
      DataFileError(.badData, path: path, reason: reason)
    }
    func bytes(_ count: Int, _ part: String) throws(DataFileError) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try bytes.readAll(from: file)
      guard read == count else { throw bad("not a complete .npy file: it ends inside the \(part)") }
      return bytes
    }

    let magic = try bytes(Self.magic.count, "first 6 bytes")
    guard magic == Self.magic else {
      throw bad("not a .npy file: it does not begin with \\x93NUMPY")
    }
    let version = try bytes(2, "version")
    guard (1...3).contains(version[0]), version[1] == 0 else {
      throw bad(
        "version \(version[0]).\(version[1]) of the .npy format is not known; 1.0, 2.0 and 3.0 are")
    }
    let lengthBytes = try bytes(version[0] == 1 ? 2 : 4, "header length")
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    let rest = file.size.map { $0 - file.offset } ?? Self.lengthLimit
    guard length <= rest else {
      throw bad(
        "not a complete .npy file: the header has \(length) bytes, the file has \(rest) more")
    }
    guard length <= Self.lengthLimit else {
      throw bad("a header of \(length) bytes is beyond the limit of \(Self.lengthLimit)")
    }
    var parser = NPYHeaderParser(text: try bytes(length, "header"), path: path)
    self = try parser.parse()
    dataOffset = file.offset

    // No overflow: `parse` has checked that the size of the data in bytes is an Int.
    let needed = count * elementType.byteCount
    if let size = file.size, size - dataOffset < needed {
      throw bad(
        "the data is cut short: shape \(shape) of \(elementType) takes \(needed) bytes, "
          + "the file has \(size - dataOffset)")
    }
  }
}

extension [UInt8] {
  /// Overwrites the elements with the next bytes of the file; returns how many there were.
  fileprivate mutating func readAll(from file: InputFile) throws(DataFileError) -> Int {
    try withUnsafeMutableBufferPointer { buffer throws(DataFileError) in
      try file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
