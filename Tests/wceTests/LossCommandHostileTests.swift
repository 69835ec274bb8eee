// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

/// Randomly damaged inputs. Each gives a result or an error of one line, quickly, and changes no
/// other file.
@Suite struct LossCommandHostileTests {
  /// Runs the tool on damaged copies of a file.
  private func run(
    _ original: [UInt8], alphabet: String, seed: UInt64, file: String, arguments: String, times: Int
  ) throws -> (answers: Int, errors: Int) {
    var place = try Workplace()
    place.tool.timeLimit = .seconds(30)
    try place.write("old", to: "o.npy")
    var generator = SeededGenerator(seed: seed)
    var (answers, errors) = (0, 0)
    for _ in 0..<times {
      let bytes = generator.damaged(original, alphabet: Array(alphabet.utf8), times: 1...3)
      try place.write(bytes, to: file)
      let outcome = try place.loss(arguments + " --output o.npy")
      if outcome.status == 0 {
        answers += 1
        #expect(Self.withoutNotes(outcome.errors) == "")
        try place.write("old", to: "o.npy")
      } else {
        errors += 1
        #expect(outcome.status == 65, "\(outcome)")
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("wce: ") && outcome.errors.hasSuffix("\n"))
        let error = Self.withoutNotes(outcome.errors)
        #expect(error.count { $0.isNewline } == 1, "\(outcome.errors)")
        #expect(try place.text("o.npy") == "old")
      }
      #expect(try place.isClean())
    }
    return (answers, errors)
  }

  private static func withoutNotes(_ errors: String) -> String {
    errors.replacing(/wce: note: .*\n/, with: "")
  }

  private static let headerAlphabet = "0123456789-'{}(),:<>|=TrueFalsL fiub\n"

  @Test(arguments: 0..<4)
  func arrays(_ part: UInt64) throws {
    // Most of the file is its header, where damage matters.
    let isLogits = part % 2 == 0
    let original =
      isLogits
      ? NPYFile("<f4", [2, 3], Workplace.logits).bytes
      : NPYFile("|b1", [2, 3], Workplace.targets).bytes
    let (answers, errors) = try run(
      original, alphabet: Self.headerAlphabet, seed: 100 + part, file: "m.npy",
      arguments: isLogits ? "m.npy z.npy" : "x.npy m.npy", times: 40)
    #expect(answers > 0 && errors > 10, "\(answers) answers, \(errors) errors")
  }

  @Test(arguments: 0..<3)
  func tables(_ part: UInt64) throws {
    let original = "logit,\"la\"\"bel\",w\n0,0,1\n1.5e0,1,2\n-1,0,\"0\"\n2,1,0.5\n-3,0,1\n.5,1,1\n"
    let (answers, errors) = try run(
      Array(original.utf8), alphabet: "\",;\t\r\n 0123456789.-+eEinfNA", seed: 200 + part,
      file: "m.csv",
      arguments: "m.csv:1 m.csv:2 --weights m.csv:3", times: 40)
    #expect(answers > 2 && errors > 10, "\(answers) answers, \(errors) errors")
  }
}
