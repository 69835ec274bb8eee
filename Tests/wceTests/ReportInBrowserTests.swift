// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@Suite(.enabled(if: Browser.path != nil, "there is no Chromium")) struct ReportInBrowserTests {
  @Test(arguments: [400, 820, 1200]) func theReportFits(width: Int) throws {
    let report = try report()
    let findings = try Browser.inspect(report, width: width)
    let points = try #require(report.firstMatch(of: /"points":\[.*\[[^,]*,([0-9.]+),([0-9.]+)\]\]/))
    let (caught, alarms) = try (#require(Double(points.1)), #require(Double(points.2)))
    let said = [caught + alarms, caught, 174 - caught].map { (1000 * $0 / 1797).formatted(3) }
    // The policy of the page permits its script.
    #expect(
      findings
        == Browser.Findings(
          contentWidth: width, resources: [], clippedTexts: [], charts: 6,
          movedSentence:
            "Of 1,000 cases: \(said[0]) alarms, \(said[1]) caught, \(said[2]) missed.",
          messages: []))
  }

  /// The policy of the page refuses other scripts.
  @Test func otherScriptsDoNotRun() throws {
    let attack = "<script>document.querySelector('h1').style.width = '3000px'</script></main>"
    let findings = try Browser.inspect(try report().replacing("</main>", with: attack), width: 400)
    #expect(findings.contentWidth == 400 && findings.movedSentence != nil)
  }

  /// Long names wrap.
  @Test func longNamesFit() throws {
    let name = String(repeating: "averylongname", count: 12)
    let findings = try Browser.inspect(try report().replacing("is_eight", with: name), width: 400)
    #expect(findings.contentWidth == 400)
  }

  /// The inspection finds what it is there to find.
  @Test func aBrokenPageIsFound() throws {
    let findings = try Browser.inspect(
      """
      <body style="margin:0"><div style="width:900px">wide</div>
      <img src="http://127.0.0.1:9/picture.png">
      <svg viewBox="0 0 100 100" width="300">
      <text x="80" y="50">clipped text</text></svg>
      <script>console.error("broken")</script>
      """, width: 400)
    #expect(findings.contentWidth == 900)
    #expect(findings.resources.contains("http://127.0.0.1:9/picture.png"))
    #expect(findings.clippedTexts == ["clipped text"])
    #expect(findings.charts == 1)
    #expect(findings.messages.contains { $0.contains("broken") })
  }

  private func report() throws -> String {
    let directory = try TemporaryDirectory()
    _ = try Tool(directory: directory.path).run("tradeoff", "--report", "r.html")
    return String(decoding: try directory.read("r.html"), as: UTF8.self)
  }
}
