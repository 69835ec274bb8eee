// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file opened for reading: a regular file, whose size is known and which can be read anywhere, a stream (a
/// pipe, a terminal, a device), which is read once from front to back, or bytes in memory in the place of a regular file.
final class InputFile {
  let path: String
  /// The size in bytes when the file was opened; `nil` for a stream.
  let size: Int?
  /// The place of the next sequential read.
  private(set) var offset = 0
  private let content: Content

  private enum Content {
    case descriptor(Int32)
    case memory([UInt8])
  }

  init(path: String) throws(DataFileError) {
    guard let descriptor = retryingOnInterrupt({ open(path, O_RDONLY | O_CLOEXEC) }) else {
      throw Self.cannotOpen(path, SystemError.last)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SystemError.last
      close(descriptor)
      throw Self.cannotOpen(path, error)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      close(descriptor)
      throw DataFileError(
        .missingInput, path: path, reason: "cannot be read: it is a directory, not a file")
    case S_IFREG:
      size = Int(status.st_size)
    default:
      size = nil
    }
    self.path = path
    content = .descriptor(descriptor)
  }

  /// Takes over a regular file that is open for reading.
  init(path: String, descriptor: Int32, size: Int) {
    self.path = path
    content = .descriptor(descriptor)
    self.size = size
  }

  /// Bytes in memory, which errors call `name`.
  init(_ bytes: [UInt8], name: String) {
    path = name
    content = .memory(bytes)
    size = bytes.count
  }

  deinit { if case .descriptor(let descriptor) = content { close(descriptor) } }

  private static func cannotOpen(_ path: String, _ error: SystemError) -> DataFileError {
    let reason =
      switch error.code {
      case ENOENT: "no such file"
      case ENOTDIR: "no such file: a part of the path is not a directory"
      case EACCES, EPERM:
        access(path, F_OK) == 0
          ? "the file exists but cannot be read: \(error.reason)"
          : "cannot be reached: \(error.reason) for a directory of the path"
      default: "cannot be opened: \(error.reason)"
      }
    return DataFileError(.missingInput, path: path, reason: reason)
  }

  /// Fills `buffer` from the current place and moves on. Fewer bytes than asked for mean the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
    let count: Int
    if size == nil {
      // A pipe hands out what it has; `read` is called until the buffer is full or the writer has closed it.
      count = try fill(buffer) { descriptor, target, _ in systemRead(descriptor, target) }
    } else {
      count = try read(into: buffer, at: offset)
    }
    offset += count
    return count
  }

  /// Fills `buffer` from a place of a regular file. Fewer bytes than asked for mean the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataFileError) -> Int
  {
    if case .memory(let bytes) = content {
      let part = bytes[min(offset, bytes.count)...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }
    return try fill(buffer) { descriptor, target, done in
      pread(descriptor, target.baseAddress, target.count, off_t(offset + done))
    }
  }

  /// Moves the place of the next sequential read of a regular file.
  func seek(to offset: Int) {
    precondition(size != nil, "a stream cannot be read twice")
    self.offset = offset
  }

  /// Maps the whole of a regular file that is not empty and not in memory already.
  func map() throws(DataFileError) -> MappedFile {
    guard case .descriptor(let descriptor) = content else {
      preconditionFailure("there is no file to map")
    }
    return try MappedFile(path: path, descriptor: descriptor, count: size ?? 0)
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer,
    with call: (_ descriptor: Int32, UnsafeMutableRawBufferPointer, Int) -> Int
  ) throws(DataFileError) -> Int {
    guard case .descriptor(let descriptor) = content else {
      preconditionFailure("there is no file to read")
    }
    var done = 0
    while done < buffer.count {
      // Darwin refuses to read more than INT_MAX bytes in one call.
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(1 << 30))
      guard let count = retryingOnInterrupt({ call(descriptor, rest, done) }) else {
        throw DataFileError(
          .inputOutput, path: path, reason: "reading failed: \(SystemError.last.reason)")
      }
      if count == 0 { break }
      done += count
    }
    return done
  }
}

/// `read`, under a name that the method of `InputFile` does not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
