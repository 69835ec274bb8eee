// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

/// Options and streams that are the same for several commands.
@Suite struct CommandLineTests {
  @Test func unknownOptionsComeFirst() throws {
    let place = try ModelWorkplace(["t.csv": "x,y\n1,0\n2,1\n"])
    for (line, first) in [
      ("fit t.csv --traget y --model m.json", "'--traget'. Did you mean '--target'?"),
      ("fit t.csv --target y --modle=m.json", "'--modle'. Did you mean '--model'?"),
      ("fit t.csv --target=--y --unheard", "'--unheard'."),
    ] {
      let outcome = try place.run(line)
      #expect(outcome.status == 64)
      #expect(outcome.errors.hasPrefix("Error: Unknown option \(first)\n"), "\(outcome.errors)")
    }
  }

  @Test func unknownCommands() throws {
    let outcome = try Tool().run("traedoff", "t.csv")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors.hasPrefix("Error: Unknown command 'traedoff'. Did you mean 'tradeoff'?\n"))
    #expect(try Tool().run("analyse").errors.hasPrefix("Error: Unknown command 'analyse'.\n"))
  }

  /// Every error about a cell that is not a number says what it looks like.
  @Test func cellsThatLookLikeNumbers() throws {
    let rows = (0..<20).map { "\($0 % 7).5,1,\($0 % 2)\n" }.joined()
    let place = try ModelWorkplace([
      "t.csv": "x,w,y\n" + rows, "comma.csv": "x;w;y\n0,5;5%;1\n",
    ])
    _ = try place.succeed("fit t.csv --target y --exclude w --model m.json")
    let comma = "\"0,5\"; it looks like a number with a decimal comma (--decimal ,)"
    let percent = "\"5%\"; it looks like a percentage; remove the sign"
    for (line, message) in [
      (
        "predict comma.csv --model m.json",
        "\"x\": the model expects numbers in this column, received \(comma)"
      ),
      (
        "loss comma.csv:x comma.csv:y",
        "\"x\": \(comma.replacing("; it", with: " is not a number; it"))"
      ),
      (
        "fit comma.csv --target y --numeric x --model m.json",
        "\"x\": \(comma.replacing("; it", with: " is not a number; it"))"
      ),
      (
        "fit comma.csv --target y --weights w --model m.json",
        "\"w\": weights must be numbers, received \(percent)"
      ),
      (
        "evaluate comma.csv --scores w --target y",
        "\"w\": scores must be numbers, received \(percent)"
      ),
    ] {
      #expect(try place.run(line) == .failure(65, "comma.csv: row 1 (line 2), column \(message)"))
    }
    #expect(
      try place.run("evaluate t.csv --scores x --target y")
        == .failure(
          65,
          "t.csv: row 2 (line 3), column \"x\": probabilities must lie in [0, 1], received 1.5; "
            + "scores of another kind are log odds (--logits)"))
  }

  @Test func columnsThatAreKept() throws {
    let place = try ModelWorkplace([
      "t.csv": "id,x,\"a b\",y\n007,1.50,\"p,q\",0\n008,2.0,r,1\n009,1e1,\"\",1\n"
    ])
    _ = try place.succeed("fit t.csv --target y --exclude id,3 --model m.json")
    let rows = try place.succeed("predict t.csv --model m.json --keep id,x,3").split(
      separator: "\n")
    #expect(rows.first == "id,x,a b,probability,prediction")
    #expect(
      zip(rows.dropFirst(), ["007,1.50,\"p,q\",0.", "008,2.0,r,0.", "009,1e1,,0."])
        .allSatisfy { $0.hasPrefix($1) } && rows.count == 4, "\(rows)")
    #expect(try place.run("predict t.csv --model m.json --keep z").status == 65)
  }

  @Test func standardInputIsADash() throws {
    let text = "x,y\n1,0\n2,1\n3,0\n4,1\n"
    let place = try ModelWorkplace(["t.csv": text])
    let expected = try place.succeed("fit t.csv --target y --model m.json")
    let outcome = try place.tool.start(
      ["fit", "-", "--target", "y", "--model", "m.json"], input: Array(text.utf8)
    ).wait()
    #expect(outcome.output == expected)
  }

  @Test func completions() throws {
    let place = try ModelWorkplace(["t.csv": "x,a b,y\n1,p,0\n2,q,1\n"])
    func completions(_ option: String, _ words: String..., cursor: Int = 0) throws -> String {
      try place.tool.run(
        ["---completion", "fit", "--", option, "\(words.count)", "\(cursor)", "wce"] + words
      )
      .output
    }
    #expect(try completions("--exclude", "fit", "t.csv", "--exclude") == "x\na b\ny\n")
    #expect(
      try completions("--exclude", "fit", "t.csv", "--exclude", "x,", cursor: 2) == "x,a b\nx,y\n")
    #expect(try completions("--weights", "fit", "t.csv", "--weights") == "x\na b\ny\n")
    #expect(
      try completions("--positive", "fit", "t.csv", "--target", "a b", "--positive") == "p\nq\n")
  }
}
