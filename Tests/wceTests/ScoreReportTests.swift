// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// The reports of `wce tradeoff --scores` and `wce evaluate`, and what all reports have.
@Suite struct ScoreReportTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    var generator = SeededGenerator(seed: 8)
    var text = "p,r,label\n"
    for (row, noise) in generator.uniform(600, in: -4.0...4.0).enumerated() {
      let probability = (1e6 / (1 + exp((row % 30 == 0 ? 0 : 4) - noise))).rounded() / 1e6
      text += "\(probability),\(1 - probability),\(row % 30 == 0 ? 1 : 0)\n"
    }
    try place.write(text, to: "s.csv")
  }

  private func run(_ arguments: String) throws -> Outcome {
    try place.tool.run(arguments.split(separator: " ").map(String.init))
  }

  /// The values of the elements `<data>` in a part of a page.
  private func values(_ html: some StringProtocol) -> [Double] {
    String(html).matches(of: /<data value="([^"]+)">/).compactMap { Double($0.1) }
  }

  private func matrix(_ html: String) throws -> [Double] {
    values(try #require(html.firstMatch(of: /(?s)<table class="matrix">.*?<\/table>/)).0)
  }

  private func counts(_ confusion: JSON) -> [Double?] {
    ["truePositives", "falseNegatives", "falsePositives", "trueNegatives"].map {
      confusion[$0].number
    }
  }

  @Test func theReportOfScoresHasTheNumbersOfTheJSON() throws {
    let outcome = try run(
      "tradeoff s.csv --scores p --target label --cost-miss 50 --cost-alarm 2 --calibrate platt "
        + "--report r.html --picture p.svg --json s.json")
    #expect(outcome.status == 0 && outcome.errors == "")
    let html = try place.text("r.html")
    let studies = try JSONDecoder().decode(
      [Item].self, from: Data(place.directory.read("s.json")))
    let study = studies[0].study
    let counts = study.evaluation.confusion
    #expect(
      try matrix(html)
        == [
          counts.truePositives, counts.falseNegatives, counts.falsePositives, counts.trueNegatives,
        ])
    let table = try #require(html.firstMatch(of: /(?s)<table class="thresholds".*?<\/table>/)).0
    let costs = 50 * counts.falseNegatives + 2 * counts.falsePositives
    #expect(table.contains("<th scope=\"col\">cost</th>") && values(table).contains(costs))
    let known = Set(study.profile.decisions.points.map(\.threshold))
    for row in table.matches(of: /<tr[^>]*><th scope="row"><data value="([^"]+)">/) {
      #expect(known.contains(Double(row.1) ?? .nan))
    }
    let bins = try #require(html.firstMatch(of: /(?s)<table id="scores1-bins".*?<\/table>/)).0
    let calibration = try #require(study.calibration)
    #expect(
      values(bins)
        == (study.profile.rankedReliability.bins + calibration.rankedReliabilityAfter.bins)
        .flatMap { [$0.weight, $0.meanPrediction, $0.positiveRate] })
    for metric in [Metric.rocAUC, .averagePrecision] {
      #expect(values(html).contains(study.evaluation[metric] ?? .nan))
    }
    #expect(html.contains("lowest cost: threshold ") && html.contains("<dt>cost</dt>"))
    #expect(try place.text("p.svg").hasPrefix("<svg"))
    #expect(
      try run("tradeoff s.csv --scores p,r --target label,label --report r.html").status == 0)
    #expect(try place.text("r.html").matches(of: /data-decisions/).count > 1)
    let refused = try run("tradeoff s.csv --scores p,r --target label,label --picture p.svg")
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--picture is for one column of scores, received 2"))
  }

  private struct Item: Decodable { let study: ThresholdStudy }

  @Test func evaluateWritesAReport() throws {
    let fit = try run("fit s.csv --target label --model m.json")
    #expect(fit.status == 0)
    for source in ["--scores p --target label --threshold 0.2", "--model m.json --threshold 0.1"] {
      let plain = try run("evaluate s.csv \(source) --json")
      let outcome = try run("evaluate s.csv \(source) --json --report e.html --picture e.svg")
      #expect(outcome == plain && plain.status == 0)
      let html = try place.text("e.html")
      let json = try JSON(plain.output)
      #expect(try matrix(html) == counts(json["confusion"]).compactMap { $0 })
      let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(plain.output.utf8))
      #expect(values(html).contains(evaluation[.rocAUC] ?? .nan))
      #expect(html.contains("at the threshold 0."))
      #expect(try place.text("e.svg").hasPrefix("<svg"))
    }
    let same = try run("evaluate s.csv --scores p --target label --report s.html --picture s.html")
    #expect(same.status == 64)
    // Without a positive there is no recall, and still a report.
    try place.write("p,label\n0.1,0\n0.7,0\n", to: "n.csv")
    let none = try run("evaluate n.csv --scores p --target label --report n.html")
    #expect(none.status == 0, "\(none)")
    #expect(try !place.text("n.html").lowercased().contains(">nan"))
  }

  /// The coefficients are those of the model that the next command fits.
  @Test func coefficientsAreThoseOfTheFit() throws {
    let study = try run(
      "tradeoff s.csv --target label --recall-at-least 0.5 --folds 3 --report r.html")
    #expect(study.status == 0)
    let html = try place.text("r.html")
    let next = try #require(html.firstMatch(of: /<pre><code>wce (fit [^<]*)<\/code>/)).1
    #expect(try run(String(next)).status == 0)
    let classifier = try Classifier.read(place.directory.file("model.json"))
    let table = try #require(html.firstMatch(of: /(?s)<table id="coefficients".*?<\/table>/)).0
    #expect(values(table) == classifier.model.coefficients.sorted { abs($0) > abs($1) })
  }

  /// The policy of a report names its script.
  @Test func thePolicyHasTheHashOfTheScript() throws {
    #expect(
      try run("evaluate s.csv --scores p --target label --report r.html").status == 0)
    let html = try place.text("r.html")
    let script = try #require(html.firstMatch(of: /(?s)<script>(.*?)<\/script>/)).1
    try place.write(String(script), to: "script.js")
    let python =
      "import base64,hashlib;print(base64.b64encode(hashlib.sha256("
      + "open('script.js','rb').read()).digest()).decode())"
    let hash = try place.tool.shell("python3 -c \"\(python)\"")
    #expect(hash.status == 0)
    let name = hash.output.split(separator: "\n").first.map(String.init) ?? ""
    #expect(name.count == 44 && html.contains("sha256-\(name)&#39;"))
  }
}
