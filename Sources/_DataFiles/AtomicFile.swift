// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that is written whole or not at all.
///
/// The bytes go to a new file beside the target, with an unpredictable name. `commit()` syncs it to the disk, renames it over the
/// target and syncs the directory. Until then, and after any failure, the target is as it was; a value that is dropped without
/// `commit()` removes its temporary file.
///
/// - A file that is replaced keeps its permissions, and its owner where the system lets it. A symbolic link stays: the file it
///   points to is replaced. A file that the user may not write is not replaced.
/// - A target that is no regular file (a device such as `/dev/null`, a FIFO), and `/dev/stdout`, `/dev/stderr` and `/dev/fd/N`, are
///   written to directly; there is nothing to rename.
public final class AtomicFile {
  /// The target, as the caller named it.
  public let path: String

  private var descriptor: Int32
  /// The file being written and the one it will replace; `nil` when the bytes go straight to the target.
  private let names: (temporary: String, target: String)?
  private var isOpen = true
  /// Bytes that have not been handed to the system yet: small writes are gathered.
  private var buffer: [UInt8] = []
  private static let bufferLimit = 256 << 10

  /// Begins to write the file at `path`.
  ///
  /// - Throws: A `DataFileError` of category `cannotCreate` if there is no such directory, no permission, or a directory is there.
  public init(path: String) throws(DataFileError) {
    self.path = path
    switch try OutputDestination(path: path) {
    case .stream(let descriptor):
      self.descriptor = descriptor
      names = nil
    case .replacement(let target, let old):
      let (descriptor, temporary) = try Self.createTemporaryFile(
        beside: target, for: path, mode: old == nil ? 0o666 : 0o600)
      if let old {
        // The owner first: changing it clears mode bits. Only root can give a file away; the mode counts either way.
        _ = fchown(descriptor, old.st_uid, old.st_gid)
        _ = fchmod(descriptor, old.st_mode & 0o777)
      }
      self.descriptor = descriptor
      names = (temporary, target)
    }
    buffer.reserveCapacity(Self.bufferLimit)
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: A `DataFileError` of category `inputOutput`; the file is then given up and its temporary file removed.
  public func write(_ bytes: RawSpan) throws(DataFileError) {
    try bytes.withUnsafeBytes { bytes throws(DataFileError) in try write(bytes) }
  }

  /// Appends text, as UTF-8.
  ///
  /// - Throws: A `DataFileError` of category `inputOutput`; the file is then given up and its temporary file removed.
  public func write(_ text: String) throws(DataFileError) {
    var text = text
    var failure: DataFileError?
    text.withUTF8 { utf8 in
      do throws(DataFileError) { try write(UnsafeRawBufferPointer(utf8)) } catch { failure = error }
    }
    if let failure { throw failure }
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

  /// Hands everything written so far to the system, and that of a file to the disk.
  ///
  /// This is the part of `commit()` that fails when a disk is full. Files that belong together are all synchronized before the first
  /// one is committed, so that a failure leaves all of them as they were.
  ///
  /// - Throws: A `DataFileError` of category `inputOutput`.
  public func synchronize() throws(DataFileError) {
    precondition(isOpen, "the file has been committed or discarded")
    try flush()
    guard names == nil || retryingOnInterrupt({ fsync(self.descriptor) }) != nil else {
      throw failed("writing")
    }
  }

  /// Puts the file in its place.
  ///
  /// - Throws: A `DataFileError` of category `inputOutput`; the target is then as it was.
  public func commit() throws(DataFileError) {
    try synchronize()
    isOpen = false
    guard let names else {
      guard close(descriptor) == 0 else { throw failed("closing") }
      return
    }
    let closed = close(descriptor)
    let isRenamed = TemporaryFiles.live.withLock { paths in
      guard closed == 0, paths.contains(names.temporary), rename(names.temporary, names.target) == 0
      else {
        return false
      }
      paths.remove(names.temporary)
      return true
    }
    guard isRenamed else {
      let error = failed("writing")
      removeTemporaryFile()
      throw error
    }
    syncDirectory(of: names.target)
  }

  /// Gives the file up; the target stays as it was. Does nothing after `commit()`.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    close(descriptor)
    removeTemporaryFile()
  }

  /// Writes a whole file, or leaves the old one as it is.
  public static func write(_ text: String, to path: String) throws(DataFileError) {
    let file = try AtomicFile(path: path)
    try file.write(text)
    try file.commit()
  }

  /// Writes a whole file, or leaves the old one as it is.
  public static func write(_ bytes: RawSpan, to path: String) throws(DataFileError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Removes the temporary files of all values that are not committed; their targets stay as they were.
  ///
  /// For a program that is asked to stop (SIGINT, SIGTERM): `body` runs, usually to end the process, while no new temporary
  /// file can be created and none can be committed. It takes a lock, so call it from a dispatch signal source or a thread in
  /// `sigwait`, not from a signal handler, which may have interrupted the owner of the lock.
  ///
  /// ```swift
  /// AtomicFile.removeAllTemporaryFiles { exit(130) }
  /// ```
  public static func removeAllTemporaryFiles(then body: () -> Void = {}) {
    TemporaryFiles.live.removeAll(then: body)
  }

  // MARK: The system calls

  private func flush() throws(DataFileError) {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBufferPointer { bytes throws(DataFileError) in
      try send(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(DataFileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Darwin refuses to write more than INT_MAX bytes in one call.
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      guard let count = retryingOnInterrupt({ systemWrite(self.descriptor, part) }) else {
        let error = failed("writing")
        discard()
        throw error
      }
      rest = rest.dropFirst(count)
    }
  }

  private func failed(_ action: String) -> DataFileError {
    DataFileError(.inputOutput, path: path, reason: "\(action) failed: \(SystemError.last.reason)")
  }

  private func removeTemporaryFile() {
    guard let names else { return }
    TemporaryFiles.live.withLock { paths in
      if paths.remove(names.temporary) != nil { unlink(names.temporary) }
    }
  }

  /// Creates a new file in the directory of `target`; O_EXCL makes sure that nobody has put one, or a link, in its place.
  private static func createTemporaryFile(
    beside target: String, for path: String, mode: mode_t
  ) throws(DataFileError) -> (descriptor: Int32, path: String) {
    let nameStart = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
    // A file name has at most 255 bytes on the usual file systems.
    let name = String(decoding: target[nameStart...].utf8.prefix(200), as: UTF8.self)
    for _ in 0..<100 {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let temporary = "\(target[..<nameStart]).\(name).\(suffix).tmp"
      let descriptor = TemporaryFiles.live.withLock { paths in
        let descriptor = retryingOnInterrupt {
          open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        }
        if descriptor != nil { paths.insert(temporary) }
        return descriptor
      }
      if let descriptor { return (descriptor, temporary) }
      guard SystemError.last.code == EEXIST else { break }
    }
    throw OutputDestination.cannotCreate(path, SystemError.last)
  }

  /// Makes the renaming last through a power cut. Some file systems cannot sync a directory; the file is in place anyway.
  private func syncDirectory(of target: String) {
    let parent = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
    guard let directory = retryingOnInterrupt({ open(parent, O_RDONLY | O_CLOEXEC) }) else {
      return
    }
    _ = fsync(directory)
    close(directory)
  }
}

/// `write`, under a name that the methods of `AtomicFile` do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
