// SPDX-License-Identifier: Apache-2.0
/// The bytes of a whole file or stream, for a file that is no data file but is to be opened, and reported where it cannot be, as one.
///
/// - Throws: A `DataFileError` for a file that cannot be opened or read.
package func contents(ofFile path: String) throws(DataFileError) -> [UInt8] {
  let file = try InputFile(path: path)
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  defer { buffer.deallocate() }
  var bytes: [UInt8] = []
  while true {
    let count = try file.read(into: buffer)
    bytes.append(contentsOf: buffer[..<count])
    if count < buffer.count { return bytes }
  }
}
