// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Signals that stop the tool. Files being written are removed; the files they would have replaced
/// stay.
enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Kept alive as long as the process.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Makes the signals clean up first. Call this once, before any file is opened.
  static func cleanUpOnSignals() {
    // A closed pipe is then an error of `write` rather than a signal that skips the clean-up.
    signal(SIGPIPE, SIG_IGN)
    let registrations = DispatchGroup()
    for number in signals {
      // A signal that the parent ignores (nohup) stays ignored.
      if isIgnored(signal(number, SIG_IGN)) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        AtomicFile.removeAllTemporaryFiles {
          ProgressBar.erase()
          endProcess(by: number)
        }
      }
      // `resume` only starts the registration; until it is complete, a signal would be lost.
      registrations.enter()
      source.setRegistrationHandler { registrations.leave() }
      source.resume()
      sources.append(source)
    }
    registrations.wait()
  }

  /// Ends the process as `SIGPIPE` does by default.
  static func endByBrokenPipe() { endProcess(by: SIGPIPE) }

  /// Ends the process by the signal itself, so that a shell sees the status 128 + n.
  private static func endProcess(by number: Int32) {
    signal(number, SIG_DFL)
    // The threads of a dispatch queue block every signal.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    sigaddset(&unblocked, number)
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    raise(number)
  }

  /// Compares addresses, since function types of Swift cannot be compared.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
