// SPDX-License-Identifier: Apache-2.0
import SystemPackage

/// An input opened for reading: a regular file, a stream, or bytes in memory.
///
/// A regular file has a size and can be read at any offset; bytes in memory act like one. A stream
/// (a pipe, a terminal, a device, a compressed file) is read once from front to back.
final class ByteSource {
  /// The file, as the caller named it.
  let path: String
  /// The size in bytes at opening, or `nil` for a stream.
  let size: Int?
  /// The offset of the next sequential read.
  private(set) var offset = 0
  private let content: Content
  /// The status of a regular file at opening.
  private let status: Stat?

  private enum Content {
    case file(FileDescriptor)
    case compressed(Decompressor)
    case memory([UInt8])
  }

  init(path: String) throws(DataFileError) {
    let (file, status) = try mappingErrno(to: { Self.cannotOpen(path, $0) }) {
      let file =
        try FileDescriptor.inherited(path)?.duplicate()
        ?? .open(path, .readOnly, options: .closeOnExec)
      do { return (file, try file.stat()) } catch {
        try? file.close()
        throw error
      }
    }
    self.path = path
    if status.type == .regular, let program = Decompressor.program(for: file) {
      defer { try? file.close() }
      content = .compressed(try Decompressor(program, file, path: path))
      size = nil
      self.status = nil
      return
    }
    content = .file(file)
    size = status.type == .regular ? Int(status.size) : nil
    self.status = status.type == .regular ? status : nil
    if status.type == .directory {
      throw DataFileError(
        .missingInput, path: path, reason: "cannot be read: it is a directory, not a file")
    }
  }

  /// Takes over a regular file without a name, so no other process can change it.
  init(path: String, file: FileDescriptor, size: Int) {
    self.path = path
    self.size = size
    content = .file(file)
    status = nil
  }

  /// Reads bytes in memory, which errors call `name`.
  init(_ bytes: [UInt8], name: String) {
    path = name
    size = bytes.count
    content = .memory(bytes)
    status = nil
  }

  deinit { if case .file(let file) = content { try? file.close() } }

  /// Throws an error if a regular file has changed since it was opened: its size, its modification
  /// time or its identity.
  func checkUnchanged() throws(DataFileError) {
    guard case .file(let file) = content, let status else { return }
    let now = try mappingErrno(to: { .failed("reading", path, $0) }) { try file.stat() }
    guard now.hasSameContent(as: status) else { throw changed }
  }

  /// The error for a file that another process has changed.
  var changed: DataFileError {
    DataFileError(.inputOutput, path: path, reason: "the file changed while it was read")
  }

  /// An error in the content of the file, or the error that the file has changed if it has.
  func explained(_ error: DataFileError) -> DataFileError {
    do throws(DataFileError) { try checkUnchanged() } catch let change { return change }
    return error
  }

  /// Reads the next bytes into `buffer`. Fewer than its size mean the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
    let count =
      if size == nil {
        // A pipe returns what it has: read until the buffer is full or the writer closes.
        try fill(buffer) { file, rest, _ in try file.read(into: rest) }
      } else {
        try read(into: buffer, at: offset)
      }
    offset += count
    if count < buffer.count, case .compressed(let file) = content { try file.finish() }
    return count
  }

  /// Reads the bytes at `offset` of a regular file. Fewer than asked for mean the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataFileError) -> Int
  {
    if case .memory(let bytes) = content {
      let part = bytes[min(offset, bytes.count)...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }
    return try fill(buffer) { file, rest, done in
      try file.read(fromAbsoluteOffset: Int64(offset + done), into: rest)
    }
  }

  /// Sets the offset of the next sequential read of a regular file.
  func seek(to offset: Int) {
    precondition(size != nil, "a stream cannot be read twice")
    self.offset = offset
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer,
    with read: (FileDescriptor, UnsafeMutableRawBufferPointer, _ done: Int) throws -> Int
  ) throws(DataFileError) -> Int {
    let file: FileDescriptor
    switch content {
    case .file(let descriptor): file = descriptor
    case .compressed(let decompressor): file = decompressor.output
    case .memory: preconditionFailure("the bytes are in memory")
    }
    return try mappingErrno(to: { .failed("reading", path, $0) }) {
      var done = 0
      while done < buffer.count {
        // Darwin refuses to read more than INT_MAX bytes in one call.
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(1 << 30))
        let count = try read(file, rest, done)
        if count == 0 { break }
        done += count
      }
      return done
    }
  }

  private static func cannotOpen(_ path: String, _ error: Errno) -> DataFileError {
    let reason =
      switch error {
      case .noSuchFileOrDirectory: "no such file"
      case .notDirectory: "no such file: a part of the path is not a directory"
      case .permissionDenied, .notPermitted:
        SystemCalls.exists(path)
          ? "the file exists but cannot be read: \(error.reason)"
          : "cannot be reached: \(error.reason) for a directory of the path"
      default: "cannot be opened: \(error.reason)"
      }
    return DataFileError(.missingInput, path: path, reason: reason)
  }
}
