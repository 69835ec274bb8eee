// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Foundation
import LinearClassification
import Testing
import _TestSupport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct TradeoffReportTests {
  private static let hostile = "<script>&\"'</b>\u{1}"

  private static func study(
    _ weights: [Double] = [0.3, 1, 4], goal: TradeoffGoal? = nil
  ) throws -> TradeoffStudy {
    let (features, targets) = TestData.problem(rows: 400, columns: 3, seed: 12)
    return try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(positiveWeights: weights, folds: 3, seed: 7, goal: goal))
  }

  private static func report(_ study: TradeoffStudy) -> TradeoffReport {
    TradeoffReport(
      study,
      provenance: TradeoffReport.Provenance(
        dataName: hostile, target: TargetColumn(name: hostile, positive: hostile), featureCount: 3,
        command: hostile, nextCommand: hostile, version: "1.2.3", notes: [hostile]))
  }

  @Test func whatUsersNameIsTextAndNothingElse() throws {
    let html = Self.report(try Self.study(goal: .recall(atLeast: 0.5))).html()
    #expect(!html.contains("<script") && !html.contains("</b>") && !html.contains("\u{1}"))
    #expect(html.contains("&lt;script&gt;&amp;&quot;&#39;&lt;/b&gt;\u{FFFD}"))
  }

  /// Nothing is fetched and nothing runs.
  @Test func theFileNeedsNothingElse() throws {
    let html = Self.report(try Self.study(goal: .recall(atLeast: 0.5))).html()
    for word in [
      " src=", "url(http", "@import", "<script", "<iframe", "onload", "onclick", "srcset",
      "<object",
    ] {
      #expect(!html.contains(word), "\(word)")
    }
    // What is linked is followed by a click, or empty.
    let links = html.matches(of: /href="([^"]*)"/).map { String($0.1) }
    #expect(links == ["data:,", "https://doi.org/10.1093/jamia/ocac093"])
    #expect(html.matches(of: /url\(([^)]*)\)/).allSatisfy { $0.1.hasPrefix("#") })
  }

  @Test func theSameStudyGivesTheSameBytes() throws {
    let study = try Self.study(goal: .precision(atLeast: 0.5))
    let again = try Self.study(goal: .precision(atLeast: 0.5))
    #expect(Self.report(study).html() == Self.report(again).html())
    #expect(Self.report(study).picture() == Self.report(again).picture())
  }

  @Test func idsAreUniqueAndReferencesLeadSomewhere() throws {
    let html = Self.report(try Self.study(goal: .recall(atLeast: 0.5))).html()
    let ids = html.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let references =
      html.matches(of: /aria-(?:labelledby|describedby)="([^"]+)"/).flatMap {
        $0.1.split(separator: " ").map(String.init)
      }
      + html.matches(of: /url\(#([^)]+)\)/).map { String($0.1) }
    #expect(references.count >= 16 && references.allSatisfy(ids.contains))
  }

  /// Studies of every kind: with and without a goal, in reach or not, one weight, a precision that is undefined.
  @Test(
    arguments: [
      ([0.3, 1, 4], nil), ([0.3, 1, 4], try! TradeoffGoal.recall(atLeast: 0.5)),
      ([0.3, 1], try! .recall(atLeast: 1)), ([2], try! .precision(atLeast: 1)), ([1], nil),
      ([1e-9, 1e-4, 1], try! .recall(atLeast: 0.1)), ([1e-9], nil), ([1e6], nil),
    ] as [([Double], TradeoffGoal?)])
  func everyStudyHasAReport(weights: [Double], goal: TradeoffGoal?) throws {
    let report = Self.report(try Self.study(weights, goal: goal))
    let html = report.html()
    // The charts are XML, and so is all between the style and the end.
    let charts = html.matches(of: /(?s)<svg .*?<\/svg>/).map { String($0.0) }
    #expect(charts.count == 4)
    for chart in charts {
      let root = try #require(try XMLDocument(xmlString: chart).rootElement())
      #expect(try root.nodes(forXPath: "//text").count > 6)
    }
    #expect(try XMLDocument(xmlString: report.picture()).rootElement()?.name == "svg")
    for pathological in ["nan", "inf", "Optional", "-0.000"] {
      #expect(!html.contains(pathological), "\(pathological)")
    }
    #expect(html.matches(of: /<tr[^>]*><th scope="row"><data/).count == weights.count)
    #expect(html.contains("aria-labelledby=\"weights-title weights-description\""))
  }

  @Test func theChosenRowIsMarkedInWords() throws {
    func chosen(_ goal: TradeoffGoal?) throws -> String? {
      let html = Self.report(try Self.study(goal: goal)).html()
      return html.firstMatch(of: /<tr class="chosen">.*?<span class="choice">([^<]*)<\/span>/).map {
        String($0.1)
      }
    }
    #expect(try chosen(.recall(atLeast: 0.1)) == "recommended")
    #expect(try chosen(.recall(atLeast: 1)) == "comes closest")
    #expect(try chosen(nil) == "highest F1")
  }

  @Test func theReasonIsTheStudys() throws {
    let study = try Self.study(goal: .recall(atLeast: 0.4))
    let reason = try #require(study.recommendation?.reason)
    #expect(Self.report(study).html().contains("<p>\(reason)</p>"))
  }
}
