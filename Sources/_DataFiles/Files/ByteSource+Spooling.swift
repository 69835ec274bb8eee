// SPDX-License-Identifier: Apache-2.0
import SystemPackage

extension ByteSource {
  /// Opens a file. If it must be read twice, a stream is copied first; see `spooledIfStream()`.
  static func opened(path: String, isRereadable: Bool) throws(DataFileError) -> ByteSource {
    let source = try ByteSource(path: path)
    return isRereadable ? try source.spooledIfStream() : source
  }

  /// This source, or for a stream a copy of it in an unnamed temporary file.
  func spooledIfStream() throws(DataFileError) -> ByteSource {
    guard size == nil else { return self }
    let directory = SystemCalls.temporaryDirectory
    let file = try mappingErrno(
      to: {
        DataFileError(
          .cannotCreate, path: directory,
          reason: "cannot create a temporary file for \(path): \($0.reason)")
      }) { try FileDescriptor.spool(in: directory) }
    do throws(DataFileError) {
      return ByteSource(path: path, file: file, size: try copy(to: file))
    } catch {
      try? file.close()
      throw error
    }
  }

  private func copy(to file: FileDescriptor) throws(DataFileError) -> Int {
    try forEachChunk { chunk throws(DataFileError) in
      try mappingErrno(to: { .failed("copying to a temporary file", path, $0) }) {
        _ = try file.writeAll(chunk)
      }
    }
    return offset
  }

  /// Calls `body` with the bytes that have not been read, a part at a time.
  fileprivate func forEachChunk(
    _ body: (UnsafeRawBufferPointer) throws(DataFileError) -> Void
  ) throws(DataFileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if count < buffer.count { return }
    }
  }
}

/// The bytes of a whole file or stream that is not a data file, with the same errors.
///
/// - Parameter limit: The largest size in bytes; more is an error.
package func contents(ofFile path: String, limit: Int = 64 << 20) throws(DataFileError) -> [UInt8] {
  var bytes: [UInt8] = []
  try ByteSource(path: path).forEachChunk { chunk throws(DataFileError) in
    guard bytes.count + chunk.count <= limit else {
      throw DataFileError(.badData, path: path, reason: "the file is larger than \(limit) bytes")
    }
    bytes.append(contentsOf: chunk)
  }
  return bytes
}
