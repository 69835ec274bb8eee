// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@testable import _TradeoffReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The report about scores of any classifier.
@Suite struct ThresholdReportTests {
  private static let hostile = "<script>&\"'</b>\u{1}"

  private static func study(
    _ goal: TradeoffGoal?, costs: TradeoffCosts? = nil, _ method: ScoreCalibration.Method? = nil
  ) throws -> ThresholdStudy {
    var generator = SeededGenerator(seed: 4)
    let targets = (0..<60).map { $0 % 3 == 0 ? 1.0 : 0 }
    let scores = targets.map { Double.random(in: -1...1, using: &generator) + $0 }
    return try ThresholdStudy(
      scores: scores, kind: .logOdds, targets: targets,
      settings: ThresholdStudy.Settings(
        goal: goal, costs: costs, calibration: method, resamples: 20))
  }

  private static func html(_ studies: [ThresholdStudy]) -> String {
    ThresholdReport(
      studies.map { ThresholdReport.Item(scores: hostile, target: hostile, study: $0) },
      dataName: hostile, generator: hostile, command: hostile, nextCommand: hostile,
      notes: [hostile]
    ).html()
  }

  @Test func everyStudyHasAReport() throws {
    let studies = try [
      Self.study(.recall(atLeast: 0.8), .platt), Self.study(.precision(atLeast: 1)),
      Self.study(nil, costs: TradeoffCosts(miss: 5, alarm: 1), .isotonic), Self.study(nil),
    ]
    let html = Self.html(studies)
    #expect(html == Self.html(studies))
    #expect(!html.contains("<script") && !html.contains("</b>") && !html.contains("\u{1}"))
    for word in [" src=", "url(http", "onload", "nan", "Optional"] {
      #expect(!html.contains(word), "\(word)")
    }
    // A curve each, and the reliability before and after each calibration.
    let charts = html.matches(of: /(?s)<svg .*?<\/svg>/).map { String($0.0) }
    #expect(charts.count == 4 + 2 * 2)
    for chart in charts { #expect(try XMLDocument(xmlString: chart).rootElement() != nil) }
    let ids = html.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let references = html.matches(of: /aria-labelledby="([^"]+)"/).flatMap {
      $0.1.split(separator: " ").map(String.init)
    }
    #expect(references.allSatisfy(ids.contains))
    for study in studies {
      #expect(html.contains("<p>\(study.reason)</p>"))
      #expect(html.contains("<p class=\"weight\">\(study.verdict)</p>"))
      for number in [study.threshold, study.evaluation[.recall]!, study.spreads.recall.lowerBound] {
        #expect(html.contains("<data value=\"\(number)\">"))
      }
    }
  }
}
