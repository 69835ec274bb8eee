// SPDX-License-Identifier: Apache-2.0
import SystemPackage

/// An output file that is written completely or not at all.
///
/// The bytes go to a new file in the directory of the target. `commit()` syncs it to the disk,
/// renames it to the target and syncs the directory. Until then, and after any failure, the target
/// is unchanged. If a value is destroyed without `commit()`, its new file is removed.
///
/// - On Linux, if the file system supports it (ext4, XFS, Btrfs and tmpfs do), the new file has no
///   name until `commit()`, so a process that is killed before leaves nothing. Elsewhere, and on
///   Linux for a moment within `commit()`, the new file is hidden, `.NAME.RANDOM.tmp`. Killed
///   processes leave such files; the next one that writes to the same target removes them. A lock
///   protects the files of running processes.
/// - The new file has the permissions of the one it replaces, and its owner if the system permits.
///   If the target is a symbolic link, the file that it points to is replaced. A read-only file is
///   not replaced.
/// - A target that is not a regular file (a device such as `/dev/null`, a FIFO), `/dev/stdout`,
///   `/dev/stderr` and `/dev/fd/N` are written to directly.
public final class AtomicFile {
  /// The target, as the caller named it.
  public let path: String

  private let file: FileDescriptor
  /// The paths of the temporary file and of the target; `nil` if bytes go to the target directly.
  private let names: (temporary: String, target: String)?
  private var isOpen = true
  /// Bytes that have not been given to the system.
  private var buffer: [UInt8] = []
  private static let bufferLimit = 256 << 10

  /// Starts to write the file at `path`.
  ///
  /// - Throws: A `DataFileError` with the code `cannotCreate`.
  public convenience init(path: String) throws(DataFileError) {
    try self.init(path: path, unnamed: true)
  }

  /// - Parameter unnamed: Whether the new file may lack a name.
  init(path: String, unnamed: Bool) throws(DataFileError) {
    self.path = path
    switch try OutputDestination(path: path) {
    case .stream(let file):
      self.file = file
      names = nil
    case .replacement(let target, let old):
      let (file, temporary) = try mappingErrno(to: { .cannotCreate(path, $0) }) {
        try TemporaryFiles.create(
          for: target, old == nil ? .init(rawValue: 0o666) : .ownerReadWrite, unnamed: unnamed)
      }
      if let old { file.copyOwnerAndPermissions(of: old) }
      self.file = file
      names = (temporary, target)
    }
    buffer.reserveCapacity(Self.bufferLimit)
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`, after the temporary file is removed.
  public func write(_ bytes: RawSpan) throws(DataFileError) {
    try bytes.withUnsafeBytes { bytes throws(DataFileError) in try write(bytes) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(DataFileError) {
    precondition(isOpen, "the file has been committed or discarded")
    if buffer.count + bytes.count > Self.bufferLimit { try flush() }
    if bytes.count < Self.bufferLimit {
      buffer.append(contentsOf: bytes)
    } else {
      try send(bytes)
    }
  }

  /// Appends text, as UTF-8.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`, after the temporary file is removed.
  public func write(_ text: String) throws(DataFileError) {
    try write(Array(text.utf8).span.bytes)
  }

  /// Writes all bytes to the disk. The target is still unchanged.
  ///
  /// This is the part of `commit()` that fails if the disk is full.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`.
  func synchronize() throws(DataFileError) {
    precondition(isOpen, "the file has been committed or discarded")
    try flush()
    if names != nil {
      try mappingErrno(to: { .failed("writing", path, $0) }) { try file.synchronize() }
    }
  }

  /// Synchronizes the file and puts it in place of the target.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`. The target is then unchanged.
  public func commit() throws(DataFileError) { try Self.commit([self]) }

  /// Commits several files: all are written to the disk first, and then renamed back to back.
  ///
  /// - Throws: A `DataFileError` with the code `inputOutput`.
  public static func commit(_ files: [AtomicFile]) throws(DataFileError) {
    defer { for file in files { file.discard() } }
    for file in files { try file.synchronize() }
    let named = files.compactMap { file in file.names.map { (file, $0) } }
    for file in files where file.names == nil {
      file.isOpen = false
      try mappingErrno(to: { .failed("closing", file.path, $0) }) { try file.file.finish() }
    }
    try TemporaryFiles.rename(named.map { ($0.file, $1.temporary, $1.target) })
    for directory in Set(named.map { SystemCalls.split($1.target).directory }) {
      syncDirectory(directory)
    }
  }

  /// Removes the new file. The target is unchanged. Does nothing after `commit()`.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    try? file.close()
    if let names { TemporaryFiles.remove(names.temporary) }
  }

  /// Writes a complete file, or leaves the target unchanged.
  public static func write(_ text: String, to path: String) throws(DataFileError) {
    try write(Array(text.utf8).span.bytes, to: path)
  }

  /// Writes a complete file, or leaves the target unchanged.
  public static func write(_ bytes: RawSpan, to path: String) throws(DataFileError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  private func flush() throws(DataFileError) {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBufferPointer { bytes throws(DataFileError) in
      try send(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(DataFileError) {
    do throws(DataFileError) {
      try mappingErrno(to: { .failed("writing", path, $0) }) {
        var rest = bytes[...]
        while !rest.isEmpty {
          // Darwin refuses to write more than INT_MAX bytes in one call.
          let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
          rest = rest.dropFirst(try file.write(part))
        }
      }
    } catch {
      discard()
      throw error
    }
  }

  /// Makes renaming durable. Some file systems cannot sync a directory; that is not an error.
  private static func syncDirectory(_ path: String) {
    guard let directory = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
      return
    }
    try? directory.synchronize()
    try? directory.close()
  }
}
