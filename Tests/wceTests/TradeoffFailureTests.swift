// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The errors of `wce tradeoff`. No error leaves a file behind.
@Suite struct TradeoffFailureTests {
  private let directory: TemporaryDirectory
  private var tool: Tool { Tool(directory: directory.path) }

  init() throws { directory = try TemporaryDirectory() }

  private func text(_ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  @Test func wrongUsage() throws {
    _ = try directory.write("a,t\n1,0\n2,1\n", to: "d.csv")
    let cases: [(String, String)] = [
      ("d.csv", "A table needs --target COLUMN"),
      ("--target t", "--target needs a table"),
      ("--no-header", "--no-header needs a table"),
      ("--recall-at-least 0.5 --precision-at-least 0.5", "not both"),
      ("--recall-at-least 1.5", "the minimum recall must be above 0 and at most 1, received 1.5"),
      ("--recall-at-least 0", "the minimum recall must be above 0 and at most 1, received 0.0"),
      ("--recall-at-least nan", "the minimum recall must be above 0 and at most 1, received nan"),
      ("--precision-at-least -1", "the minimum precision must be above 0"),
      ("--pos-weights 1,x", "\"x\" in \"1,x\" is not a finite number above 0"),
      ("--pos-weights 1,,2", "\"\" in \"1,,2\" is not a finite number above 0"),
      ("--pos-weights 0,1", "\"0\" in \"0,1\" is not a finite number above 0"),
      ("--pos-weights inf", "\"inf\" in \"inf\" is not a finite number above 0"),
      ("--pos-weights -3", "\"-3\" in \"-3\" is not a finite number above 0"),
      ("--pos-weights 1...100", "takes a count from 2 to 1000"),
      ("--pos-weights 1...100:1", "takes a count from 2 to 1000"),
      ("--pos-weights 1...100:99999999999999999999", "takes a count from 2 to 1000"),
      ("--pos-weights 100...1:3", "needs FIRST below LAST"),
      ("--folds 1", "the number of folds must be at least 2, received 1"),
      ("--l2 -1", "the l2 penalty must be finite and at least 0, received -1"),
      ("--threads 0", "the number of threads must be at least 1, received 0"),
      ("--seed -1", "The value '-1' is invalid for '--seed <S>'"),
      ("d.npy --target 1", "wce tradeoff takes a table, DATA.csv; d.npy is a matrix."),
      (
        "--report d.csv",
        "The value 'd.csv' is invalid for '--report <FILE.html>': the name of an output "
          + "must end with .html or .htm"
      ),
      (
        "--json d.csv",
        "The value 'd.csv' is invalid for '--json <FILE.json>': the name of an output must "
          + "end with .json"
      ),
      (
        "--picture d.csv",
        "The value 'd.csv' is invalid for '--picture <FILE.svg>': the name of an output "
          + "must end with .svg"
      ),
      ("--json /dev/shm/d.csv", "the name of an output must end with .json"),
    ]
    for (line, message) in cases {
      let outcome = try tool.run(["tradeoff"] + line.split(separator: " ").map(String.init))
      #expect(outcome.status == 64, "\(line)")
      #expect(outcome.errors.contains(message), "\(line): \(outcome.errors)")
      #expect(outcome.output.isEmpty, "\(line)")
    }
    #expect(try directory.names() == ["d.csv"])
    #expect(try text("d.csv") == "a,t\n1,0\n2,1\n")
  }

  @Test func namesInATableCannotSteerTheTerminal() throws {
    let rows = (0..<8).map { "\($0),\($0 % 2)\n" }.joined()
    _ = try directory.write("x,\"\u{1B}]0;z\u{7}\n\"\n" + rows, to: "d.csv")
    let outcome = try tool.run(
      "tradeoff", "d.csv", "--target", "2", "--folds", "2", "--pos-weights", "1,2")
    #expect(
      outcome.output.hasPrefix("d.csv, target \\u{1B}]0;z\\u{07}\\n: 8 rows, 4 of them positive"))
  }

  @Test func badData() throws {
    func failure(_ csv: String, _ options: String...) throws -> Outcome {
      _ = try directory.write(csv, to: "d.csv")
      return try tool.run(["tradeoff", "d.csv", "--target", "t"] + options)
    }
    #expect(
      try failure("a,u\n1,0\n")
        == .failure(65, "d.csv: there is no column \"t\"; the columns are \"a\", \"u\""))
    #expect(
      try failure("a,t\n1,0\n2,0\n")
        == .failure(
          65,
          "d.csv: the target has no positives: every row is negative; both classes are needed"
        )
    )
    #expect(
      try failure("a,t\n1,0\n2,1\n3,0\n4,1\n")
        == .failure(
          65,
          "d.csv: cannot divide 2 positive rows among 5 folds; use more data, or at most 2 "
            + "folds (--folds 2)"
        ))
    #expect(
      try failure("a,t\n1,0\n,1\n")
        == .failure(
          65,
          "d.csv: row 2 (line 3), column \"a\": the cell is missing; fill missing cells "
            + "with the mean, or drop their rows (--missing mean or --missing drop)"
        ))
    #expect(
      try failure("a,t\n1,0\n2,1\n", "--positive", "9").errors.hasPrefix(
        "wce: d.csv: column \"t\": no row has"))
    #expect(try failure("", "--json", "s.json").status == 65)
    // The message names the weight and only options that a study has.
    let rows = (0..<30).map { "\($0),\($0 * 5 % 11),\($0 >= 15 ? 1 : 0)\n" }.joined()
    let notConverged = try failure("a,b,t\n" + rows, "--l2", "1e-100", "--folds", "2")
    #expect(notConverged.status == 65)
    #expect(
      notConverged.errors.wholeMatch(
        of:
          try Regex(
            #"wce: d\.csv: the fit with the positive weight 0.1 did not converge: after \d+ "#
              + #"iterations the .+; use other weights, or a larger l2 penalty "#
              + #"\(--pos-weights, --l2 L\)\n"#)
      ) != nil, "\(notConverged.errors)")
    #expect(
      try tool.run("tradeoff", "no.csv", "--target", "t") == .failure(66, "no.csv: no such file"))
    #expect(try directory.names() == ["d.csv"])
  }

  @Test func outputsAreWholeOrNotThere() throws {
    _ = try directory.write("old", to: "s.json")
    // A missing directory is reported before the work; no file is changed.
    #expect(
      try tool.run("tradeoff", "--json", "s.json", "--report", "no/r.html")
        == .failure(73, "no/r.html: cannot be written: its directory does not exist"))
    #expect(try text("s.json") == "old")
    #expect(try directory.names() == ["s.json"])
    // A full disk.
    if FileManager.default.fileExists(atPath: "/dev/full") {
      let outcome = try tool.run(
        "tradeoff", "--folds", "2", "--pos-weights", "1", "--json", "s.json", "--report",
        "/dev/full")
      #expect(outcome.status == 74)
      #expect(try text("s.json") == "old")
    }
  }

  @Test func progressAndInterruptOnATerminal() throws {
    _ = try directory.write("old", to: "s.json")
    let running = try tool.startOnTerminal(
      ["tradeoff", "--folds", "100", "--pos-weights", "0.1...100:500", "--json", "s.json"])
    try running.wait { running.printed.contains("fitting [") && running.printed.contains("%") }
    running.type("\u{3}")
    #expect(try running.wait().status == 128 + SIGINT)
    #expect(try directory.names() == ["s.json"])
    #expect(try text("s.json") == "old")
  }
}
