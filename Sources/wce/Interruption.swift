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

/// Stopping by a signal: files being written are removed, what they would have replaced stays.
enum Interruption {
  /// The signals that ask a program to stop.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Sources live as long as the process.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Makes the stopping signals clean up first. To be called once, before any file is opened.
  static func cleanUpOnSignals() {
    // A reader of our output that goes away gives an error on writing, not a signal that would skip the clean-up.
    signal(SIGPIPE, SIG_IGN)
    let registrations = DispatchGroup()
    for number in signals {
      // A signal that the parent has ignored (nohup) stays ignored.
      if isIgnored(signal(number, SIG_IGN)) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        AtomicFile.removeAllTemporaryFiles {
          ProgressBar.erase()
          endProcess(by: number)
        }
      }
      // Until a source is registered, which resuming only begins, a signal would be lost.
      registrations.enter()
      source.setRegistrationHandler { registrations.leave() }
      source.resume()
      sources.append(source)
    }
    registrations.wait()
  }

  /// Ends by the signal itself, so that a shell sees 128 + n.
  static func endProcess(by number: Int32) {
    signal(number, SIG_DFL)
    // The threads of a dispatch queue block every signal.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    sigaddset(&unblocked, number)
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    raise(number)
  }

  /// C compares the handlers' addresses, which Swift's function types do not.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
