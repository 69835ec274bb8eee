// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The built program, run as a shell would run it.
///
/// ```swift
/// let outcome = try Tool().run("loss", "x.npy", "z.npy")
/// #expect(outcome == Outcome(output: "…", errors: "", status: 0))
/// ```
struct Tool {
  /// Where the program finds relative paths.
  var directory = FileManager.default.currentDirectoryPath
  /// Variables besides those of the tests.
  var environment: [String: String] = [:]
  /// A program that runs longer is killed, and the test fails.
  var timeLimit: Duration = .seconds(120)

  /// The program lies beside the one that runs the tests.
  static let path = products.appending(path: "wce").path

  private static var products: URL {
    #if canImport(Darwin)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      return bundle.unsafelyUnwrapped.bundleURL.deletingLastPathComponent()
    #else
      return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
  }

  /// Runs the program to its end.
  ///
  /// - Parameter input: what it reads from standard input, through a pipe.
  func run(_ arguments: String..., input: some Sequence<UInt8> = []) throws -> Outcome {
    try run(arguments, input: input)
  }

  /// Runs the program to its end.
  func run(_ arguments: [String], input: some Sequence<UInt8> = []) throws -> Outcome {
    try start(arguments, input: Array(input)).wait()
  }

  /// Runs the program behind others: `text` is a command of the shell in which `wce` is the program.
  func shell(_ text: String) throws -> Outcome {
    try RunningTool(
      path: "/bin/sh", arguments: ["-c", "wce() { \"$WCE\" \"$@\"; }\n" + text], self,
      streams: .pipes([])
    ).wait()
  }

  /// Starts the program.
  func start(_ arguments: [String], input: [UInt8] = []) throws -> RunningTool {
    try RunningTool(path: Self.path, arguments: arguments, self, streams: .pipes(input))
  }

  /// Starts the program on a terminal of its own, which is standard input, output and error to it.
  func startOnTerminal(_ arguments: [String]) throws -> RunningTool {
    try RunningTool(path: Self.path, arguments: arguments, self, streams: .terminal)
  }

  /// The variables that the program sees. What the tests' own user has set for `wce` does not count.
  var variables: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WCE_") }
      .merging(["WCE": Self.path]) { $1 }.merging(environment) { $1 }
  }
}

/// What a program printed and how it ended.
struct Outcome: Equatable {
  /// Standard output.
  var output = ""
  /// Standard error; nothing on a terminal, where both are `output`.
  var errors = ""
  /// The exit status, or 128 + n after signal n, as a shell says it.
  var status: Int32 = 0

  /// A failure of `wce`, with one line of explanation and nothing else.
  static func failure(_ status: Int32, _ line: String) -> Outcome {
    Outcome(errors: "wce: \(line)\n", status: status)
  }
}
