// SPDX-License-Identifier: Apache-2.0
import SystemPackage

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The calls of the C library that swift-system does not have.
enum SystemCalls {
  /// The directory for temporary files. Its path may have any bytes.
  static var temporaryDirectory: FilePath {
    guard let path = getenv("TMPDIR"), path.pointee != 0 else { return "/tmp" }
    return FilePath(platformString: path)
  }

  #if os(Linux)
    /// The memory limit of the container's control group in bytes. It is read once.
    private static let memoryLimit: Int = {
      let limits = ["memory.max", "memory/memory.limit_in_bytes"].lazy.compactMap { name in
        (try? contents(ofFile: "/sys/fs/cgroup/\(name)", limit: 64)).flatMap {
          Int(String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        }
      }
      return limits.first ?? .max
    }()
  #else
    private static var memoryLimit: Int { .max }
  #endif

  /// Runs `body` while all signals are blocked on the calling thread.
  static func withoutSignals<Result, Failure>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var (all, saved) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &saved)
    defer { pthread_sigmask(SIG_SETMASK, &saved, nil) }
    return try body()
  }

  static func rename(_ path: String, to target: String) throws(Errno) {
    _ = try value { renameat(AT_FDCWD, path, AT_FDCWD, target) }
  }

  static func remove(_ path: String) throws(Errno) { _ = try value { unlink(path) } }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func checkIsWritable(_ path: String) throws(Errno) {
    _ = try value { access(path, W_OK) }
  }

  /// The path without symbolic links.
  static func resolve(_ path: String) throws(Errno) -> String {
    guard let resolved = realpath(path, nil) else { throw Errno(rawValue: errno) }
    defer { free(resolved) }
    guard let text = String(validatingCString: resolved) else { throw .illegalByteSequence }
    return text
  }

  /// The directory of a path, with its slash, and the name in it. A slash and an accent after it
  /// are one `Character`, but the slash is a byte of its own.
  static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("./", path) }
    let start = path.utf8.index(after: slash)
    return (
      String(decoding: path.utf8[..<start], as: UTF8.self),
      String(decoding: path.utf8[start...], as: UTF8.self)
    )
  }

  /// The names in a directory that start with these bytes and are UTF-8, or none if it cannot be
  /// read.
  static func fileNames(in directory: String, prefix: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
          strncmp($0, prefix, prefix.utf8.count) == 0 ? String(validatingCString: $0) : nil
        }
      }
      if let name { names.append(name) }
    }
    return names
  }

  static func contains(_ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.baseAddress.map { memchr($0, Int32(byte), bytes.count) != nil } ?? false
  }

  @inline(__always)
  static func areEqual(
    _ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard first.count == second.count else { return false }
    guard let a = first.baseAddress, let b = second.baseAddress else { return true }
    return memcmp(a, b, first.count) == 0
  }

  /// Whether the system can provide this much memory now. The memory is mapped and released unused.
  static func canAllocate(_ byteCount: Int) -> Bool {
    // Memory above the limit can be mapped, but the process is killed when it uses the memory.
    guard byteCount <= memoryLimit else { return false }
    // The compiler may remove a pair of `malloc` and `free`.
    let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let memory, memory != MAP_FAILED else { return false }
    munmap(memory, byteCount)
    return true
  }

  /// The value of a call, which is repeated if a signal interrupts it. Throws if it is negative.
  fileprivate static func value<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
    while true {
      let value = call()
      if value >= 0 { return value }
      let error = Errno(rawValue: errno)
      if error != .interrupted { throw error }
    }
  }
}

extension FileDescriptor {
  /// The open descriptor that a path names. Opening the path again would ignore that the shell has
  /// opened the file for appending, and wait for another writer of a FIFO.
  static func inherited(_ path: String) -> FileDescriptor? {
    switch path {
    case "/dev/stdin": .standardInput
    case "/dev/stdout": .standardOutput
    case "/dev/stderr": .standardError
    case _ where path.hasPrefix("/dev/fd/"):
      Int32(path.dropFirst("/dev/fd/".count)).map { FileDescriptor(rawValue: $0) }
    default: nil
    }
  }

  /// Creates a file without a name, which disappears with its last descriptor.
  static func spool(in directory: FilePath) throws(Errno) -> FileDescriptor {
    if let file = try? unnamed(in: directory, .ownerReadWrite) { return file }
    // A signal would leave the file while it has a name.
    return try SystemCalls.withoutSignals { () throws(Errno) in
      var template = directory.appending("XXXXXXXX").withPlatformString {
        Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
      }
      let file = FileDescriptor(rawValue: try SystemCalls.value { mkstemp(&template) })
      unlink(template)
      _ = fcntl(file.rawValue, F_SETFD, FD_CLOEXEC)
      return file
    }
  }

  /// Creates a file without a name, which `link(to:)` can give it.
  static func unnamed(
    in directory: FilePath, _ permissions: FilePermissions
  ) throws -> FileDescriptor {
    #if os(Linux)
      // O_TMPFILE, which C defines with a cast.
      let file = try open(
        directory, .readWrite,
        options: [.closeOnExec, .init(rawValue: O_DIRECTORY | 0o20_000_000)],
        permissions: permissions)
      // The name comes from /proc, which a container may lack.
      if SystemCalls.exists(file.link) { return file }
      try? file.close()
    #endif
    throw Errno.notSupported
  }

  private var link: String { "/proc/self/fd/\(rawValue)" }

  /// Gives a name to a file without one.
  func link(to path: String) throws(Errno) {
    _ = try SystemCalls.value { linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) }
  }

  /// Locks the file until its descriptor is closed. Returns `false` if another process holds the
  /// lock, or the file system has no locks.
  func lock(waits: Bool) -> Bool {
    (try? SystemCalls.value { flock(rawValue, LOCK_EX | (waits ? 0 : LOCK_NB)) }) != nil
  }

  /// Closes the descriptor. An interruption by a signal is not a failure: the descriptor is closed.
  func finish() throws { try Self.ignoringInterruption { try close() } }

  static func ignoringInterruption(_ close: () throws -> Void) throws {
    do { try close() } catch Errno.interrupted {}
  }

  /// Writes the file's data to the disk.
  func synchronize() throws(Errno) { _ = try SystemCalls.value { fsync(self.rawValue) } }

  /// Gives the file the permissions of another, and its owner if the system permits.
  func copyOwnerAndPermissions(of file: Stat) {
    // Changing the owner clears mode bits, so it comes first.
    _ = fchown(rawValue, file.userID.rawValue, file.groupID.rawValue)
    _ = fchmod(rawValue, file.permissions.rawValue & 0o777)
  }
}

extension Stat {
  /// Whether this is the same file with the same size and modification time.
  func hasSameContent(as other: Stat) -> Bool {
    size == other.size && inode == other.inode && deviceID == other.deviceID
      && st_mtim.tv_sec == other.st_mtim.tv_sec && st_mtim.tv_nsec == other.st_mtim.tv_nsec
  }
}

extension Errno {
  /// The system's description, for use inside a sentence: `no such file or directory`.
  var reason: String { description.prefix(1).lowercased() + description.dropFirst() }
}
