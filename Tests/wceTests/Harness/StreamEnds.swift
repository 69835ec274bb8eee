// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Both ends of a program's standard streams.
struct StreamEnds {
  /// The ends that the test reads: standard output and standard error, or the terminal.
  private(set) var outputs: [Int32] = []
  /// The end that the test writes to: standard input, or the terminal.
  private(set) var keyboard: Int32 = -1
  private var programEnds: [Int32] = []
  private var terminalPath: String?

  init(_ streams: RunningTool.Streams) throws {
    switch streams {
    case .pipes:
      let input = try Self.newPipe()
      let (output, errors) = (try Self.newPipe(), try Self.newPipe())
      keyboard = input.writing
      outputs = [output.reading, errors.reading]
      programEnds = [input.reading, output.writing, errors.writing]
    case .terminal:
      var (test, program): (Int32, Int32) = (0, 0)
      var name = [CChar](repeating: 0, count: 1024)
      guard openpty(&test, &program, &name, nil, nil) == 0 else { throw POSIXError(.ENXIO) }
      for descriptor in [test, program] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      terminalPath = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      outputs = [test]
      keyboard = dup(test)
      programEnds = [program]
    }
  }

  func closeProgramEnds() { for descriptor in programEnds { close(descriptor) } }

  /// Starts the program on its ends of the streams.
  func spawn(
    _ path: String, _ arguments: [String], directory: String, environment: [String: String]
  ) throws -> pid_t {
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
    for stream in 0..<Int32(3) {
      if let terminalPath {
        // The first terminal that a session leader opens becomes its controlling terminal.
        posix_spawn_file_actions_addopen(&actions, stream, terminalPath, O_RDWR, 0)
      } else {
        posix_spawn_file_actions_adddup2(&actions, programEnds[Int(stream)], stream)
      }
    }
    // The test runner blocks or ignores some signals; the program starts as from a shell.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Self.newSession
    posix_spawnattr_setflags(&attributes, Int16(flags))

    // Not every C library has the call that sets the directory.
    let command = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, path]
    let argumentPointers = (command + arguments).map { strdup($0) } + [nil]
    let variablePointers = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
    var identifier: pid_t = 0
    let error = posix_spawn(
      &identifier, command[0], &actions, &attributes, argumentPointers, variablePointers)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .ENOEXEC) }
    return identifier
  }

  /// The value of POSIX_SPAWN_SETSID, which the headers may hide.
  #if canImport(Darwin)
    private static let newSession: Int32 = 0x400
  #else
    private static let newSession: Int32 = 0x80
  #endif

  private static func newPipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
