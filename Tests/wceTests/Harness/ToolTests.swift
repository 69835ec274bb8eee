// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport
import _Version

/// The harness itself.
@Suite struct ToolTests {
  @Test func outcomesOfTheProgram() throws {
    #expect(try Tool().run("--version") == Outcome(output: "\(WCE_VERSION)\n"))
    #expect(try Tool().run("no-such-command").status == 64)
  }

  @Test func outcomesOfAShell() throws {
    #expect(
      try Tool().shell("echo a; echo b >&2; exit 3")
        == Outcome(output: "a\n", errors: "b\n", status: 3))
    #expect(try Tool().shell("kill -TERM $$").status == 128 + SIGTERM)
    let version = WCE_VERSION.replacing(".", with: "-")
    #expect(try Tool().shell("wce --version | tr . -") == Outcome(output: "\(version)\n"))
    let directory = try TemporaryDirectory()
    let tool = Tool(directory: directory.path, environment: ["A": "b"])
    #expect(try tool.shell("echo $A > here; echo $WCE") == Outcome(output: Tool.path + "\n"))
    #expect(try directory.read("here") == Array("b\n".utf8))
  }

  @Test func timeLimit() throws {
    let tool = Tool(timeLimit: .milliseconds(100))
    #expect(throws: TimeLimitExceeded.self) { try tool.shell("exec sleep 100") }
  }
}
