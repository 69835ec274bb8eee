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
    func completions(_ option: String, _ words: String...) throws -> String {
      try place.tool.run(
        ["---completion", "fit", "--", option, "\(words.count)", "0", "wce"] + words
      )
      .output
    }
    #expect(try completions("--exclude", "fit", "t.csv", "--exclude") == "x\na b\ny\n")
    #expect(try completions("--weights", "fit", "t.csv", "--weights") == "x\na b\ny\n")
    #expect(
      try completions("--positive", "fit", "t.csv", "--target", "a b", "--positive") == "p\nq\n")
  }
}
