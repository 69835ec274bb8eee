// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

@testable import _TradeoffReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ChartTests {
  @Test func textIsEscapedAndMarkupIsNot() {
    let name = "<b>&\"'\u{0}\u{7}\n</b>"
    let inner: Markup = "<i>\(3)</i>"
    let markup: Markup = "<p title=\"\(name)\">\(inner)\(1.25)</p>"
    #expect(
      markup.source
        == "<p title=\"&lt;b&gt;&amp;&quot;&#39;\u{FFFD}\u{FFFD}\n&lt;/b&gt;\"><i>3</i>1.25</p>")
  }

  @Test func coordinatesAreShort() {
    let markup: Markup = "\(1.0 / 3) \(-0.001) \(100.0) \(-2.5)"
    #expect(markup.source == "0.33 0 100 -2.5")
  }

  @Test func aLineHasAGapAtAMissingPoint() throws {
    var chart = Chart(x: (.linear, 0...10), xTitle: "x", y: 0...1, yTitle: "y")
    chart.addLine([(0, 0), nil, (5, 0.5), (10, 1)], "recall")
    chart.addBand([nil, (1, 0, 1), (2, 0, 1), nil, (3, 0, 0.5)], "recall")
    let svg = chart.svg(id: "c", title: "t", description: "d").source
    #expect(svg.contains("d=\"M42,292M234,179L426,66\""))
    let bands = svg.matches(of: /class="band recall" d="([^"]+)"/).map { String($0.1) }
    #expect(bands == ["M80.4,66L118.8,66L118.8,292L80.4,292Z", "M157.2,179L157.2,292Z"])
  }

  @Test func aChartHasATitleAndADescription() throws {
    var chart = Chart(x: (.linear, 0...10), xTitle: "x & y", y: 0...1, yTitle: "<y>")
    chart.addMarks([((5, 0.5), "a < b")], .circle, "recall")
    chart.addLabel("q = <1>", beside: (5, 0.5), "chosen")
    let svg = chart.svg(id: "c", title: "Title <t>", description: "Description & more")
    let root = try XMLDocument(xmlString: svg.source).rootElement()
    let names = try #require(
      root?.attribute(forName: "aria-labelledby")?.stringValue?.split(separator: " "))
    #expect(root?.attribute(forName: "role")?.stringValue == "img")
    let texts = try names.map { id in
      try root?.nodes(forXPath: "//*[@id='\(id)']").first?.stringValue
    }
    #expect(texts == ["Title <t>", "Description & more"])
    #expect(
      try root?.nodes(forXPath: "//text").compactMap(\.stringValue).contains("q = <1>") == true)
  }

  /// If there is space, labels cover neither marks nor each other.
  @Test func labelsDoNotOverlap() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      var placement = LabelPlacement(frame: .init(left: 0, top: 0, right: 400, bottom: 220))
      let points = (0..<5).map { _ in
        (
          x: Double.random(in: 0...400, using: &generator),
          y: Double.random(in: 0...220, using: &generator)
        )
      }
      for point in points { placement.avoid(point.x, point.y) }
      var boxes: [LabelPlacement.Box] = []
      for text in ["q = 0.1", "recommended"] {
        var candidates: [LabelPlacement.Candidate] = []
        for x in stride(from: 4.0, to: 400, by: 20) {
          for y in stride(from: 14.0, to: 220, by: 14) {
            candidates.append(.init(x: x, y: y, anchor: .start))
          }
        }
        let place = placement.place(text, at: candidates.shuffled(using: &generator))
        boxes.append(LabelPlacement.box(text, try #require(place)))
      }
      #expect(boxes[0].overlap(boxes[1]) == 0)
      for box in boxes {
        #expect(points.allSatisfy { !box.contains($0.x, $0.y) })
        #expect(box.left >= 0 && box.right <= 400 && box.top >= 0 && box.bottom <= 220)
      }
    }
    var empty = LabelPlacement(frame: .init(left: 0, top: 0, right: 1, bottom: 1))
    #expect(empty.place("x", at: []) == nil)
  }

  /// Marks differ in shape, not only in colour.
  @Test func marksHaveShapes() {
    let marks: [Mark] = [.circle, .square, .diamond, .ring]
    #expect(Set(marks.map { $0.path(at: (0, 0), size: 4) }).count == 4)
  }

  @Test(arguments: [Palette.light, .dark]) func coloursHaveContrast(palette: Palette) throws {
    for background in [palette.background, palette.surface] {
      for colour in [
        palette.text, palette.muted, palette.recall, palette.precision, palette.weighted,
        palette.unweighted,
      ] {
        #expect(try contrast(colour, background) >= 4.5, "\(colour) on \(background)")
      }
    }
    // Lines that convey information need a contrast of 3.
    #expect(try contrast(palette.line, palette.background) >= 3)
  }

  /// The contrast ratio of WCAG 2.2.
  private func contrast(_ first: String, _ second: String) throws -> Double {
    func luminance(_ colour: String) throws -> Double {
      let value = try #require(Int(colour.dropFirst(), radix: 16))
      let channels = [16, 8, 0].map { shift -> Double in
        let share = Double(value >> shift & 0xFF) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let luminances = try [luminance(first), luminance(second)].sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }
}
