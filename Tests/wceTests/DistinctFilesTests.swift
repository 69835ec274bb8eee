import Foundation
import Testing
import _TestSupport

/// No result takes the place of the data that it comes from, by whatever spelling or link.
@Suite struct DistinctFilesTests {
  @Test(arguments: [
    ("loss x.npy z.npy --output x.npy", "--output and the logits"),
    ("loss x.npy z.npy --gradient ./z.npy", "--gradient and the targets"),
    ("loss x.npy z.npy --weights w.npy --output link.npy", "--output and --weights"),
    ("loss x.npy z.npy --pos-weights w.npy --axis 0 --output link.npy", "--output and --pos-weights"),
    ("loss t.csv:logit t.csv:label --output hard.csv", "--output and the logits"),
    ("fit t.csv --target label --model ./t.csv", "--model and the data"),
    ("fit t.csv --target label --model link.csv", "--model and the data"),
    ("fit x.npy --targets z.npy --model z.npy", "--model and --targets"),
    ("fit x.npy --targets z.npy --weights w.npy --model link.npy", "--model and --weights"),
    ("predict t.csv --model m.json --output hard.csv", "--output and the data"),
    ("predict t.csv --model o.csv --output o.csv", "--output and --model"),
    ("tradeoff t.csv --target label --report ./t.csv", "--report and the data"),
    ("tradeoff t.csv --target label --json link.csv", "--json and the data"),
    ("tradeoff t.csv --target label --json o.html --report ./o.html", "--json and --report"),
    ("tradeoff --picture o.svg --json o.svg", "--picture and --json"),
  ])
  func refused(_ line: String, _ names: String) throws {
    let place = try Workplace()
    let directory = place.directory
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("link.npy"), withDestinationPath: directory.file("w.npy"))
    try FileManager.default.createSymbolicLink(
      atPath: directory.file("link.csv"), withDestinationPath: directory.file("t.csv"))
    try FileManager.default.linkItem(atPath: directory.file("t.csv"), toPath: directory.file("hard.csv"))
    let files = try directory.names()
    let contents = try files.map(directory.read)
    let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: \(names) name the same file.\n"), "\(outcome.errors)")
    #expect(try directory.names() == files)
    #expect(try files.map(directory.read) == contents)
  }

  @Test("Devices take more than one output, and a column of weights is no file")
  func allowed() throws {
    let place = try Workplace()
    for line in [
      "fit t.csv --target label --weights w --model w",
      "tradeoff t.csv --target label --folds 2 --pos-weights 1,2 --json /dev/null --report o.html",
      "loss t.csv:logit t.csv:label --weights t.csv:w --output o.csv --gradient g.csv",
    ] {
      let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
