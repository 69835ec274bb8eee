// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Foundation
import Testing
import WeightedCrossEntropy
import _TestSupport

/// The files that `wce loss` reads and writes.
@Suite struct LossCommandFileTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  private func read<Element>(_ name: String, as: Element.Type = Element.self) throws -> NPYFile<
    Element
  > {
    try #require(NPYFile<Element>(try place.directory.read(name)), "\(name)")
  }

  /// The numbers of a table of one column with this name.
  private func column(_ name: String, of file: String) throws -> [Double] {
    let lines = try place.text(file).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == name[...])
    #expect(lines.last == "", "the last line ends")
    return try lines.dropFirst().dropLast().map { try #require(Double($0)) }
  }

  /// Reductions with the factor of the elementwise derivative.
  private static let reductions: [(String, Double)] = [
    ("--reduction none", 1), ("--reduction sum", 1), ("--reduction mean", 1 / 6), ("", 1 / 6),
    ("--reduction mean --normalize weights", 1 / 5.5), ("--reduction sum --normalize weights", 1),
  ]

  @Test(arguments: reductions)
  func lossesAndGradientsFollowTheFormula(_ reduction: String, _ factor: Double) throws {
    let q = 9.0
    var (losses, gradient): ([Double], [Double]) = ([], [])
    for index in Workplace.logits.indices {
      let (x, z) = (Double(Workplace.logits[index]), Double(Workplace.targets[index]))
      let w = Double(Workplace.weights[index])
      losses.append(w * ((1 - z) * log1p(exp(x)) + q * z * log1p(exp(-x))))
      gradient.append(w * ((1 - z) / (1 + exp(-x)) - q * z / (1 + exp(x))) * factor)
    }
    func expectClose(
      _ received: [Double], _ expected: [Double], _ tolerance: Double, _ what: String
    ) {
      #expect(received.count == expected.count, "\(what)")
      #expect(
        zip(received, expected).allSatisfy { abs($0 - $1) <= tolerance * abs($1) },
        "\(what): \(received), expected \(expected)")
    }
    let options = "--pos-weight 9 \(reduction)"
    #expect(
      try place.loss("x.npy z.npy --weights w.npy \(options) --output o.npy --gradient g.npy")
        .status == 0)
    let (output, derivative): (NPYFile<Float>, NPYFile<Float>) = (
      try read("o.npy"), try read("g.npy")
    )
    #expect(output.dtype == "<f4" && output.shape == [2, 3] && !output.isFortranOrder)
    #expect(derivative.dtype == "<f4" && derivative.shape == [2, 3] && !derivative.isFortranOrder)
    expectClose(output.elements.map { Double($0) }, losses, 4e-7, "losses")
    expectClose(derivative.elements.map { Double($0) }, gradient, 6e-7, "derivative")
    #expect(
      try place.loss(
        "t.csv:logit t.csv:label --weights t.csv:w \(options) --output o.csv --gradient g.csv"
      ).status == 0)
    expectClose(try column("loss", of: "o.csv"), losses, 8e-16, "losses as a table")
    expectClose(try column("gradient", of: "g.csv"), gradient, 1.2e-15, "derivative as a table")
    // The input and output formats are independent.
    #expect(
      try place.loss("t.csv:logit t.csv:label --weights t.csv:w \(options) --gradient g8.npy")
        .status == 0)
    #expect(try read("g8.npy") == NPYFile("<f8", [6], try column("gradient", of: "g.csv")))
    #expect(try place.isClean())
  }

  @Test func onlyRequestedOutputsAreWritten() throws {
    let names = try place.directory.names()
    let run = try place.loss("x.npy z.npy --output o.npy")
    #expect(run.output == (try place.loss("x.npy z.npy").output))
    #expect(try place.directory.names() == (names + ["o.npy"]).sorted())
    try place.write("old", to: "o.npy")
    #expect(try place.loss("x.npy z.npy --output o.npy --reduction none").status == 0)
    #expect(try read("o.npy", as: Float.self).elements.count == 6)
  }

  @Test func halfPrecision() throws {
    // 0, 1, -1, 2, -3 and 0.5 in binary16.
    let halves: [UInt16] = [0, 0x3C00, 0xBC00, 0x4000, 0xC200, 0x3800]
    try place.write(NPYFile("<f2", [2, 3], halves).bytes, to: "h.npy")
    let report = try place.loss("h.npy z.npy --pos-weight 9 --gradient g2.npy").output
    #expect(report.contains("mean loss        1.5472327\n"))
    #expect(report.contains("elements         6 float16, shape [2, 3]\n"))
    #expect(try place.loss("x.npy z.npy --pos-weight 9 --gradient g4.npy").status == 0)
    let (half, single): (NPYFile<UInt16>, NPYFile<Float>) = (try read("g2.npy"), try read("g4.npy"))
    #expect(half.dtype == "<f2" && half.shape == [2, 3])
    #expect(try NPYReader(path: place.directory.file("g2.npy")).readAll(as: Float.self).count == 6)
    for (bits, value) in zip(half.elements, single.elements) {
      // 11 significant bits.
      let exponent = Int(bits >> 10 & 0x1F)
      let magnitude =
        Float(0x400 + Int(bits & 0x3FF))
        * Float(sign: .plus, exponent: exponent - 25, significand: 1)
      #expect(abs(abs(value) - magnitude) <= abs(value) / 2048)
      #expect((bits >> 15 == 1) == (value < 0))
    }
  }

  @Test func targetsAndWeightsOfEveryTypeAndOrder() throws {
    let targets = Workplace.targets
    func write<Element: BitwiseCopyable & Equatable>(_ dtype: String, _ elements: [Element]) throws
    {
      try place.write(
        NPYFile(dtype, [2, 3], elements).bytes, to: "\(dtype.dropFirst())-\(dtype.first == ">").npy"
      )
    }
    try write("|b1", targets)
    try write("|u1", targets)
    try write("|i1", targets.map { Int8($0) })
    try write("<i2", targets.map { Int16($0) })
    try write("<u2", targets.map { UInt16($0) })
    try write(">i4", targets.map { Int32($0).bigEndian })
    try write("<u4", targets.map { UInt32($0) })
    try write("<i8", targets.map { Int64($0) })
    try write(">u8", targets.map { UInt64($0).bigEndian })
    try write("<f2", targets.map { $0 == 1 ? 0x3C00 : 0 as UInt16 })
    try write("<f4", targets.map { Float($0) })
    try write(">f4", targets.map { Float($0).bitPattern.bigEndian })
    try write("<f8", targets.map { Double($0) })
    try place.write(
      NPYFile("<f4", [2, 3], [0, 1, 1, 0, 0, 1] as [Float], isFortranOrder: true).bytes,
      to: "order.npy")
    let expected = try place.loss("x.npy z.npy --weights z.npy --json")
    #expect(expected.status == 0)
    let files = try place.directory.names().filter { $0.contains("-") || $0 == "order.npy" }
    #expect(files.count == 14)
    for file in files {
      #expect(try place.loss("x.npy \(file) --weights \(file) --json") == expected, "\(file)")
    }
    // The same with double logits, and with single ones in another order.
    try place.write(
      NPYFile(
        ">f4", [2, 3], [0, 2, 1, -3, -1, 0.5].map { Float($0).bitPattern.bigEndian },
        isFortranOrder: true
      )
      .bytes, to: "xb.npy")
    #expect(try place.loss("xb.npy order.npy --weights z.npy --json") == expected)
    try place.write(
      NPYFile("<f8", [2, 3], Workplace.logits.map { Double($0) }).bytes, to: "x8.npy")
    let double = try place.loss("x8.npy z.npy --output o.npy")
    #expect(double == (try place.loss("x8.npy <f4".replacing("<f4", with: "f4-false.npy"))))
    #expect(try read("o.npy", as: Double.self).dtype == "<f8")
  }

  @Test func tableFormats() throws {
    let expected = try place.loss("t.csv:logit t.csv:label --weights t.csv:w --json")
    let text = try place.text("t.csv")
    try place.write(text.split(separator: "\n").dropFirst().joined(separator: "\n"), to: "bare.csv")
    try place.write(text.replacing(",", with: "\t"), to: "t.tsv")
    try place.write(
      "\u{FEFF}" + text.replacing(",", with: ";").replacing("\n", with: "\r\n"), to: "w.txt")
    try place.write(text.replacing("logit", with: "\"a:b.csv:c\""), to: "T.CSV")
    for arguments in [
      "t.csv:1 t.csv:2 --weights t.csv:3", "bare.csv:1 bare.csv:2 --weights bare.csv:3",
      "t.tsv:logit t.tsv:label --weights t.tsv:w", "w.txt:logit w.txt:label --weights w.txt:w",
      "T.CSV:a:b.csv:c T.CSV:label --weights T.CSV:w",
    ] {
      #expect(try place.loss(arguments + " --json") == expected, "\(arguments)")
    }
  }

  @Test func classWeightsFromListsArraysAndColumns() throws {
    try place.write(NPYFile("<f8", [3], [1, 2, 3.0]).bytes, to: "q.npy")
    try place.write("name,q\na,1\nb,2\nc,3\n", to: "q.csv")
    let last = try place.loss("x.npy z.npy --pos-weights 1,2,3 --axis -1 --output o.npy --json")
    let losses: [Float] = try read("o.npy").elements
    for weights in [
      "q.npy --axis 1", "q.csv:q --axis 1", "q.csv:2 --axis -1", "1.0,2e0,3 --axis 1",
    ] {
      #expect(try place.loss("x.npy z.npy --pos-weights \(weights) --output o.npy --json") == last)
      #expect(try read("o.npy").elements == losses)
    }
    // Each class gets the loss of its weight as the uniform weight.
    for (index, weight) in ["1", "2", "3"].enumerated() {
      #expect(try place.loss("x.npy z.npy --pos-weight \(weight) --output u.npy").status == 0)
      let uniform: [Float] = try read("u.npy").elements
      #expect(uniform[index] == losses[index] && uniform[index + 3] == losses[index + 3])
    }
    #expect(try place.loss("x.npy z.npy --pos-weights 5,2 --axis 0 --output r.npy").status == 0)
    #expect(try place.loss("x.npy z.npy --pos-weight 5 --output u.npy").status == 0)
    #expect(try read("r.npy", as: Float.self).elements[..<3] == (try read("u.npy").elements[..<3]))
    // The rows of a table can be the classes.
    let rows = try place.loss(
      "t.csv:logit t.csv:label --pos-weights 1,2,3,1,2,3 --axis 0 --output r.csv")
    #expect(rows.output.hasSuffix("positive weight  1, 2, 3, 1, 2, 3 along axis 0\n"))
    #expect(
      try zip(column("loss", of: "r.csv"), losses).allSatisfy { abs(Float($0) - $1) <= 3 * $1.ulp })
  }

  @Test func pipes() throws {
    let array = NPYFile("<f4", [2, 3], Workplace.logits).bytes
    let expected = try place.loss("x.npy z.npy --json --gradient file.npy")
    for outputs in ["", " --gradient pipe.npy"] {
      #expect(try place.loss("/dev/stdin z.npy --json\(outputs)", input: array) == expected)
    }
    #expect(try place.directory.read("pipe.npy") == (try place.directory.read("file.npy")))
    let table = try place.loss("t.csv:logit t.csv:label --json")
    #expect(
      try place.loss("/dev/stdin:logit t.csv:label --json", input: Array(place.text("t.csv").utf8))
        == table)
    #expect(
      try place.tool.shell("mkfifo fifo.npy; cat x.npy > fifo.npy & wce loss fifo.npy z.npy --json")
        == expected)
    #expect(
      try place.tool.shell("wce loss /dev/stdin z.npy --json < x.npy") == expected)
    // A FIFO whose writer has ended: opening it again would wait for another one.
    var tool = place.tool
    tool.timeLimit = .seconds(30)
    let fifo = "mkfifo fifo; exec 3<> fifo; cat x.npy >&3; exec 4< fifo 3>&-"
    #expect(try tool.shell("\(fifo); wce loss /dev/stdin z.npy --json <&4") == expected)
    let cut = try place.loss("/dev/stdin z.npy", input: array.dropLast(5))
    #expect(
      cut
        == .failure(
          65, "/dev/stdin: element 4: the data ends here, but shape [2, 3] has 6 elements"))
  }

  /// The copy of a pipe goes to `TMPDIR`, whose name may have any bytes.
  @Test func temporaryDirectories() throws {
    let loss = "cat t.csv | wce loss /dev/stdin:logit t.csv:label --gradient g.csv"
    let variable = "export TMPDIR=\(place.directory.path)/$(printf 'd\\351')"
    #expect(
      try place.tool.shell("\(variable); \(loss)")
        == .failure(
          73,
          "\(place.directory.path)/d\u{FFFD}: cannot create a temporary file for /dev/stdin: "
            + "no such file or directory"))
    let outcome = try place.tool.shell(
      "\(variable); mkdir \"$TMPDIR\"; \(loss) && rmdir \"$TMPDIR\"")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try place.directory.names().contains("g.csv"))
  }

  @Test func aResultOnStandardOutputIsAloneThere() throws {
    for option in ["--output", "--gradient"] {
      #expect(try place.loss("x.npy z.npy \(option) file.csv").status == 0)
      let outcome = try place.loss("x.npy z.npy \(option) /dev/stdout")
      #expect(outcome == Outcome(output: try place.text("file.csv")))
    }
  }

  /// Larger than the parts that files are read in, and not a multiple of them.
  static let count = 600_001

  @Test func filesOfSeveralPartsGiveTheBitsOfOneCall() throws {
    var generator = SeededGenerator(seed: 11)
    let shape = [Self.count, 1]
    let logits = (0..<Self.count).map { _ in Float.random(in: -20...20, using: &generator) }
    let targets = (0..<Self.count).map { _ in
      UInt8.random(in: 0...9, using: &generator) == 0 ? 1 : 0 as Float
    }
    let weights = (0..<Self.count).map { _ in Float.random(in: 0...2, using: &generator) }
    try place.write(NPYFile("<f4", shape, logits).bytes, to: "lx.npy")
    try place.write(NPYFile("<f4", shape, targets).bytes, to: "lz.npy")
    try place.write(NPYFile("<f4", shape, weights).bytes, to: "lw.npy")
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9)
    func results(_ body: (inout MutableSpan<Float>) throws -> Void) rethrows -> NPYFile<Float> {
      var results = [Float](repeating: 0, count: Self.count)
      var span = results.mutableSpan
      try body(&span)
      return NPYFile("<f4", shape, results)
    }
    let losses = try results {
      try loss(logits: logits.span, targets: targets.span, weights: weights.span, into: &$0)
    }
    let gradient = try results {
      try loss.gradient(
        of: .weightedMean, logits: logits.span, targets: targets.span, weights: weights.span,
        into: &$0)
    }
    let mean = try loss.value(
      of: .weightedMean, logits: logits.span, targets: targets.span, weights: weights.span)
    var place = place
    place.tool.environment["WCE_INSTRUCTION_SET"] = try InstructionSet.selected.get().rawValue
    var reports: Set<String> = []
    for threads in ["", "--threads 1", "--threads 2", "--threads 7"] {
      let run = try place.loss(
        "lx.npy lz.npy --weights lw.npy --pos-weight 9 --normalize weights --json --output o.npy "
          + "--gradient g.npy \(threads)")
      reports.insert(run.output)
      #expect(try read("o.npy") == losses)
      #expect(try read("g.npy") == gradient)
    }
    #expect(reports.count == 1)
    #expect(try #require(reports.first).contains("\"mean\":\(mean),"))
  }

  @Test func indicesCountFromTheStartOfTheFile() throws {
    var targets = [UInt8](repeating: 1, count: Self.count)
    targets[Self.count - 1] = 3
    try place.write(
      NPYFile("<f4", [Self.count], [Float](repeating: 0, count: Self.count)).bytes, to: "lx.npy")
    try place.write(NPYFile("|u1", [Self.count], targets).bytes, to: "lz.npy")
    #expect(
      try place.loss("lx.npy lz.npy")
        == .failure(
          65, "lz.npy: logistic_loss: targets must lie in [0, 1], received 3.0 at index 600000"))
    try place.write("\nz\n" + targets.map { "\($0)\n" }.joined(), to: "lz.csv")
    #expect(
      try place.loss("lx.npy lz.csv:z")
        == .failure(
          65,
          "lz.csv: row 600001 (line 600003), column \"z\": logistic_loss: targets must lie "
            + "in [0, 1], received 3.0"
        ))
  }
}
