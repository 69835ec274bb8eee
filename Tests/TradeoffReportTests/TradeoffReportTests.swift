// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
@testable import _TradeoffReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct TradeoffReportTests {
  private static let hostile = "<script>&\"'</b>\u{1}"

  private static func report(_ study: TradeoffStudy) -> TradeoffReport {
    TradeoffReport(
      study, target: TargetColumn(name: hostile, positive: hostile), featureCount: 3,
      nextCommand: hostile,
      provenance: Provenance(
        dataName: hostile, generator: hostile, command: hostile, notes: [hostile]))
  }

  @Test func userTextIsEscaped() throws {
    let html = Self.report(try TradeoffStudy.seeded(goal: .recall(atLeast: 0.5))).html()
    #expect(!html.contains("<script>&") && !html.contains("</b>") && !html.contains("\u{1}"))
    // The counts and the script of the slider.
    #expect(html.matches(of: /<script/).count == 2)
    #expect(html.contains("&lt;script&gt;&amp;&quot;&#39;&lt;/b&gt;\u{FFFD}"))
  }

  /// The page loads no resources and runs no other script.
  @Test func theFileIsSelfContained() throws {
    let html = Self.report(try TradeoffStudy.seeded(goal: .recall(atLeast: 0.5))).html()
    for word in [
      " src=", "url(http", "@import", "<iframe", "onload", "onclick", "srcset",
      "<object",
    ] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("default-src &#39;none&#39;") && html.contains(Script.hash))
    // A link is empty, or is only followed on a click.
    let links = html.matches(of: /href="([^"]*)"/).map { String($0.1) }
    #expect(links == ["data:,", "https://doi.org/10.1093/jamia/ocac093"])
    #expect(html.matches(of: /url\(([^)]*)\)/).allSatisfy { $0.1.hasPrefix("#") })
  }

  @Test func sameStudyGivesTheSameBytes() throws {
    let study = try TradeoffStudy.seeded(goal: .precision(atLeast: 0.5))
    let again = try TradeoffStudy.seeded(goal: .precision(atLeast: 0.5))
    #expect(Self.report(study).html() == Self.report(again).html())
    #expect(Self.report(study).picture() == Self.report(again).picture())
  }

  @Test func idsAreUniqueAndReferencesResolve() throws {
    let html = Self.report(try TradeoffStudy.seeded(goal: .recall(atLeast: 0.5))).html()
    let ids = html.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let references =
      html.matches(of: /aria-(?:labelledby|describedby)="([^"]+)"/).flatMap {
        $0.1.split(separator: " ").map(String.init)
      }
      + html.matches(of: /url\(#([^)]+)\)/).map { String($0.1) }
    #expect(references.count >= 16 && references.allSatisfy(ids.contains))
  }

  /// With and without a goal, reached or not, with one weight, and with an undefined precision.
  @Test(
    arguments: [
      ([0.3, 1, 4], nil), ([0.3, 1, 4], try! TradeoffGoal.recall(atLeast: 0.5)),
      ([0.3, 1], try! .recall(atLeast: 1)), ([2], try! .precision(atLeast: 1)), ([1], nil),
      ([1e-9, 1e-4, 1], try! .recall(atLeast: 0.1)), ([1e-9], nil), ([1e6], nil),
    ] as [([Double], TradeoffGoal?)])
  func everyStudyHasAReport(weights: [Double], goal: TradeoffGoal?) throws {
    let report = Self.report(try TradeoffStudy.seeded(weights, goal: goal))
    let html = report.html()
    let charts = html.matches(of: /(?s)<svg .*?<\/svg>/).map { String($0.0) }
    #expect(charts.count == (report.study.chosenIndex == nil ? 4 : 6))
    #expect(throws: Never.self) { try XMLDocument(xmlString: html) }
    for chart in charts {
      let root = try #require(try XMLDocument(xmlString: chart).rootElement())
      #expect(try root.nodes(forXPath: "//text").count > 6)
    }
    #expect(try XMLDocument(xmlString: report.picture()).rootElement()?.name == "svg")
    for pathological in ["nan", "inf", "Optional", "-0.000"] {
      #expect(!html.contains(pathological), "\(pathological)")
    }
    let table = try #require(html.firstMatch(of: /(?s)<table id="paths".*?<\/table>/)?.0)
    #expect(
      table.matches(of: /<tr[^>]*><th scope="row"><data/).count == report.study.weightPath.count)
    #expect(html.contains("aria-labelledby=\"weights-title weights-description\""))
  }

  @Test func theChosenRowIsMarkedInWords() throws {
    func chosen(_ goal: TradeoffGoal?, confidence: Double? = nil) throws -> String? {
      let html = Self.report(try TradeoffStudy.seeded(goal: goal, confidence: confidence)).html()
      return html.matches(of: /<tr class="chosen">.*?<span class="choice">([^<]*)<\/span>/).last.map
      {
        String($0.1)
      }
    }
    #expect(try chosen(.recall(atLeast: 0.1)) == "best weight")
    #expect(try chosen(.recall(atLeast: 0.6), confidence: 0.95) == "recommended")
    #expect(try chosen(.recall(atLeast: 1)) == "comes closest")
    #expect(try chosen(nil) == "highest F1")
  }

  @Test func reasonIsInThePageAndTheJSON() throws {
    let study = try TradeoffStudy.seeded(goal: .recall(atLeast: 0.4))
    let report = Self.report(study)
    #expect(report.html().contains("<p>\(study.reason)</p>"))
    let json = Data(try report.json().utf8)
    #expect(try JSONDecoder().decode(TradeoffStudy.self, from: json) == study)
    let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    let recommendation = try #require(object["recommendation"] as? [String: Any])
    #expect(recommendation["reason"] as? String == study.reason)
    #expect(recommendation["threshold"] is [String: Any])
    #expect(try !Self.report(.seeded()).json().contains("\"reason\""))
  }
}
