// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@testable import _TradeoffReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The sections that the reports of studies and of scores have.
@Suite struct SectionTests {
  private static let hostile = "</script><script>alert(1)</script>&\"'</b>\u{1}"

  /// Scores of 5,000 rows, of which one in `every` is positive.
  private struct Sample {
    var scores: [Double] = []
    var targets: [Double] = []

    init(every: Int) {
      var generator = SeededGenerator(seed: 4)
      for row in 0..<5000 {
        let isPositive = row % every == 0
        let logit = Double.random(in: -4...4, using: &generator) - (isPositive ? 3 : 7)
        scores.append(1 / (1 + exp(-logit)))
        targets.append(isPositive ? 1 : 0)
      }
    }

    func study(costs: TradeoffCosts? = nil) throws -> ThresholdStudy {
      try ThresholdStudy(
        scores: scores, kind: .probabilities, targets: targets,
        settings: .init(costs: costs, calibration: .platt, resamples: 20))
    }
  }

  private static func report(_ studies: ThresholdStudy...) -> DecisionReport {
    DecisionReport(
      studies.map { DecisionReport.Item($0, name: hostile, target: hostile) },
      nextCommand: hostile,
      provenance: Provenance(
        dataName: hostile, generator: hostile, command: hostile, notes: [hostile]))
  }

  /// The numbers that the script has.
  private struct Counts: Decodable {
    let positives, negatives: Double
    let costs: [Double]?
    let chosen: Int
    let points: [[Double]]

    static func all(_ html: String) throws -> [Counts] {
      try html.matches(of: /<script type="application\/json">(.*?)<\/script>/).map {
        try JSONDecoder().decode(Counts.self, from: Data(String($0.1).utf8))
      }
    }
  }

  @Test func theScriptHasTheCountsOfTheRows() throws {
    let sample = Sample(every: 20)
    let study = try sample.study(costs: TradeoffCosts(miss: 30, alarm: 1))
    let data = try #require(try Counts.all(Self.report(study).html()).first)
    let points = data.points
    #expect((3...200).contains(points.count))
    #expect(data.costs == [30, 1] && data.positives == 250 && data.negatives == 4750)
    for index in points.indices where index % 10 == 0 || index == data.chosen {
      let point = points[index]
      let alarms = sample.scores.indices.filter { sample.scores[$0] >= point[0] }
      let caught = alarms.count { sample.targets[$0] == 1 }
      #expect(point[1] == Double(caught) && point[2] == Double(alarms.count - caught))
    }
    #expect(points[data.chosen][0] == study.threshold)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0[0] > $1[0] && $0[1] <= $1[1] })
  }

  @Test func aStudyHasTheDecisionsOfItsChoice() throws {
    for goal in [nil, try TradeoffGoal.recall(atLeast: 0.6), try .precision(atLeast: 1)] {
      let study = try TradeoffStudy.seeded(goal: goal)
      let curve = study.decisions
      #expect(curve.confusion(curve.chosenIndex) == study.chosenEvaluation.confusion)
      let chosen = study.recommendation.map { $0.recommended ?? $0.weight }
      #expect(chosen == nil || chosen?.confusion == study.chosenEvaluation.confusion)
      guard study.recommendation?.verdict == .threshold else { continue }
      // The thresholds are shortened, and select the rows of the unweighted curve.
      let known = Set(study.unweightedCurve.map { [$0.recall, $0.precision] })
      for index in curve.points.indices where index != curve.chosenIndex {
        let counts = curve.confusion(index)
        #expect(known.contains([counts.recall ?? -1, counts.precision ?? -1]))
      }
    }
  }

