// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// What `wce tradeoff` recommends, as the tool says it, and the models that follow the advice.
@Suite struct AdviceTests {
  private static let digits = ModelWorkplace.example("digits.csv")

  /// The row of a column with overlapping classes; one row in five is positive.
  private static func row(_ index: Int) -> (x: Double, target: Int) {
    (Double(index * 37 % 101) / 25 + (index % 5 == 0 ? 1.5 : 0), index % 5 == 0 ? 1 : 0)
  }

  private static func table(_ header: String = "x,y", rows: Int = 100) -> String {
    header + "\n" + (0..<rows).map { "\(row($0).x),\(row($0).target)\n" }.joined()
  }

  @Test func costs() throws {
    let outcome = try ModelWorkplace().run(
      "tradeoff --cost-miss 10 --cost-alarm 1 --pos-weights 0.004,1,10 --folds 3")
    #expect(
      outcome
        == Outcome(
          output: """
            Example data, handwritten digits, is it an eight: 1,797 rows, 174 of them
            positive (9.68 %), 64 features.
            Held-out rows of 3 stratified folds, seed 0, l2 1; ± is the standard deviation
            over the folds.

            For your own data:
              wce tradeoff DATA.csv --target COLUMN --recall-at-least R

                                       weight, threshold 1/2   | no weight, threshold 1/(1 + weight)
             weight  recall        precision       F1   cost   | threshold  recall  precision  cost
              0.004  0.000 ±0.000     undefined  0.000  1740   |     0.996   0.149      0.963  1481
                  1  0.736 ±0.055  0.842 ±0.063  0.785   484   |       0.5   0.736      0.842   484
               8.66  0.879 ±0.017  0.600 ±0.081  0.713   312   |     0.104   0.914      0.562   274
                 10  0.879 ±0.017  0.593 ±0.080  0.708   315   |    0.0909   0.914      0.541   285

            > recommended for the least cost: no weight, threshold 0.0386
                                           recall        precision     missed  false alarms  cost
                  q = 8.66, threshold 1/2  0.879 ±0.017  0.600 ±0.081      21           102   312
            > no weight, threshold 0.0386  0.960 ±0.026  0.451 ±0.032       7           203   273

            The threshold of an unweighted model costs less: 273 against 312 of the weight q
            = 8.66, a difference of 39 ± 38. On held-out rows recall is 0.96 (0.931 to 0.983
            over the folds) and precision 0.451 (0.419 to 0.482 over the folds). Each
            positive caught comes with 1.22 false alarms. A check: if probabilities are
            calibrated, the threshold 1 / (10 + 1) = 0.0909 costs least; for the unweighted
            model it costs 285. The least cost was chosen on the held-out rows, so expect a
            little more on new rows.

            Next:
              wce example > digits.csv && wce fit digits.csv --target is_eight\
             --threshold 0.0386 --model model.json

            """))
  }

  @Test(arguments: [
    ("--cost-miss 5", "--cost-miss and --cost-alarm need each other."),
    ("--cost-alarm 5", "--cost-miss and --cost-alarm need each other."),
    (
      "--cost-miss 5 --cost-alarm 1 --recall-at-least 0.9",
      "Give a recall or a precision, or costs, not both."
    ),
    (
      "--cost-miss 5 --cost-alarm 1 --confidence 0.9",
      "--confidence is for a recall or a precision, not for costs."
    ),
  ]) func costsThatAreRefused(options: String, message: String) throws {
    let outcome = try ModelWorkplace().run("tradeoff \(options)")
    #expect(outcome.status == 64 && outcome.errors.hasPrefix("Error: \(message)\n"))
    #expect(
      try ModelWorkplace().run("tradeoff --cost-miss 0 --cost-alarm 1")
        == .failure(64, "the cost of a miss must be finite and above 0, received 0.0"))
  }

  @Test func chosenPenalty() throws {
    let place = try ModelWorkplace()
    let fit = try place.succeed("fit \(Self.digits) --target is_eight --l2 auto --model m.json")
    let words = "(the least held-out log loss of 13 penalties from 0.001 to 100000)"
    #expect(fit.contains("\nl2 penalty         4.64 \(words)\n"))
    #expect(try place.json("m.json")["l2"].number == 4.64)
    let study = try place.succeed(
      "tradeoff \(Self.digits) --target is_eight --l2 auto --pos-weights 1 --json s.json")
    #expect(study.replacing("\n", with: " ").contains(", seed 0, l2 4.64 \(words); ± is"))
    #expect(
      study.hasSuffix(
        "Next:\n  wce fit \(Self.digits) --target is_eight --pos-weight 1 --l2 4.64 "
          + "--model model.json\n"))
    let json = try place.json("s.json")
    #expect(json["settings"]["l2"].number == 4.64)
    let path = json["penaltySearch"]["path"].elements
    let least = path.min { $0["logLoss"].number! < $1["logLoss"].number! }
    #expect(path.count == 13 && least?["l2"].number == 4.64)
    // A penalty that is not a number.
    let refused = try place.run("fit \(Self.digits) --target is_eight --l2 best --model m.json")
    #expect(refused.status == 64 && refused.errors.contains("auto"), "\(refused.errors)")
  }

  /// The threshold of a model decides in `predict` and `evaluate`, unless another is given.
  @Test func thresholdOfTheModel() throws {
    let place = try ModelWorkplace(["t.csv": Self.table()])
    let fit = try place.succeed("fit t.csv --target y --threshold 0.3 --model m.json")
    #expect(fit.contains("\nOn the training rows, calibrated, threshold 0.3:\n"))
    #expect(try place.json("m.json")["threshold"].number == 0.3)
    func alarms(_ options: String) throws -> [Int] {
      let predictions = try place.columns(
        ofTable: try place.succeed("predict t.csv --model m.json \(options)"))
      return [predictions[1].count { $0 == 1 }]
        + [0.3, 0.6].map { limit in predictions[0].count { $0 >= limit } }
    }
    let (stored, given) = (try alarms(""), try alarms("--threshold 0.6"))
    #expect(stored[0] == stored[1] && given[0] == given[2] && stored[0] > given[0])
    for (options, threshold, count) in [
      ("", "0.3", stored[0]), ("--threshold 0.6", "0.6", given[0]),
    ] {
      let text = try place.succeed("evaluate t.csv --model m.json \(options)")
      #expect(
        text.hasPrefix(
          """
          rows               100, 20 of them positive
          positive weight    1
          probabilities      calibrated
          threshold          \(threshold)

          """))
      let confusion = try JSON(
        place.succeed("evaluate t.csv --model m.json --json \(options)"))["confusion"]
      #expect(
        confusion["truePositives"].number! + confusion["falsePositives"].number! == Double(count))
    }
    #expect(
      try place.run("fit t.csv --target y --threshold 50 --model m.json")
        == .failure(64, "the threshold must be in [0, 1], received 50.0; 50 % is 0.5"))
  }

  /// A fold without alarms has no precision. One value has no deviation.
  @Test func foldsWithoutAlarms() throws {
    let place = try ModelWorkplace(["t.csv": Self.table()])
    let output = try place.succeed("tradeoff t.csv --target y --pos-weights 0.35,0.5,1,4 --folds 4")
    let rows = output.split(separator: "\n").filter { $0.contains("|") }.dropFirst(2)
    #expect(
      rows.map { String($0.prefix { $0 != "|" }) } == [
        "    0.35  0.150 ±0.191  1.000 ±0.000 (2 of 4)  0.261   ",
        "     0.5  0.200 ±0.163  1.000 ±0.000 (3 of 4)  0.333   ",
        ">      1  0.400 ±0.163  1.000 ±0.000           0.571   ",
        "       4  0.650 ±0.191  0.361 ±0.114           0.464   ",
      ])
    #expect(
      output.contains(
        "\n(k of 4): in the other folds there is no alarm, so precision is undefined.\n"))
    // In one fold: no deviation, and the reason says it in words.
    let single = try place.succeed(
      "tradeoff t.csv --target y --pos-weights 0.25 --folds 4 --recall-at-least 0.1")
    for text in [
      "\n   0.25  0.100 ±0.200  1.000 (1 of 4)  0.182   |       0.8   0.100      1.000\n",
      "\n> no weight, threshold 0.828  0.100 ±0.200  1.000 (1 of 4)      18             0\n",
      "precision 1 (in 1 of 4 folds; the others raise no\nalarm).",
    ] {
      #expect(single.contains(text), "\(single)")
    }
  }

  // MARK: Shares

  @Test(arguments: [
    ("tradeoff --recall-at-least 80%", "'80%' is invalid for '--recall-at-least <R>'; write 0.8"),
    (
      "tradeoff --recall-at-least=99.9%",
      "'99.9%' is invalid for '--recall-at-least <R>'; write 0.999"
    ),
    (
      "tradeoff --precision-at-least 0,8",
      "'0,8' is invalid for '--precision-at-least <P>'; write 0.8"
    ),
    ("tradeoff --confidence 90%", "'90%' is invalid for '--confidence <P>'; write 0.9"),
    ("tradeoff --folds 2.5", "'2.5' is invalid for '--folds <K>'"),
    ("tradeoff --recall-at-least high", "'high' is invalid for '--recall-at-least <R>'"),
    (
      "fit t.csv --target y --threshold 5% --model m.json",
      "'5%' is invalid for '--threshold <T>'; write 0.05"
    ),
    (
      "tradeoff t.csv --target y --cost-miss 1,000",
      "'1,000' is invalid for '--cost-miss <A>'; write 1000, or 1 if the comma is decimal"
    ),
    (
      "tradeoff t.csv --target y --cost-miss €5",
      "'€5' is invalid for '--cost-miss <A>'; write 5"
    ),
    ("loss x.npy z.npy --pos-weight 9,5", "'9,5' is invalid for '--pos-weight <Q>'; write 9.5"),
  ]) func sharesThatTheParserRefuses(line: String, message: String) throws {
    let outcome = try ModelWorkplace().run(line)
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("Error: The value \(message)\n"), "\(outcome.errors)")
  }

  @Test(arguments: [
    (
      "--recall-at-least 80",
      "the minimum recall must be above 0 and at most 1, received 80.0; 80 % is 0.8"
    ),
    (
      "--precision-at-least 150",
      "the minimum precision must be above 0 and at most 1, received 150.0"
    ),
    ("--recall-at-least 0", "the minimum recall must be above 0 and at most 1, received 0.0"),
    (
      "--confidence 95",
      "the confidence must be at least 0.5 and below 1, received 95.0; 95 % is 0.95"
    ),
  ]) func sharesOutOfRange(options: String, message: String) throws {
    #expect(try ModelWorkplace().run("tradeoff \(options)") == .failure(64, message))
  }

  // MARK: Notes in JSON

  /// The JSON repeats the notes on standard error, also those about a first row.
  @Test func notesInJSON() throws {
    let place = try ModelWorkplace([
      "t.csv": Self.table("4,y"), "p.csv": "4,y\n0.2,no\n0.7,Yes\n0.6,yes\n0.1,no\n",
    ])
    let first =
      "the first row was read as the header although its cell \"4\" is a number; if it is "
      + "data, use --no-header"
    let labels =
      "column \"y\": \"yes\" is positive; the 2 other labels count as negative: \"no\", "
      + "\"Yes\""
    func lines(_ notes: String...) -> String { notes.map { "wce: note: \($0)\n" }.joined() }
    let study = try place.run("tradeoff t.csv --target y --pos-weights 1,2 --json s.json")
    #expect(study.errors == lines("t.csv: \(first)"))
    #expect(try place.json("s.json")["notes"].elements.map(\.string) == ["t.csv: \(first)."])
    let evaluation = try place.run("evaluate p.csv --scores 4 --target y --positive yes --json")
    #expect(evaluation.errors == lines("p.csv: \(first)", "p.csv: \(labels)"))
    #expect(
      try JSON(evaluation.output)["notes"].elements.map(\.string)
        == ["p.csv: \(first)", "p.csv: \(labels)"])
    let scores = try place.run(
      "tradeoff p.csv --scores 4 --target y --positive yes --json p.json")
    #expect(scores.errors == evaluation.errors)
    #expect(
      try place.json("p.json").elements.first?["notes"].elements.map(\.string)
        == ["p.csv: \(first)", "p.csv: \(labels)"])
  }

  // MARK: Compressed files

  /// Without the program, the file is named as compressed.
  @Test(
    arguments: [
      ("gzip", [0x1F, 0x8B, 8]), ("bzip2", Array("BZh91AY&SY".utf8)), ("xz", [0xFD] + "7zXZ".utf8),
      ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
    ] as [(String, [UInt8])]) func programThatIsNotInstalled(name: String, start: [UInt8]) throws
  {
    let place = try ModelWorkplace()
    _ = try place.directory.write(start + [UInt8](repeating: 0, count: 20), to: "t.csv")
    var tool = place.tool
    tool.environment["PATH"] = place.directory.path
    #expect(
      try tool.run("fit", "t.csv", "--target", "y", "--model", "m.json")
        == .failure(
          65,
          "t.csv: the file is compressed, and the program \(name) is not installed; decompress "
            + "it first"))
    #expect(try place.directory.names() == ["t.csv"])
  }
}
