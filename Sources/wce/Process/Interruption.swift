// SPDX-License-Identifier: Apache-2.0
import _Termination

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
  /// Makes the signals clean up first. Call this once, before any file is opened.
  static func cleanUpOnSignals() { wce_clean_up_on_signals(StandardError.isTerminal) }

  /// Ends the process as `SIGPIPE` does by default.
  static func endByBrokenPipe() { wce_end_by_signal(SIGPIPE) }
}
