// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// Text from outside (arguments, names, cells, models, the environment) that would control a
/// terminal, hide or reverse a message, or flood it.
@Suite struct HostileTextTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  /// A colour, line breaks, a bell, two changes of direction, and characters without width.
  private static let short =
    "a\u{1B}[31m\n\r\u{7}\u{7F}\u{85}\u{2028}\u{202E}\u{2066}\u{200B}\u{FEFF}b"
  private static let long = String(repeating: short, count: 60)

  private func check(
    _ outcome: Outcome, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for text in [outcome.output, outcome.errors] {
      let lines = text.split(separator: "\n")
      #expect(lines.allSatisfy(Self.isHarmless), "\(what): \(text.prefix(9000))")
      #expect(text.utf8.count < 20_000, "\(what): \(text.utf8.count) bytes")
    }
    #expect(outcome.status < 128, "\(what): \(outcome)")
    guard outcome.status != 0, outcome.status != 64 else { return }
    let errors = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("wce: note: ") }
    #expect(errors.count == 1 && errors.allSatisfy { $0.hasPrefix("wce: ") }, "\(what): \(outcome)")
  }

  private static func isHarmless(_ line: some StringProtocol) -> Bool {
    line.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
  }

  /// `@` stands for the text.
  private static let commands = [
    "@", "--@", "loss @ z.npy", "loss @.npy z.npy", "loss x.npy @.csv:1", "loss x.npy t.csv:@",
    "loss x.npy z.npy --pos-weight @", "loss x.npy z.npy --pos-weight=@",
    "loss x.npy z.npy --pos-weights @ --axis 0", "loss x.npy z.npy --pos-weights 1 --axis @",
    "loss x.npy z.npy --weights @.npy", "loss x.npy z.npy --label-smoothing @",
    "loss x.npy z.npy --reduction @", "loss x.npy z.npy --normalize @",
    "loss x.npy z.npy --output @.npy", "loss x.npy z.npy --output none/@.npy",
    "loss x.npy z.npy --gradient @.csv", "loss x.npy x.npy --name @",
    "loss x.npy z.npy --threads @",
    "fit @.csv --target label --model m.json", "fit t.csv --target @ --model m.json",
    "fit t.csv --target label --positive @ --model m.json",
    "fit t.csv --target label --weights @ --model m.json",
    "fit t.csv --target label --exclude @ --model m.json",
    "fit t.csv --target label --missing @ --model m.json",
    "fit t.csv --target label --delimiter @ --model m.json",
    "fit t.csv --target label --pos-weight @ --model m.json",
    "fit t.csv --target label --l2 @ --model m.json", "fit t.csv --target label --model @.json",
    "fit x.npy --targets @.npy --model m.json", "fit x.npy --targets t.csv:@ --model m.json",
    "predict @.csv --model m.json", "predict t.csv --model @.json", "predict x.npy --model @.json",
    "predict t.csv --model m.json --output none/@.csv", "predict t.csv --model m.json --unseen @",
    "evaluate t.csv --model m.json --target @", "evaluate t.csv --model m.json --positive @",
    "tradeoff @.csv --target label", "tradeoff @.csv --target label --report @.html --folds 2",
    "tradeoff @.npy", "tradeoff t.csv --target label --pos-weights @",
    "tradeoff t.csv --target label --pos-weights @...1:3",
  ]

  @Test(arguments: [short, long])
  func arguments(_ text: String) throws {
    _ = try place.tool.run("fit", "t.csv", "--target", "label", "--model", "m.json")
    if text == Self.short {
      // The table exists under the name of the argument, so that summaries name it.
      try place.write(place.text("t.csv"), to: "\(text).csv")
      try place.write(place.directory.read("m.json"), to: "\(text).json")
    }
    for command in Self.commands {
      let words = command.split(separator: " ").map { String($0.replacing("@", with: text)) }
      check(try place.tool.run(words), command)
    }
    var tool = place.tool
    tool.environment = ["WCE_INSTRUCTION_SET": text]
    check(try tool.run("loss", "x.npy", "z.npy"), "WCE_INSTRUCTION_SET")
  }

  @Test(arguments: [short, long])
  func tables(_ text: String) throws {
    let name = "\"\(text)\""
    let rows = (0..<6).map { "\($0),\($0 % 2),\($0 < 5 ? "" : "\(name)"),7,p\($0 % 3)\n" }
    for header in ["\(name),label,other,constant,text\n", "x,label,\(name),\(name),text\n"] {
      try place.write(header + rows.joined(), to: "h.csv")
      for command in [
        "fit h.csv --target label --model m.json",
        "fit h.csv --target label --missing mean --model m.json",
        "fit h.csv --target 3 --model m.json", "fit h.csv --target 1 --model m.json",
        "fit h.csv --target none --model m.json",
        "fit h.csv --target label --weights 3 --model m.json",
        "loss h.csv:1 h.csv:3", "loss h.csv:none h.csv:2", "loss h.csv:4 h.csv:2",
      ] { check(try place.tool.run(command.split(separator: " ").map(String.init)), command) }
    }
  }

  /// Each text of a model, replaced.
  @Test func models() throws {
    let rows = (0..<9).map { "\($0),k\($0 % 2),\($0 % 3 == 0 ? "yes" : "no")\n" }
    try place.write("n,t,y\n" + rows.joined(), to: "m.csv")
    let fit = "fit m.csv --target y --positive yes --model m.json"
    #expect(try place.tool.run(fit.split(separator: " ").map(String.init)).status == 0)
    let model = try place.text("m.json")
    let texts = model.matches(of: /"[^"]*"/).map(\.range)
    #expect(texts.count > 50)
    for (range, text) in texts.flatMap({ range in [Self.short, Self.long].map { (range, $0) } }) {
      let literal = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
      let changed = model.replacingCharacters(in: range, with: literal)
      let description: String
      do {
        let classifier = try Classifier(json: changed.utf8)
        let path = place.directory.file("m.csv")
        _ = try classifier.labels(contentsOf: path)
        _ = try classifier.features(contentsOf: path)
        continue
      } catch { description = "\(error)" }
      #expect(Self.isHarmless(description) && description.count < 5000, "\(model[range])")
    }
    // Through the tool, and longer than any argument can be.
    let missing = try #require(model.firstMatch(of: /"missing" : ("error")/)).output.1
    let literal = String(
      decoding: try JSONEncoder().encode(String(repeating: Self.long, count: 40)), as: UTF8.self)
    try place.write(
      model.replacingCharacters(in: missing.startIndex..<missing.endIndex, with: literal),
      to: "m.json")
    let outcome = try place.tool.run("predict", "m.csv", "--model", "m.json")
    check(outcome, "missing")
    #expect(outcome.status == 65)
  }

  @Test func namesThatAreNotUTF8() throws {
    try place.write("other", to: "\u{FFFD}.npy")
    let names = try place.directory.names()
    for (index, command) in [
      (2, #"loss "$name" z.npy"#), (3, #"loss x.npy "$name""#), (1, #""$name""#),
      (5, #"loss x.npy z.npy --output "$name""#), (4, #"loss x.npy z.npy "--output=$name""#),
    ] {
      let outcome = try place.tool.shell("name=$(printf '\\377.npy'); wce \(command)")
      #expect(outcome.status == 64 && outcome.output == "")
      #expect(
        outcome.errors.hasPrefix("wce: argument \(index), \"")
          && outcome.errors.hasSuffix(
            "\u{FFFD}.npy\", is not UTF-8; rename the file, or give a link to it\n"),
        "\(outcome)")
    }
    #expect(try place.directory.names() == names)
    #expect(try place.text("\u{FFFD}.npy") == "other")
  }

  /// All messages go through `StandardError` and `StandardOutput`, which escape what is left.
  @Test func nothingElseInTheToolPrints() throws {
    let folder = ModelWorkplace.root.appending(path: "Sources/wce")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && !$0.hasSuffix("StandardStreams.swift") }
    #expect(files.count > 30)
    let printing =
      /\b(print|debugPrint|dump|fputs|puts|perror|printf|fwrite)\(|FileHandle|FileDescriptor\./
    for file in files {
      let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      #expect(source.firstMatch(of: printing) == nil, "\(file)")
    }
  }
}
