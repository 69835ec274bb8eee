// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport
import _TradeoffReport
import _Version

@Suite struct TradeoffCommandTests {
  let directory: TemporaryDirectory
  var tool: Tool { Tool(directory: directory.path) }

  init() throws { directory = try TemporaryDirectory() }

  /// A table with names that need quoting, a missing cell and row weights.
  func writeAwkwardTable() throws {
    var generator = SeededGenerator(seed: 3)
    var text = "a & b,\"it's <c>\",\"the \"\"target\"\"\",w\n"
    for row in 0..<300 {
      let isPositive = row % 5 == 0
      let shift = isPositive ? 1.0 : 0
      let cells = (0..<2).map { _ in Double.random(in: -1...1, using: &generator) + shift }
      let first = row == 7 ? "" : "\(cells[0])"
      text += "\(first),\(cells[1]),\(isPositive ? "y e s" : "no"),\(row % 4 == 0 ? 2 : 1)\n"
    }
    _ = try directory.write(text, to: "it's.csv")
  }

  static let awkward = [
    "tradeoff", "it's.csv", "--target", "the \"target\"", "--positive", "y e s", "--weights", "w",
    "--missing",
    "mean", "--pos-weights", "0.5,1,3.25", "--folds", "3",
  ]

  func text(_ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  func study(_ name: String) throws -> TradeoffStudy {
    try JSONDecoder().decode(TradeoffStudy.self, from: Data(directory.read(name)))
  }

  // MARK: The terminal

  @Test func withoutDataItStudiesTheExample() throws {
    let outcome = try tool.run("tradeoff", "--pos-weights", "0.1,1,10,40", "--folds", "3")
    #expect(outcome == Outcome(output: Self.exampleOutput))
  }

  @Test func theExampleIsTheShippedTable() throws {
    let path = ModelWorkplace.root.appending(path: "Examples/digits.csv").path
    let shipped = try String(contentsOfFile: path, encoding: .utf8)
    #expect(try tool.run("example") == Outcome(output: shipped))
    let options = ["--pos-weights", "0.1,1,10,40", "--folds", "3"]
    let file = try tool.run(
      ["tradeoff", path, "--target", "is_eight", "--recall-at-least", "0.9"] + options)
    func rows(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { $0.contains(" ±0.") }
    }
    #expect(rows(file.output).count == 7)
    #expect(rows(file.output) == rows(Self.exampleOutput))
  }

  @Test func outOfReachIsSaid() throws {
    let outcome = try tool.run(
      "tradeoff", "--pos-weights", "1,2", "--precision-at-least", "1", "--confidence", "0.99")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("> comes closest for precision ≥ 1: q = 1\n"))
    // No command to fit: the weight misses the goal.
    #expect(
      outcome.output.hasSuffix(
        "Next:\n  wce tradeoff --pos-weights 0.01...1:11 --precision-at-least 1 "
          + "--confidence 0.99\n"))
  }

  @Test func withoutAGoalNothingIsRecommended() throws {
    try writeAwkwardTable()
    let output = try tool.run(Self.awkward).output
    #expect(output.contains("> highest F1: q = "))
    #expect(output.contains("There is no goal, and so no recommendation;"))
    #expect(!output.contains("recommended"))
  }

  @Test func noticesGoToStandardError() throws {
    try writeAwkwardTable()
    let outcome = try tool.run(Self.awkward)
    #expect(outcome.errors == "wce: note: it's.csv: filled 1 missing cell of column \"a & b\"\n")
  }

  /// One positive in a thousand rows, two features.
  private func writeRareTable() throws {
    var generator = SeededGenerator(seed: 5)
    var text = "a,b,z\n"
    for row in 0..<20_000 {
      let isPositive = row % 1000 == 0
      let cells = (0..<2).map { _ in
        (0..<4).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &generator) }
          + (isPositive ? 2 : 0)
      }
      text += "\(cells[0]),\(cells[1]),\(isPositive ? 1 : 0)\n"
    }
    _ = try directory.write(text, to: "rare.csv")
  }

  @Test func theDefaultWeightsFollowTheData() throws {
    try writeRareTable()
    let command = [
      "tradeoff", "rare.csv", "--target", "z", "--recall-at-least", "0.9", "--folds", "2",
    ]
    let outcome = try tool.run(command + ["--json", "s.json"])
    #expect(outcome.status == 0)
    let study = try study("s.json")
    // Ten times 19,980 / 20, and on to the next of five steps a decade.
    #expect(
      study.settings.positiveWeights.count == 26 && study.settings.positiveWeights.last == 10000)
    let recommendation = try #require(study.recommendation)
    #expect(recommendation.weight.isReached && recommendation.weight.positiveWeight > 100)
    #expect(outcome.output.contains("> recommended for recall ≥ 0.9: "))
    // No weight up to 100 reaches the goal.
    let short = try tool.run(command + ["--pos-weights", "0.1...100:4"])
    #expect(
      short.output.replacing("\n", with: " ").contains(
        "q = 100 comes closest. A threshold of an unweighted model reaches it."))
    #expect(
      short.output.replacing("\n", with: " ").contains(
        "Larger weights may reach it; try 100 to 10000."))
    #expect(short.output.contains("Next:\n  wce fit rare.csv --target z --threshold "))
  }

  @Test func helpSaysTheDefaultWeights() throws {
    let help = try tool.run("tradeoff", "--help").output
    #expect(
      help.contains(
        """
          --pos-weights <PATH|Q1,Q2,...>
                                  The positive weights: FIRST...LAST:COUNT in equal
                                  ratios, or numbers separated by commas. (default:
                                  five a decade from 0.1 to 100, or to 10 negatives /
                                  positives if that is more, and up to 100 times
                                  further while none reaches the goal)

        """))
  }

  // MARK: Files

  /// Every number of the report is in the JSON, with all digits.
  @Test func theReportShowsTheNumbersOfTheJSON() throws {
    try writeAwkwardTable()
    for (options, isExample) in [([], true), (["--precision-at-least", "0.4"], false)] {
      let command = isExample ? ["tradeoff", "--folds", "3"] : Self.awkward
      let outcome = try tool.run(command + options + ["--report", "r.html", "--json", "s.json"])
      try #require(outcome.status == 0)
      let study = try study("s.json")
      let html = try text("r.html")
      let table = try #require(
        html.firstMatch(of: /(?s)<table id="paths".*?<tbody>(.*?)<\/tbody>/)?.1)
      let rows = table.matches(of: /<tr.*?<\/tr>/).map { Self.values(String($0.0)) }
      try #require(rows.count == study.weightPath.count)
      for (row, (point, moved)) in zip(rows, zip(study.weightPath, study.thresholdPath)) {
        let expected: [Double?] = [
          point.positiveWeight, point.pooled[.recall], point.spread(of: .recall)?.standardDeviation,
          point.pooled[.precision], point.spread(of: .precision)?.standardDeviation,
          point.pooled[.f1],
          point.pooled[.matthewsCorrelation], point.calibrated[.logLoss],
          point.calibrated[.calibrationError],
          moved.threshold, moved.pooled[.recall], moved.pooled[.precision], moved.pooled[.f1],
        ]
        #expect(row == expected.compactMap { $0 })
      }
      let bins = try #require(
        html.firstMatch(of: /(?s)<table id="bins".*?<tbody>(.*?)<\/tbody>/)?.1)
      #expect(
        Self.values(String(bins))
          == (study.calibration.before.bins + study.calibration.after.bins).flatMap {
            [$0.weight, $0.meanPrediction, $0.positiveRate]
          })
      let recommendation = try #require(study.recommendation)
      let answer = try #require(html.firstMatch(of: /(?s)<dl>(.*?)<\/dl>/)?.1)
      let chosen = recommendation.recommended ?? recommendation.weight
      #expect(
        Self.values(String(answer))
          == [
            chosen.recall, chosen.precision, chosen.confusion.f1, chosen.falseAlarmsPerCatch,
            chosen.probability,
          ].compactMap { $0 })
      #expect(html.contains("<p>\(study.reason)</p>"))
      // Each mark of the chart has its number as text.
      for (point, metric) in study.weightPath.flatMap({ point in
        [(point, Metric.recall), (point, .precision)]
      }) {
        guard let value = point.pooled[metric] else { continue }
        let tip = try #require(
          html.firstMatch(
            of: try Regex(
              "q = ([0-9.e-]+): \(metric.title) (\(String(format: "%.3f", value)))</title>")))
        #expect(tip.output.count == 3)
      }
    }
  }

  /// The numbers in the order of the text.
  private static func values(_ html: String) -> [Double] {
    html.matches(of: /<data value="([^"]+)">/).compactMap { Double($0.1) }
  }

  @Test func theReportSaysItsCommandAndVersion() throws {
    try writeAwkwardTable()
    _ = try tool.run(Self.awkward + ["--report", "r.html"])
    let html = try text("r.html")
    #expect(html.contains("<p>Made by wce \(WCE_VERSION) with the command</p>"))
    // Quoted for a shell, then escaped for HTML.
    let command =
      #"wce tradeoff 'it'\''s.csv' --target 'the "target"' --positive 'y e s' --weights w "#
      + #"--missing mean --pos-weights 0.5,1,3.25 --folds 3 --report r.html"#
    let escaped = command.replacing("'", with: "&#39;").replacing("\"", with: "&quot;")
    #expect(html.contains("<pre><code>\(escaped)</code></pre>"))
  }

  @Test func theSameCommandWritesTheSameBytes() throws {
    func run(_ threads: String) throws -> [[UInt8]] {
      _ = try tool.run(
        "tradeoff", "--folds", "2", "--pos-weights", "0.5...8:3", "--threads", threads, "--json",
        "s.json",
        "--picture", "p.svg")
      return try [directory.read("s.json"), directory.read("p.svg")]
    }
    let one = try run("1")
    #expect(try one == run("1") && one == run("2"))
  }

  /// `wce tradeoff --picture Documentation/recall-precision.svg` makes the picture.
  @Test func thePictureOfTheDocumentationIsUpToDate() throws {
    #expect(try tool.run("tradeoff", "--picture", "p.svg").status == 0)
    let path = ModelWorkplace.root.appending(path: "Documentation/recall-precision.svg").path
    #expect(try text("p.svg") == String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func weightsOfARangeAreShortNumbers() throws {
    _ = try tool.run(
      "tradeoff", "--folds", "2", "--pos-weights", "0.1...100:16", "--json", "s.json")
    #expect(
      try study("s.json").settings.positiveWeights
        == [
          0.1, 0.158, 0.251, 0.398, 0.631, 1, 1.58, 2.51, 3.98, 6.31, 10, 15.8, 25.1, 39.8, 63.1,
          100,
        ])
    // More digits if the weights would otherwise be equal.
    _ = try tool.run("tradeoff", "--folds", "2", "--pos-weights", "1...1.004:5", "--json", "s.json")
    #expect(try study("s.json").settings.positiveWeights == [1, 1.001, 1.002, 1.003, 1.004])
  }

  private static let exampleOutput = """
    Example data, handwritten digits, is it an eight: 1,797 rows, 174 of them
    positive (9.68 %), 64 features.
    Held-out rows of 3 stratified folds, seed 0, l2 1; ± is the standard deviation
    over the folds.

    For your own data:
      wce tradeoff DATA.csv --target COLUMN --recall-at-least R

                         weight, threshold 1/2   | no weight, threshold 1/(1 + weight)
     weight  recall        precision       F1    | threshold  recall  precision
        0.1  0.466 ±0.030  0.976 ±0.037  0.630   |     0.909   0.471      0.965
          1  0.736 ±0.055  0.842 ±0.063  0.785   |       0.5   0.736      0.842
         10  0.879 ±0.017  0.593 ±0.080  0.708   |    0.0909   0.914      0.541
      36.88  0.902 ±0.010  0.541 ±0.043  0.677   |    0.0264   0.966      0.410
         40  0.902 ±0.010  0.536 ±0.039  0.672   |    0.0244   0.971      0.402

    > recommended for recall ≥ 0.9: no weight, threshold 0.1174
                                   recall        precision     missed  false alarms
         q = 36.88, threshold 1/2  0.902 ±0.010  0.541 ±0.043      17           133
    > no weight, threshold 0.1174  0.902 ±0.020  0.579 ±0.048      17           114

    The threshold of an unweighted model has the higher precision: 0.579 against
    0.541 of the weight q = 36.88, a difference of 0.038 ± 0.027. On held-out rows
    recall is 0.902 (0.879 to 0.914 over the folds) and precision 0.579 (0.546 to
    0.638 over the folds). Each positive caught comes with 0.726 false alarms. The
    goal is met on the held-out rows without a margin; on as many new rows it holds
    with a probability of about 0.52. A confidence adds a margin.

    Next:
      wce example > digits.csv && wce fit digits.csv --target is_eight --threshold 0.1174\
     --model model.json

    """
}