  @Test func sentenceAndMatrix() throws {
    let counts = ConfusionMatrix(
      truePositives: 18, falsePositives: 162, trueNegatives: 19_804, falseNegatives: 16)
    let study = try TradeoffStudy.seeded()
    let panel = DecisionPanel(
      id: "p", curve: study.decisions, confusion: counts, costs: nil,
      terms: DecisionPanel.Term.standard(counts, costs: try TradeoffCosts(miss: 200, alarm: 5)))
    let html = panel.markup.source
    let text = html.replacing(/<[^>]*>/, with: "")
    #expect(text.contains("Of 1,000 cases: 9 alarms, 0.9 caught, 0.8 missed."))
    for (key, value, shown) in [
      ("caught", "18.0", "18"), ("missed", "16.0", "16"), ("false-alarms", "162.0", "162"),
      ("rest", "19804.0", "19,804"),
    ] {
      #expect(
        html.contains("<td data-show=\"\(key)\"><data value=\"\(value)\">\(shown)</data></td>"))
    }
    #expect(text.contains("alarm rate0.9\u{A0}%") && text.contains("cost4,010"))
    // The script knows every number by the name that it has in the page.
    for match in html.matches(of: /data-show="([^"]*)"/) {
      let name = match.1.contains("-") ? "\"\(match.1)\":" : "\(match.1):"
      #expect(Script.source.contains(" \(name)"))
    }
  }

  @Test func rarePositivesAreDrawnOnLogarithmicAxes() throws {
    let rare = try Sample(every: 500).study()
    let html = Self.report(rare).html()
    #expect(html.matches(of: /share of positives \(logarithmic\)/).count == 2)
    #expect(
      !Self.report(try Sample(every: 10).study()).html().contains("positives (logarithmic)"))
    let bins = rare.profile.rankedReliability.bins
    #expect(bins.count > 5 && bins.reduce(0) { $0 + $1.weight } == 5000)
    #expect(bins.reduce(0) { $0 + $1.weight * $1.positiveRate }.rounded() == 10)
    // Each has half of the remaining rows.
    for (bin, share) in zip(bins, [2500.0, 1250, 625, 313, 156]) {
      #expect(abs(bin.weight - share) <= 1)
    }
    #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
    // Small numbers have digits.
    #expect(0.00234.significant == "0.00234" && 0.5.significant == "0.500")
  }

  /// The numbers of rows over a chart do not touch.
  @Test(arguments: [500, 100, 10]) func countsDoNotTouch(every: Int) throws {
    let html = Self.report(try Sample(every: every).study()).html()
    let figures = html.matches(of: /(?s)<svg .*?<\/svg>/).map { String($0.0) }
    var checked = 0
    for figure in figures {
      let labels = figure.matches(
        of: /<text class="tick" x="([0-9.]+)" y="54" text-anchor="middle">([^<]*)</)
      let boxes = labels.compactMap { label in
        Double(label.1).map { ($0, Double(label.2.count) * Chart.characterWidth / 2) }
      }.sorted { $0.0 < $1.0 }
      checked += boxes.count
      for (left, right) in zip(boxes, boxes.dropFirst()) {
        #expect(left.0 + left.1 < right.0 - right.1)
      }
    }
    #expect(checked > 8)
  }

  @Test func theReportOfScoresIsWellFormed() throws {
    let study = try Sample(every: 20).study()
    let report = Self.report(study, study)
    let html = report.html()
    #expect(throws: Never.self) { try XMLDocument(xmlString: html) }
    #expect(try XMLDocument(xmlString: report.picture()).rootElement()?.name == "svg")
    // Two sets of counts and one script.
    #expect(html.matches(of: /<script/).count == 3 && !html.contains("alert(1)</script>"))
    #expect(!html.contains("\u{1}"))
    let ids = html.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let references = html.matches(of: /aria-(?:labelledby|describedby)="([^"]+)"/).flatMap {
      $0.1.split(separator: " ").map(String.init)
    }
    #expect(references.allSatisfy(ids.contains))
    #expect(Self.report(study, study).html() == html)
  }

  @Test func coefficientsAndColumns() throws {
    var generator = SeededGenerator(seed: 3)
    let columns = (0..<12).map { _ in generator.uniform(300, in: -1.0...1.0) }
    let model = try LogisticRegression().fit(
      FeatureMatrix(columns: columns.map { .numbers($0) }),
      targets: (0..<300).map { columns[0][$0] - columns[5][$0] / 2 > 0 ? 1 : 0 })
    let names = (0..<12).map { "\(Self.hostile)\($0)" }
    let section = ModelSection(
      model: model, names: names,
      columns: ColumnUse(
        used: names, excluded: [Self.hostile], filled: [.init(name: Self.hostile, count: 3)]))
    let html = section.markup.source
    #expect(throws: Never.self) { try XMLDocument(xmlString: html) }
    #expect(!html.contains("<script") && !html.contains("</b>"))
    let values = html.matches(of: /<data value="([^"]+)">/).compactMap { Double($0.1) }
    #expect(values == Array(model.coefficients.sorted { abs($0) > abs($1) }.prefix(10)))
    #expect(html.contains("\(model.originalCoefficients[0].formatted(4)) per unit of "))
    #expect(html.contains("excluded (1)") && html.contains("(3 cells)"))
    // Without a model and columns there is no section, and without coefficients no table.
    #expect(ModelSection(model: nil, names: [], columns: nil).markup.source == "")
    var object = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(model)) as? [String: Any])
    object["coefficients"] = [Double](repeating: 0, count: 12)
    let zero = try JSONDecoder().decode(
      LogisticModel.self, from: JSONSerialization.data(withJSONObject: object))
    let empty = ModelSection(model: zero, names: names, columns: nil).markup.source
    #expect(empty.contains("All coefficients are 0.") && !empty.contains("<table"))
  }
}
