// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// `wce tradeoff`, `wce predict` and `wce evaluate` with the scores of another classifier.
@Suite struct ScoresTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    var generator = SeededGenerator(seed: 12)
    var text = "id,p,x,label,animal\n"
    for (row, noise) in generator.uniform(400, in: -4.0...4.0).enumerated() {
      let isPositive = row % 5 == 0
      let logit: Double = 2 * noise + (isPositive ? 1 : -3)
      let probability: Double = (1e4 / (1 + exp(-logit))).rounded() / 1e4
      text +=
        "\(row),\(probability),\(logit),\(isPositive ? "yes" : "no"),\(row % 3 == 0 ? 1 : 0)\n"
    }
    try place.write(text, to: "s.csv")
  }

  private func run(_ arguments: String) throws -> Outcome {
    try place.tool.run(arguments.split(separator: " ").map(String.init))
  }

  @Test func thresholdForARecall() throws {
    let outcome = try run(
      "tradeoff s.csv --scores p --target label --positive yes --recall-at-least 0.9 "
        + "--calibrate platt --model m.json --json all.json --report r.html")
    #expect(outcome.errors == "" && outcome.status == 0)
    let report = try place.text("r.html")
    #expect(report.contains(">recommended: threshold 0.0107 for recall ≥ 0.9</h2>"))
    #expect(
      report.contains("<pre><code>wce predict --model m.json new.csv --scores p</code></pre>"))
    #expect(
      outcome.output == """
        s.csv: 400 rows, scores of one classifier, probabilities.
        In brackets: the 90 % intervals of 500 stratified resamples of the rows, seed 0.

        scores  positives                threshold                recall             precision
             p         80  0.0107 [0.0027, 0.0172]  0.913 [0.863, 0.963]  0.292 [0.272, 0.316]

         on held-out rows    before  calibrated
        log loss           0.928703    0.426981
        Brier score        0.250333    0.136602
        calibration error  0.250908    0.069294

        > recommended: threshold 0.0107 for recall ≥ 0.9
        The threshold reaches a recall of at least 0.9 with the highest precision, and
        still reaches it in 76.2 % of the resamples. Of 1,000 rows it flags 625, finds
        183 positives and misses 17.5.

        Next:
          wce predict --model m.json new.csv --scores p

        """)
    // The model makes the same decisions.
    let predicted = try run("predict --model m.json s.csv --scores p --output d.csv")
    #expect(predicted == Outcome())
    let lines = try place.text("d.csv").split(separator: "\n")
    #expect(lines.count == 401 && lines.count { $0.hasSuffix(",1") } == 250)
    let model = try ScoreModel.read(place.directory.file("m.json"))
    #expect(model.threshold == 0.0107 && model.calibration?.method == .platt)
    #expect(try run("predict --model m.json s.csv --scores p --output d.npy") == Outcome())
    let array = try #require(NPYFile<Double>(try place.directory.read("d.npy")))
    #expect(array.elements.map { "\($0)" } == lines.dropFirst().map { String($0.dropLast(2)) })
    // Without the calibration the probabilities are the scores.
    let raw = try run("predict --raw --model m.json s.csv --scores p").output
    let expected = try place.text("s.csv").split(separator: "\n").dropFirst().map { line in
      try #require(Double(String(line.split(separator: ",")[1])))
    }
    let received = raw.split(separator: "\n").dropFirst().map { Double(String($0.dropLast(2))) }
    #expect(received == expected)
  }

  @Test func evaluation() throws {
    _ = try run(
      "tradeoff s.csv --scores p --target label --positive yes --recall-at-least 0.9 "
        + "--calibrate platt --model m.json")
    let calibrated = try run(
      "evaluate s.csv --scores p --target label --positive yes --model m.json")
    #expect(
      calibrated.output.hasPrefix(
        """
        rows               400, 80 of them positive
        probabilities      calibrated
        threshold          0.0107, of the scores

                           predicted positive  predicted negative
        positive                           73                   7
        negative                          177                 143

        precision          0.292

        """))
    // Log odds have the same ranking; their default threshold is 0.
    let probabilities = try run("evaluate s.csv --scores p --target label --positive yes")
    let logits = try run("evaluate s.csv --scores x --logits --target label --positive yes")
    func block(_ outcome: Outcome) -> String? {
      outcome.output.split(separator: "\n\n").dropFirst().first.map(String.init)
    }
    #expect(probabilities.output.contains("threshold          0.5, of the scores\n"))
    #expect(logits.output.contains("threshold          0.0, of the scores\n"))
    #expect(block(probabilities) == block(logits) && block(logits) != block(calibrated))
    let json = try run("evaluate s.csv --scores p --target label --positive yes --json").output
    #expect(json.contains("\"probabilities\" : \"raw\"") && !json.contains("positiveWeight"))
  }

  /// Scores that are calibrated already: any map is worse on held-out rows.
  @Test func calibrationThatDoesNotHelp() throws {
    let rows = (0..<80).map { row in
      let isPositive = (row / 2 % 4 == 0) == (row % 2 == 0)
      return "\(row % 2 == 0 ? 0.25 : 0.75),\(isPositive ? 1 : 0)\n"
    }
    try place.write("p,y\n" + rows.joined(), to: "c.csv")
    let output = try run("tradeoff c.csv --scores p --target y --calibrate platt").output
    #expect(
      output.contains(
        "\nThe calibration does not help: the log loss rises. Leave --calibrate out.\n\n"))
  }

  @Test func intervalsWithAConfidence() throws {
    let outcome = try run(
      "tradeoff s.csv --scores p --target label --positive yes --recall-at-least 0.9 "
        + "--confidence 0.9 --calibrate platt")
    #expect(
      outcome.output.contains(
        "resamples of the rows, seed 0;\nthat of the threshold is without the confidence.\n"))
    #expect(!outcome.output.contains("does not help"))
  }

  /// Several columns of scores, each with its target.
  @Test func manyClasses() throws {
    let outcome = try run(
      "tradeoff s.csv --scores p,x --logits --target animal,animal --recall-at-least 0.9 "
        + "--json all.json")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("400 rows, scores of 2 classifiers, log odds."))
    #expect(outcome.output.contains("> p: recommended: threshold "))
    #expect(outcome.output.contains("> x: recommended: threshold "))
    #expect(
      outcome.output.hasSuffix(
        """
        Next:
          wce tradeoff s.csv --scores p --logits --target animal --recall-at-least 0.9 \
        --json all.json --model scores.json

        """))
    let studies =
      try JSONSerialization.jsonObject(
        with: Data(place.directory.read("all.json"))) as? [[String: Any]]
    #expect(studies?.compactMap { $0["scores"] as? String } == ["p", "x"])
    #expect(studies?.allSatisfy { ($0["study"] as? [String: Any])?["threshold"] is Double } == true)
    #expect(
      try run("tradeoff s.csv --scores p,x --target animal")
        == .failure(64, "2 columns of scores need as many targets, received 1"))
    #expect(
      try run("tradeoff s.csv --scores p,x --logits --target animal,animal --model m.json")
        == .failure(64, "--model is for one column of scores, received 2"))
  }

  @Test func columnsThatAreKept() throws {
    _ = try run("tradeoff s.csv --scores p --target label --positive yes --model m.json")
    let plain = try run("predict --model m.json s.csv --scores p").output.split(separator: "\n")
    let kept = try run("predict --model m.json s.csv --scores p --keep id,label").output
    let table = try place.text("s.csv").split(separator: "\n").map { $0.split(separator: ",") }
    #expect(
      kept.split(separator: "\n").map(String.init)
        == zip(table, plain).map { "\($0[0]),\($0[3]),\($1)" })
    #expect(
      try run("predict --model m.json s.csv --scores p --keep id --output d.npy").status == 64)
  }

  @Test func scoresOfTheOtherClass() throws {
    try place.write("p,y\n0.9,0\n0.8,0\n0.1,1\n0.2,1\n", to: "r.csv")
    #expect(
      try run("tradeoff r.csv --scores p --target y").errors
        == "wce: note: r.csv: the scores \"p\" rank negatives above positives (ROC AUC 0); are "
        + "they scores of the other class?\n")
  }

  @Test func errors() throws {
    try place.write("p,t,y\n0.5,a,0\n1.5,b,1\n", to: "bad.csv")
    try place.write("p,y\n0.5,0\n,1\n", to: "gap.csv")
    _ = try run("tradeoff s.csv --scores p --target label --positive yes --model m.json")
    for (arguments, status, line) in [
      (
        "tradeoff bad.csv --scores p --target y", 65,
        "bad.csv: row 2 (line 3), column \"p\": probabilities must lie in [0, 1], received 1.5; "
          + "scores of another kind are log odds (--logits)"
      ),
      (
        "tradeoff bad.csv --scores t --target y", 65,
        "bad.csv: row 1 (line 2), column \"t\": scores must be numbers, received \"a\""
      ),
      (
        "evaluate gap.csv --scores p --target y", 65,
        "gap.csv: row 2 (line 3), column \"p\": the score is missing; give it a value, or remove "
          + "the row"
      ),
      (
        "predict --model m.json s.csv --scores x --logits", 64,
        "the model m.json is for probabilities; leave --logits out"
      ),
      (
        "predict --model m.json x.npy --scores p", 64, "--scores needs a table, DATA.csv"
      ),
      (
        "predict --model m.json s.csv --scores p,p", 64,
        "--scores takes one column here, received 2"
      ),
      (
        "predict --model m.json s.csv", 65,
        "m.json: this is not a usable model: it is a \"weighted-cross-entropy score model\", not a "
          + "\"weighted-cross-entropy linear classifier\""
      ),
      ("tradeoff s.csv --scores p --target y", 65, ""),
    ] as [(String, Int32, String)] {
      let outcome = try run(arguments)
      #expect(outcome.status == status, "\(arguments)")
      if line != "" { #expect(outcome == .failure(status, line)) }
    }
    for wrong in [
      "tradeoff s.csv --scores p --target label --l2 2", "tradeoff --scores p",
      "tradeoff s.csv --target label --calibrate platt", "evaluate s.csv --target label",
      "predict s.csv --scores p", "tradeoff s.csv --target label --logits",
      "tradeoff s.csv --scores p --target label --pos-weights 1,2",
    ] {
      #expect(try run(wrong).status == 64, "\(wrong)")
    }
  }
}
