// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@testable import wce

/// Parses and validates a command line, an argument a line.
func fuzzOptions(_ input: Input) {
  let text = String(decoding: input.bytes, as: UTF8.self)
  let arguments = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  do { _ = try WCE.parseAsRoot(arguments) } catch {
    if let error = ToolError(reporting: error) {
      checkPlain(error.message)
      return
    }
    let code = WCE.exitCode(for: error)
    check(code == .success || code == .validationFailure, "the exit status \(code)")
    guard code != .success else { return }
    let message = StandardError.usage(WCE.fullMessage(for: error), arguments)
    check(message.hasSuffix("\n"), "no line: \(message.debugDescription)")
    for line in message.split(separator: "\n") { checkPlain(String(line)) }
  }
}
