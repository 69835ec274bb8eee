// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The built program, run as by a shell.
///
/// ```swift
/// let outcome = try Tool().run("loss", "x.npy", "z.npy")
/// #expect(outcome == Outcome(output: "…", errors: "", status: 0))
/// ```
struct Tool {
  /// The working directory of the program.
  var directory = FileManager.default.currentDirectoryPath
  /// Environment variables, in addition to those of the tests.
  var environment: [String: String] = [:]
  /// A program that runs longer is killed and fails the test.
  var timeLimit: Duration = .seconds(120)

  /// The program: that of WCE_TESTED_TOOL, or the one next to the program that runs the tests. The
  /// argument parser of a debug build checks its declarations in every run, which takes most of the
  /// time of these tests; continuous integration tests the release build.
  static let path = tested ?? products.appending(path: "wce").path

  /// Whether the program is optimised, so that a test may run it ten times as often.
  static let isOptimized = tested != nil

  private static let tested = ProcessInfo.processInfo.environment["WCE_TESTED_TOOL"].map {
    URL(filePath: $0).path
  }

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
  /// - Parameter input: The standard input, through a pipe.
  func run(_ arguments: String..., input: some Sequence<UInt8> = []) throws -> Outcome {
    try run(arguments, input: input)
  }

  /// Runs the program to its end.
  func run(_ arguments: [String], input: some Sequence<UInt8> = []) throws -> Outcome {
    try start(arguments, input: Array(input)).wait()
  }

  /// Runs a shell command, in which `wce` is the program.
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

  /// Starts the program on its own terminal: standard input, output and error.
  func startOnTerminal(_ arguments: [String]) throws -> RunningTool {
    try RunningTool(path: Self.path, arguments: arguments, self, streams: .terminal)
  }

  /// The environment of the program, without the `WCE_` variables of the tests' user.
  var variables: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WCE_") }
      .merging(["WCE": Self.path]) { $1 }.merging(environment) { $1 }
  }
}

/// The output of a program and its exit status.
struct Outcome: Equatable {
  /// Standard output.
  var output = ""
  /// Standard error; empty on a terminal, where `output` has both.
  var errors = ""
  /// The exit status, or 128 + n after signal n, as in a shell.
  var status: Int32 = 0

  /// A failure of `wce` with a message of one line and no other output.
  static func failure(_ status: Int32, _ line: String) -> Outcome {
    Outcome(errors: "wce: \(line)\n", status: status)
  }
}
