// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Headless Chromium, if it is installed.
struct Browser {
  /// The layout and the messages of a page.
  struct Findings: Decodable, Equatable {
    /// The width of the content; if it exceeds the window, the page scrolls sideways.
    var contentWidth: Int
    /// The fetched resources other than the page.
    var resources: [String]
    /// The texts that reach beyond their chart.
    var clippedTexts: [String]
    /// The number of charts that have a size.
    var charts: Int
    /// What the first sentence says after its slider was moved to the least threshold; nil if there
    /// is no slider.
    var movedSentence: String?
    /// The messages on the console, including script errors.
    var messages: [String] = []

    private enum CodingKeys: CodingKey {
      case contentWidth, resources, clippedTexts, charts, movedSentence
    }
  }

  static let path: String? = {
    let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
      String.init)
    let names = ["chromium", "chromium-browser", "google-chrome"]
    return directories.flatMap { directory in names.map { "\(directory)/\($0)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Loads a page in a frame of the given width.
  static func inspect(_ html: String, width: Int) throws -> Findings {
    let directory = try TemporaryDirectory()
    let document = html.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    let page = try directory.write(
      """
      <!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">
      <iframe id="f" style="width:\(width)px;height:800px;border:0" srcdoc="\(document)"></iframe>
      <pre id="findings"></pre>
      <script>
      addEventListener('load', () => {
        const view = document.getElementById('f').contentWindow, page = view.document;
        const charts = [...page.querySelectorAll('svg')];
        const clipped = charts.flatMap(chart => {
          const frame = chart.getBoundingClientRect();
          return [...chart.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1
              || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
          }).map(text => text.textContent);
        });
        const slider = page.querySelector('.slider:not([hidden]) input');
        if (slider) {
          slider.value = slider.max;
          slider.dispatchEvent(new view.Event('input'));
        }
        document.getElementById('findings').textContent = JSON.stringify({
          contentWidth: page.documentElement.scrollWidth,
          resources: view.performance.getEntriesByType('resource').map(entry => entry.name),
          clippedTexts: clipped,
          movedSentence: slider && page.querySelector('.thousand').textContent,
          charts: charts.filter(chart => chart.getBoundingClientRect().height > 100).length,
        });
      });
      </script>
      """, to: "page.html")
    let outcome = try RunningTool(
      path: #require(path),
      arguments: [
        "--headless=new", "--hide-scrollbars", "--no-sandbox", "--disable-gpu",
        "--enable-logging=stderr",
        "--virtual-time-budget=5000",
        "--user-data-dir=\(directory.file("profile"))", "--dump-dom", "file://\(page)",
      ], Tool(directory: directory.path), streams: .pipes([])
    ).wait()
    let text = try #require(
      outcome.output.firstMatch(of: /(?s)<pre id="findings">(\{.*?\})<\/pre>/)?.1)
    let json = text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing(
      "&amp;", with: "&")
    var findings = try JSONDecoder().decode(Findings.self, from: Data(json.utf8))
    findings.messages = outcome.errors.split(separator: "\n").filter { $0.contains(":CONSOLE") }
      .map(
        String.init)
    return findings
  }
}
