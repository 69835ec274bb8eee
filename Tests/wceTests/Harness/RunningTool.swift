// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

/// A running program.
///
/// It uses `posix_spawn` rather than Foundation's `Process`, for a terminal, unblocked signals and
/// the signal that ended the program.
final class RunningTool {
  enum Streams {
    /// Pipes, with these bytes on standard input.
    case pipes([UInt8])
    case terminal
  }

  private static let starting = Mutex(())
  private let identifier: pid_t
  private let timeLimit: Duration
  private let start = ContinuousClock.now
  private let collectors: [Collector]
  /// The other end of the program's terminal or of its standard input.
  private let keyboard: Int32
  private let isOnTerminal: Bool
  private var status: Int32?
  /// The largest resident memory that `notePeakMemory` has seen, in bytes; 0 without /proc.
  private(set) var peakMemory = 0

  init(path: String, arguments: [String], _ tool: Tool, streams: Streams) throws {
    timeLimit = tool.timeLimit
    // One at a time: a program started in between would keep the new pipes open.
    let (ends, identifier) = try Self.starting.withLock { _ in
      let ends = try StreamEnds(streams)
      defer { ends.closeProgramEnds() }
      return (
        ends,
        try ends.spawn(path, arguments, directory: tool.directory, environment: tool.variables)
      )
    }
    self.identifier = identifier
    keyboard = ends.keyboard
    collectors = ends.outputs.map { Collector($0) }
    guard case .pipes(let input) = streams else {
      isOnTerminal = true
      return
    }
    isOnTerminal = false
    let keyboard = keyboard
    // On a separate thread, since a pipe takes no more than the program reads.
    Thread.detachNewThread {
      // The program may close its input early.
      var brokenPipe = sigset_t()
      sigemptyset(&brokenPipe)
      sigaddset(&brokenPipe, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
      input.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = write(
            keyboard, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if count <= 0 { break }
          rest = rest.dropFirst(count)
        }
      }
      close(keyboard)
    }
  }

  deinit {
    if status == nil { end(by: SIGKILL) }
    if isOnTerminal { close(keyboard) }
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Types on the terminal.
  func type(_ text: String) {
    _ = Array(text.utf8).withUnsafeBytes { write(keyboard, $0.baseAddress, $0.count) }
  }

  /// The output so far.
  var printed: String { collectors[0].text }

  /// Waits for the program's end.
  ///
  /// - Parameter body: Called repeatedly until then.
  func wait(meanwhile body: () -> Void = {}) throws -> Outcome {
    try wait {
      body()
      return status != nil
    }
    let texts = collectors.map { $0.finish() }
    return Outcome(
      output: texts[0], errors: texts.count > 1 ? texts[1] : "", status: try #require(status))
  }

  /// Waits for a condition. The test fails if the program ends or its time limit is over before.
  func wait(until hasHappened: () throws -> Bool) throws {
    while try !hasHappened() {
      try #require(status == nil, "the program has ended")
      var result: Int32 = 0
      if waitpid(identifier, &result, WNOHANG) == identifier {
        // The lower seven bits are the signal, the next byte is the exit status.
        status = result & 0x7F == 0 ? result >> 8 & 0xFF : 128 + result & 0x7F
      } else if ContinuousClock.now - start > timeLimit {
        end(by: SIGKILL)
        throw TimeLimitExceeded(limit: timeLimit, printed: collectors.map(\.text).joined())
      } else {
        usleep(2000)
      }
    }
  }

  private func end(by signal: Int32) {
    kill(identifier, signal)
    var result: Int32 = 0
    waitpid(identifier, &result, 0)
    status = 128 + signal
  }

  func notePeakMemory() {
    guard let text = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8),
      let match = text.firstMatch(of: /VmHWM:\s+(\d+) kB/), let kibibytes = Int(match.1)
    else { return }
    peakMemory = max(peakMemory, kibibytes << 10)
  }
}

struct TimeLimitExceeded: Error {
  var limit: Duration
  var printed: String
}

/// Reads a descriptor to its end on a separate thread.
private final class Collector: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  private let isDone = DispatchSemaphore(value: 0)

  init(_ descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      // A terminal whose program has ended gives an error instead of an end of file.
      while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
        bytes.withLock { $0 += buffer[..<count] }
      }
      close(descriptor)
      isDone.signal()
    }
  }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

  func finish() -> String {
    isDone.wait()
    return text
  }
}
