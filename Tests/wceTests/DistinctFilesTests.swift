// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// No output replaces an input or another output, however their paths are spelled or linked.
@Suite struct DistinctFilesTests {
  @Test(arguments: [
    ("loss x.npy z.npy --output x.npy", "--output and the logits"),
    ("loss x.npy z.npy --gradient ./z.npy", "--gradient and the targets"),
    ("loss x.npy z.npy --weights w.npy --output link.npy", "--output and --weights"),
    (
      "loss x.npy z.npy --pos-weights w.npy --axis 0 --output link.npy",
      "--output and --pos-weights"
    ),
    ("loss t.csv:logit t.csv:label --output hard.csv", "--output and the logits"),
    ("fit t.json --target label --model ./t.json", "--model and the data"),
    ("fit t.csv --target label --model t.json", "--model and the data"),
    ("fit x.npy --targets z.npy --model z.json", "--model and --targets"),
    ("fit x.npy --targets z.npy --weights w.npy --model w.json", "--model and --weights"),
    ("predict t.csv --model m.json --output hard.csv", "--output and the data"),
    ("predict t.csv --model o.csv --output o.csv", "--output and --model"),
    ("tradeoff t.html --target label --report ./t.html", "--report and the data"),
    ("tradeoff t.csv --target label --json t.json", "--json and the data"),
    ("tradeoff --json /dev/stdout --report /dev/stdout", "--json and --report"),
    ("tradeoff --picture t.svg --json t.json", "--picture and --json"),
  ])
  func refused(_ line: String, _ names: String) throws {
    let place = try Workplace()
    let directory = place.directory
    try FileManager.default.linkItem(
      atPath: directory.file("t.csv"), toPath: directory.file("hard.csv"))
    for (link, file) in [
      ("link.npy", "w.npy"), ("w.json", "w.npy"), ("z.json", "z.npy"), ("t.json", "t.csv"),
      ("t.html", "t.csv"), ("t.svg", "t.csv"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.file(link), withDestinationPath: directory.file(file))
    }
    let files = try directory.names()
    let contents = try files.map(directory.read)
    let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
    #expect(outcome.status == 64 && outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: \(names) name the same file.\n"), "\(outcome.errors)")
    #expect(try directory.names() == files)
    #expect(try files.map(directory.read) == contents)
  }

  @Test func devicesTakeSeveralOutputsAndWeightColumnsAreNoFiles() throws {
    let place = try Workplace()
    try place.write(place.text("t.csv").replacing("label,w", with: "label,w.json"), to: "v.csv")
    for line in [
      "fit v.csv --target label --weights w.json --model w.json",
      "tradeoff t.csv --target label --folds 2 --pos-weights 1,2 --json /dev/null --report o.html",
      "loss t.csv:logit t.csv:label --weights t.csv:w --output o.csv --gradient g.csv",
    ] {
      let outcome = try place.tool.run(line.split(separator: " ").map(String.init))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
