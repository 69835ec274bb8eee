// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

/// The rules for file names, the same for all commands.
@Suite struct FileNameTests {
  @Test(arguments: [
    ("loss - z.npy", "<logits>", "input"),
    ("loss x.npy -", "<targets>", "input"),
    ("loss x.npy z.npy --weights -", "--weights <FILE>", "input"),
    ("loss x.npy z.npy --pos-weights - --axis 0", "--pos-weights <Q1,Q2,...|FILE>", "input"),
    ("loss x.npy z.npy --output -", "--output <FILE>", "output"),
    ("loss x.npy z.npy --gradient -", "--gradient <FILE>", "output"),
    ("fit - --target label --model m.json", "<DATA.csv|DATA.npy>", "input"),
    ("fit x.npy --targets - --model m.json", "--targets <FILE>", "input"),
    ("fit t.csv --target label --model -", "--model <MODEL.json>", "output"),
    ("predict - --model m.json", "<DATA.csv|DATA.npy>", "input"),
    ("predict t.csv --model -", "--model <MODEL.json>", "input"),
    ("predict t.csv --model m.json --output -", "--output <FILE>", "output"),
    ("evaluate - --model m.json", "<DATA.csv|DATA.npy>", "input"),
    ("evaluate x.npy --targets - --model m.json", "--targets <FILE>", "input"),
    ("tradeoff - --target label", "<DATA.csv>", "input"),
    ("tradeoff --report -", "--report <FILE.html>", "output"),
    ("tradeoff --json -", "--json <FILE.json>", "output"),
    ("tradeoff --picture -", "--picture <FILE.svg>", "output"),
  ])
  func aDashIsNoFile(_ line: String, _ argument: String, _ stream: String) throws {
    let place = try Workplace()
    let files = try place.directory.names()
    let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
    #expect(outcome.status == 64 && outcome.output == "")
    let right = "standard \(stream) is /dev/std\(stream.dropLast(3))"
    #expect(
      outcome.errors.hasPrefix("Error: The value '-' is invalid for '\(argument)': \(right)\n"),
      "\(outcome.errors)")
    #expect(try place.directory.names() == files)
  }

  @Test func aDashMayNameAColumnOfWeights() throws {
    let place = try Workplace()
    let outcome = try place.tool.run(
      "fit", "x.npy", "--targets", "z.npy", "--weights", "-", "--model", "m.json")
    #expect(
      outcome.status == 64 && outcome.errors.hasPrefix("Error: standard input is /dev/stdin\n"))
    try place.write(place.text("t.csv").replacing("label,w", with: "label,-"), to: "d.csv")
    #expect(
      try place.tool.run("fit", "d.csv", "--target", "label", "--weights", "-", "--model", "m.json")
        .status
        == 0)
  }

  @Test func standardStreamsHavePaths() throws {
    let place = try Workplace()
    let outcome = try place.tool.shell(
      """
      wce fit t.csv --target label --weights w --model m.json > /dev/null &&
      wce predict t.csv --model m.json --output p.csv &&
      wce predict /dev/stdin --model m.json --output /dev/stdout < t.csv | cmp - p.csv &&
      wce predict t.csv --model /dev/stdin < m.json | cmp - p.csv &&
      wce evaluate t.csv --model m.json > e.txt &&
      wce evaluate /dev/stdin --model m.json < t.csv | cmp - e.txt
      """)
    #expect(outcome == Outcome())
  }
}
