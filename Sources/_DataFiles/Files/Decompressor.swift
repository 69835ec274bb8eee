// SPDX-License-Identifier: Apache-2.0
import SystemPackage

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A compressed file, read through a pipe from the installed program for its format.
///
/// A program and not a library: the tool needs no other library on the machine where it runs, and a
/// malicious archive can only attack another process. The program gets the open file as its
/// standard input, so no name of a file is an argument of it, and no environment.
final class Decompressor {
  /// The end of the pipe that has the decompressed bytes.
  let output: FileDescriptor
  private let program: String
  private let path: String
  /// The process; nil after it has ended.
  private var process: pid_t?

  private static let formats: [(start: [UInt8], program: String)] = [
    ([0x1F, 0x8B, 8], "gzip"), (Array("BZh".utf8), "bzip2"), ([0xFD] + Array("7zXZ".utf8), "xz"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
  ]

  /// The program for a regular file, if its first bytes are those of a compressed one.
  static func program(for file: FileDescriptor) -> String? {
    var start = [UInt8](repeating: 0, count: 10)
    let count = start.withUnsafeMutableBytes {
      (try? file.read(fromAbsoluteOffset: 0, into: $0)) ?? 0
    }
    // A table may begin with the letters of bzip2, but not with the number that follows.
    let isText = start.starts(with: Array("BZh".utf8)) && !start[4...].elementsEqual(blockStart)
    guard count == start.count, !isText else { return nil }
    return formats.first { start.starts(with: $0.start) }?.program
  }

  /// The first bytes of the first block of bzip2.
  private static let blockStart: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]

  /// Starts the program on an open file.
  init(_ program: String, _ file: FileDescriptor, path: String) throws(DataFileError) {
    (self.program, self.path) = (program, path)
    let ends = try mappingErrno(to: { .failed("reading", path, $0) }) {
      try file.seek(offset: 0, from: .start)
      return try FileDescriptor.pipe()
    }
    output = ends.readEnd
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    defer { try? ends.writeEnd.close() }
    let (result, process) = Self.spawn(program, file.rawValue, ends.writeEnd.rawValue)
    guard result == 0 else {
      try? output.close()
      let reason =
        result == ENOENT ? "is not installed" : "cannot run: \(Errno(rawValue: result).reason)"
      throw DataFileError(
        .badData, path: path,
        reason: "the file is compressed, and the program \(program) \(reason); decompress it first")
    }
    self.process = process
  }

  deinit {
    // A program that still writes is ended by the closed pipe.
    try? output.close()
    _ = wait()
  }

  /// Call this at the end of the output: a file that is damaged or cut off is an error.
  func finish() throws(DataFileError) {
    guard let status = wait(), status != 0 else { return }
    throw DataFileError(
      .badData, path: path,
      reason: "\(program) could not decompress the file: it is damaged or cut off")
  }

  /// Waits for the end of the process. Returns its status, nil if it had ended before.
  private func wait() -> Int32? {
    guard let process else { return nil }
    self.process = nil
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  private static func spawn(
    _ program: String, _ input: Int32, _ output: Int32
  ) -> (result: Int32, process: pid_t) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // The tool ignores SIGPIPE, and the program would inherit that.
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var process = pid_t()
    let arguments = [strdup(program), strdup("-dc"), nil]
    defer { for argument in arguments { free(argument) } }
    let result = posix_spawnp(&process, program, &actions, &attributes, arguments, [nil])
    return (result, process)
  }
}
