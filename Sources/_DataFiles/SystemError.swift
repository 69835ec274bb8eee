// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An `errno` value taken right after the call that failed.
struct SystemError: Equatable {
  let code: Int32

  /// The error of the system call that has just failed.
  static var last: SystemError { SystemError(code: errno) }

  /// The system's words in lower case at the start, as they stand inside a sentence: `no such file or directory`.
  var reason: String {
    guard let text = strerror(code) else { return "system error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}

/// Runs a system call again for as long as a signal interrupts it. `nil` stands for a failure; ask `SystemError.last`.
func retryingOnInterrupt<Result: SignedInteger>(_ call: () -> Result) -> Result? {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { return nil }
  }
}
