// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Runs every session in the documentation with the built tool, and checks that it prints exactly
/// the output that is shown.
@Suite("Sessions in the documentation")
struct ConsoleTests {
  @Test(
    arguments: try Documentation.pages().flatMap(\.codeBlocks).filter { $0.language == "console" })
  func printsWhatIsShown(_ block: CodeBlock) throws {
    let session = Session(block.lines)
    #expect(!session.commands.isEmpty)
    let directory = try TemporaryDirectory()
    try FileManager.default.copyItem(
      atPath: Documentation.root.appending(path: "Examples").path,
      toPath: directory.file("Examples"))
    let printed = try session.run(in: directory.path)
    #expect(printed.count == session.commands.count)
    for (command, printed) in zip(session.commands, printed) {
      #expect(printed == command.output, "$ \(command.line)")
    }
  }

  /// The doctests of the Python package, if it is installed or built in place.
  @Test(
    .enabled(if: Python.hasPackage, "the Python package is not installed"),
    arguments: try Documentation.pages().flatMap(\.codeBlocks).filter { $0.language == "pycon" })
  func pythonPrintsWhatIsShown(_ block: CodeBlock) throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(block.text + "\n", to: "example.txt")
    let execution = try Python.run(["-m", "doctest", file])
    #expect(execution.status == 0, "\(execution.text)")
  }
}

/// The commands of a session and their output. A line that starts with `$ ` is a command. A command
/// that ends in a backslash continues on the next line.
struct Session {
  struct Command: Equatable {
    var line: String
    var output: String
  }

  private(set) var commands: [Command] = []

  init(_ lines: [String]) {
    var continues = false
    for line in lines {
      if continues {
        commands[commands.count - 1].line += "\n\(line)"
        continues = line.hasSuffix("\\")
      } else if line.hasPrefix("$ ") {
        commands.append(Command(line: String(line.dropFirst(2)), output: ""))
        continues = line.hasSuffix("\\")
      } else if !commands.isEmpty {
        commands[commands.count - 1].output += "\(line)\n"
      }
    }
  }

  /// Runs the commands in one shell with the built tool. Returns the output of each, including
  /// errors.
  func run(in directory: String) throws -> [String] {
    let mark = "\u{1}end of output\u{1}"
    // The next command can read the exit status, as in a terminal.
    let script = commands.map { command in
      let line = command.line.replacing("swift run -c release wce", with: "wce")
      return "\(line)\nstatus=$?; printf '%s' '\(mark)'; (exit $status)"
    }.joined(separator: "\n")
    let tools = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let environment = ["PATH": "\(tools):/usr/bin:/bin", "HOME": directory]
    let shell = try Execution(
      of: "/bin/sh", ["-c", script], directory: directory, environment: environment)
    return shell.text.split(separator: mark, omittingEmptySubsequences: false).dropLast().map(
      String.init)
  }
}

/// The Python on the PATH.
enum Python {
  /// Includes the package built in place, in case it is not installed.
  private static let environment = ProcessInfo.processInfo.environment.merging(
    ["PYTHONPATH": Documentation.root.appending(path: "python/src").path]) { $1 }

  static let hasPackage = (try? run(["-c", "import weighted_cross_entropy"]))?.status == 0

  static func run(_ arguments: [String]) throws -> Execution {
    try Execution(
      of: "/usr/bin/env", ["python3"] + arguments, directory: "/", environment: environment)
  }
}
