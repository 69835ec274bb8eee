import DataFiles
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
    for number in signals {
      // A signal that the parent has ignored (nohup) stays ignored.
      if isIgnored(signal(number, SIG_IGN)) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        AtomicFile.removeAllTemporaryFiles {
          ProgressBar.erase()
          // Ends by the signal itself, so that a shell sees 128 + n.
          signal(number, SIG_DFL)
          raise(number)
        }
      }
      source.resume()
      sources.append(source)
    }
  }

  /// C compares the handlers' addresses, which Swift's function types do not.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
