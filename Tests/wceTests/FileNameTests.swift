// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

/// The rules for file names, the same for all commands.
@Suite struct FileNameTests {
  @Test(arguments: [
    ("loss x.npy z.npy --output -", "--output <FILE>"),
    ("loss x.npy z.npy --gradient -", "--gradient <FILE>"),
    ("fit t.csv --target label --model -", "--model <MODEL.json>"),
    ("predict t.csv --model m.json --output -", "--output <FILE>"),
    ("tradeoff --report -", "--report <FILE.html>"),
    ("tradeoff --json -", "--json <FILE.json>"),
    ("tradeoff --picture -", "--picture <FILE.svg>"),
  ])
  func aDashIsNoOutput(_ line: String, _ argument: String) throws {
    let place = try Workplace()
    let files = try place.directory.names()
    let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
    #expect(outcome.status == 64 && outcome.output == "")
    let right = "standard output is /dev/stdout"
    #expect(
      outcome.errors.hasPrefix("Error: The value '-' is invalid for '\(argument)': \(right)\n"),
      "\(outcome.errors)")
    #expect(try place.directory.names() == files)
  }

  @Test func aDashMayNameAColumnOfWeights() throws {
    let place = try Workplace()
    let outcome = try place.tool.run(
      "fit", "x.npy", "--targets", "z.npy", "--weights", "-", "--model", "m.json")
    #expect(outcome.status == 65)
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
