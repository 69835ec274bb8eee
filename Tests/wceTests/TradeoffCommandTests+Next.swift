// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TestSupport

// The command that the output of `wce tradeoff` ends with.
extension TradeoffCommandTests {
  @Test func theNextStudyKeepsTheSettings() throws {
    try writeAwkwardTable()
    let options = [
      "--l2", "0.125", "--seed", "7", "--exclude", "a & b", "--precision-at-least", "1", "--json",
      "s.json", "--report", "r.html", "--confidence", "0.99",
    ]
    let output = try tool.run(Self.awkward + options).output
    let next = try #require(output.split(separator: "Next:\n").last)
    #expect(
      next
        == #"  wce tradeoff 'it'\''s.csv' --target 'the "target"' --positive 'y e s' "#
        + #"--pos-weights 0.005...0.5:11 --folds 3 --seed 7 --l2 0.125 "#
        + #"--precision-at-least 1 --confidence 0.99 --weights w --exclude 'a & b' --missing mean"#
        + "\n")
    #expect(try text("r.html").contains("<p>To try further weights:</p>"))
    let study = try study("s.json")
    let again = try tool.shell(next.dropLast() + " --json s.json")
    #expect(again.status == 0)
    var settings = try self.study("s.json").settings
    #expect(settings.positiveWeights.count == 11)
    settings.positiveWeights = study.settings.positiveWeights
    #expect(settings == study.settings)
  }

  @Test func theNextLineOfTheExampleRuns() throws {
    let output = try tool.run("tradeoff", "--pos-weights", "0.1,1,10,40", "--folds", "3").output
    let model = try runNextLine(of: output)
    #expect(model.model.positiveWeight == 1 && model.model.l2 == 1)
    #expect(model.threshold == 0.1174)
    #expect(model.training.rowCount == 1797)
  }

  @Test func theNextLineKeepsTheSettings() throws {
    try writeAwkwardTable()
    let output = try tool.run(Self.awkward + ["--l2", "0.125", "--recall-at-least", "0.5"]).output
    let model = try runNextLine(of: output)
    let threshold = try #require(output.firstMatch(of: /: no weight, threshold ([0-9.]+)\n/)?.1)
    #expect("\(model.threshold ?? 0)" == threshold)
    #expect(model.model.l2 == 0.125)
    #expect(model.target?.name == "the \"target\"" && model.target?.positive == "y e s")
    #expect(model.encoding.missing == .mean)
    #expect(model.encoding.columns.map(\.name) == ["a & b", "it's <c>"])
  }

  @Test func theNextLineOfATableWithoutAHeader() throws {
    let rows = (0..<40).map { "\($0 % 7);\($0);\($0 % 4 == 0 ? "-yes" : "no")\n" }
    _ = try directory.write(rows.joined(), to: "t.txt")
    let output = try tool.run(
      "tradeoff", "t.txt", "--target", "3", "--positive=-yes", "--no-header", "--delimiter", ";",
      "--exclude",
      "2",
      "--pos-weights", "0.25", "--folds", "2"
    ).output
    let model = try runNextLine(of: output)
    #expect(model.model.positiveWeight == 0.25 && model.encoding.columns.map(\.name) == ["1"])
    #expect(model.target?.name == "3" && model.target?.positive == "-yes")
  }

  @Test func labelsMayBeNegativeNumbers() throws {
    let rows = (0..<40).map { "\($0 % 7),\($0 % 4 == 0 ? -1 : 1)\n" }
    _ = try directory.write("x,z\n" + rows.joined(), to: "t.csv")
    let output = try tool.run(
      "tradeoff", "t.csv", "--target", "z", "--positive", "-1", "--pos-weights", "2", "--folds", "2"
    ).output
    #expect(output.hasPrefix("t.csv, target z = -1: 40 rows, 10 of them positive"))
    #expect(try runNextLine(of: output).training.positiveCount == 10)
    let fit = try tool.run("fit", "t.csv", "--target", "z", "--positive", "-1", "--model", "m.json")
    #expect(fit.output.hasPrefix("rows               40, 10 of them positive\n"))
    let evaluation = try tool.run(
      "evaluate", "t.csv", "--model", "m.json", "--target", "z", "--positive", "-1")
    #expect(evaluation.output.hasPrefix("rows               40, 10 of them positive\n"))
  }

  private func runNextLine(of output: String) throws -> Classifier {
    let line = try #require(output.split(separator: "Next:\n").last)
    let outcome = try tool.shell(String(line))
    try #require(outcome.status == 0, "\(line)\(outcome.errors)")
    return try Classifier.read(directory.file("model.json"))
  }
}
