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
          .cannotCreate, path: directory.string,
          reason: "cannot create a temporary file for \(displayed(path)): \($0.reason)")
      }) { try FileDescriptor.spool(in: directory) }
    do throws(DataFileError) {
      return ByteSource(path: path, file: file, size: try copy(to: file, in: directory))
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Copies a stream up to its end, or to the end of a row that no table may have, which the reader
  /// of the copy reports: an endless device would fill the disk.
  private func copy(
    to file: FileDescriptor, in directory: FilePath
  ) throws(DataFileError) -> Int {
    var rowStart = 0
    try forEachChunk { chunk throws(DataFileError) in
      let action = "copying to a temporary file in \(displayed(directory.string))"
      try mappingErrno(to: { .failed(action, path, $0) }) { _ = try file.writeAll(chunk) }
      if chunk.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
        rowStart = offset
      }
      return offset - rowStart <= CSVBlockReader.Limits().rowSize + chunk.count
    }
    return offset
  }

  /// Calls `body` with the bytes that have not been read, a part at a time, until it returns
  /// `false`.
  fileprivate func forEachChunk(
    _ body: (UnsafeRawBufferPointer) throws(DataFileError) -> Bool
  ) throws(DataFileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      let goesOn = try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if !goesOn || count < buffer.count { return }
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
    if case let growth = bytes.byteCountToGrow(by: chunk.count), growth > 0 {
      try requireMemory(growth + bytes.storageByteCount, for: path)
    }
    bytes.append(contentsOf: chunk)
    return true
  }
  return bytes
}
