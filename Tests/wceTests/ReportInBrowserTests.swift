// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@Suite(.enabled(if: Browser.path != nil, "there is no Chromium")) struct ReportInBrowserTests {
  @Test(arguments: [400, 820, 1200]) func theReportFits(width: Int) throws {
    let findings = try Browser.inspect(try report(), width: width)
    #expect(
      findings
        == Browser.Findings(
          contentWidth: width, resources: [], clippedTexts: [], charts: 4, messages: []))
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
