// SPDX-License-Identifier: Apache-2.0
import SystemPackage

extension ByteSource {
  /// Opens a file. If it must be read twice, a stream is copied first; see `spooledIfStream()`.
  static func opened(path: String, isRereadable: Bool) throws(DataFileError) -> ByteSource {
    let source = try ByteSource(path: path)
    return isRereadable ? try source.spooledIfStream() : source
  }

  /// This source, or for a stream a copy of it in an unnamed temporary file.
  ///
  /// - Parameter rowLimit: The longest row of a table, in bytes; see `copy(to:in:rowLimit:)`.
  func spooledIfStream(
    rowLimit: Int = CSVBlockReader.Limits().rowSize
  ) throws(DataFileError) -> ByteSource {
    guard size == nil else { return self }
    let directory = SystemCalls.temporaryDirectory
    let file = try mappingErrno(
      to: {
        DataFileError(
          .cannotCreate, path: directory.string,
          reason: "cannot create a temporary file for \(displayed(path)): \($0.reason)")
      }) { try FileDescriptor.spool(in: directory) }
    do throws(DataFileError) {
      let size = try copy(to: file, in: directory, rowLimit: rowLimit)
      return ByteSource(path: path, file: file, size: size)
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Copies a stream up to its end, or of a table up to a row that is too long, which the reader of
  /// the copy reports: an endless device would fill the disk. An array has no rows.
  private func copy(
    to file: FileDescriptor, in directory: FilePath, rowLimit: Int
  ) throws(DataFileError) -> Int {
    var isArray = false
    var rowStart = 0
    try forEachChunk { chunk throws(DataFileError) in
      let action = "copying to a temporary file in \(displayed(directory.string))"
      try mappingErrno(to: { .failed(action, path, $0) }) { _ = try file.writeAll(chunk) }
      if offset == chunk.count { isArray = chunk.starts(with: NPYHeader.magic) }
      guard !isArray else { return true }
      if chunk.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
        rowStart = offset
      }
      return offset - rowStart <= rowLimit + chunk.count
    }
    return offset
  }

  /// Calls `body` with the bytes that have not been read, a part at a time, until it returns
  /// `false`.
  private func forEachChunk(
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

  /// All bytes that have not been read. More than `limit` are an error.
  func contents(limit: Int) throws(DataFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachChunk { chunk throws(DataFileError) in
      guard bytes.count + chunk.count <= limit else {
        throw DataFileError(.badData, path: path, reason: "the file is larger than \(limit) bytes")
      }
      if case let growth = bytes.byteCountToGrow(by: chunk.count), growth > 0 {
        try requireMemory(growth + bytes.storageByteCount, for: path)
      }
      bytes.append(contentsOf: chunk)
      return true
    }
    try checkUnchanged()
    return bytes
  }
}

/// At most so many bytes from the start of a file.
package func bytes(ofFile path: String, prefix count: Int) throws(DataFileError) -> [UInt8] {
  let source = try ByteSource(path: path)
  var bytes = [UInt8](repeating: 0, count: count)
  let read = try bytes.withUnsafeMutableBufferPointer { buffer throws(DataFileError) in
    try source.read(into: UnsafeMutableRawBufferPointer(buffer))
  }
  return Array(bytes[..<read])
}

/// The bytes of a whole file or stream that is not a data file, with the same errors.
///
/// - Parameter limit: The largest size in bytes; more is an error.
package func contents(ofFile path: String, limit: Int = 64 << 20) throws(DataFileError) -> [UInt8] {
  try ByteSource(path: path).contents(limit: limit)
}
