// SPDX-License-Identifier: Apache-2.0
/// A chart as inline SVG: a frame with two axes and its content.
///
/// The classes of ``StyleSheet`` set colours and strokes. Series also differ in their marks and
/// dashes.
struct Chart {
  static let width = 440.0
  static let height = 344.0
  /// The approximate width of a character of a label.
  static let characterWidth = 6.9
  /// The frame of the data.
  static let (left, right, top, bottom) = (42.0, 426.0, 66.0, 292.0)

  /// A point in data coordinates.
  typealias Point = (x: Double, y: Double)

  var xTitle: String
  var yTitle: String
  let x: Axis
  let y: Axis
  /// Lines and areas, clipped to the frame, in the order from back to front. Marks and labels are
  /// drawn over them.
  private(set) var shapes: [Markup] = []
  private(set) var marks: [Markup] = []
  private(set) var labels: [Label] = []
  private(set) var keys: [Key] = []
  private(set) var placement = LabelPlacement(
    frame: .init(left: left, top: top - 6, right: width - 2, bottom: bottom - 2))

  /// An entry of the legend.
  struct Key {
    var sample: Markup
    var label: String
  }

  /// A label, which is placed after everything else.
  struct Label {
    var text: String
    var style: String
    /// The point that it labels.
    var point: Point?
    var candidates: [LabelPlacement.Candidate]
  }

  init(x: (Axis.Scale, ClosedRange<Double>), xTitle: String, y: ClosedRange<Double>, yTitle: String)
  {
    self.init(x: x, xTitle: xTitle, y: (.linear, y), yTitle: yTitle)
  }

  init(
    x: (Axis.Scale, ClosedRange<Double>), xTitle: String, y: (Axis.Scale, ClosedRange<Double>),
    yTitle: String
  ) {
    self.x = Axis(x.0, x.1, from: Self.left, to: Self.right)
    self.y = Axis(y.0, y.1, from: Self.bottom, to: Self.top)
    self.xTitle = xTitle
    self.yTitle = yTitle
  }

  /// Adds a line through points, with gaps at missing ones.
  mutating func addLine(_ points: [Point?], _ style: String) {
    var path = ""
    var previous: Point?
    for point in points {
      if let point {
        path += "\(previous == nil ? "M" : "L")\(place(point))"
        if let previous { placement.avoid(from: position(previous), to: position(point)) }
      }
      previous = point
    }
    shapes.append("<path class=\"line \(style)\" d=\"\(path)\"/>")
  }

  /// Adds an area between low and high values, with gaps at missing ones.
  mutating func addBand(_ values: [(x: Double, low: Double, high: Double)?], _ style: String) {
    for run in values.split(whereSeparator: { $0 == nil }) {
      let run = run.compactMap { $0 }
      let upper = run.map { place(($0.x, $0.high)) }
      let lower = run.reversed().map { place(($0.x, $0.low)) }
      shapes.append(
        "<path class=\"band \(style)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>")
    }
  }

  /// Adds marks at points. A browser shows the tip of the mark under the pointer.
  mutating func addMarks(
    _ points: [(point: Point, tip: String)], _ mark: Mark, _ style: String,
    size: (Int) -> Double = { _ in 4 }
  ) {
    for (index, (point, tip)) in points.enumerated() {
      let center = position(point)
      placement.avoid(center.x, center.y)
      marks.append(
        """
        <path class="mark \(style)" d="\(mark.path(at: center, size: size(index)))">\
        <title>\(tip)</title></path>
        """)
    }
  }

  /// Adds a vertical line with a label beside it.
  mutating func addVertical(_ value: Double, _ label: String, _ style: String) {
    let place = x.position(value)
    shapes.append("<path class=\"guide \(style)\" d=\"M\(place),\(Self.top)V\(Self.bottom)\"/>")
    placement.avoid(from: (place, Self.top), to: (place, Self.bottom))
    var candidates: [LabelPlacement.Candidate] = []
    for y in stride(from: Self.bottom - 8, to: Self.top + 12, by: -12) {
      candidates.append(.init(x: place + 7, y: y, anchor: .start))
      candidates.append(.init(x: place - 7, y: y, anchor: .end))
    }
    labels.append(Label(text: label, style: style, candidates: candidates))
  }

  /// Adds a horizontal line with a label above or below it.
  mutating func addHorizontal(_ value: Double, _ label: String, _ style: String) {
    let place = y.position(value)
    shapes.append("<path class=\"guide \(style)\" d=\"M\(Self.left),\(place)H\(Self.right)\"/>")
    placement.avoid(from: (Self.left, place), to: (Self.right, place))
    var candidates: [LabelPlacement.Candidate] = []
    for y in [place - 6, place + 16] {
      for x in stride(from: Self.left + 6, to: Self.right - 40, by: 24) {
        candidates.append(.init(x: x, y: y, anchor: .start))
      }
    }
    labels.append(Label(text: label, style: style, candidates: candidates))
  }

  /// Adds a label beside a point.
  mutating func addLabel(_ label: String, beside point: Point, _ style: String) {
    let (x, y) = position(point)
    var candidates: [LabelPlacement.Candidate] = []
    for distance in [10.0, 18, 28, 44, 64, 90] {
      candidates.append(.init(x: x - distance, y: y + distance + 4, anchor: .end))
      candidates.append(.init(x: x + distance, y: y - distance + 2, anchor: .start))
      candidates.append(.init(x: x - distance - 3, y: y + 4, anchor: .end))
      candidates.append(.init(x: x + distance + 3, y: y + 4, anchor: .start))
      candidates.append(.init(x: x + distance, y: y + distance + 4, anchor: .start))
      candidates.append(.init(x: x - distance, y: y - distance + 2, anchor: .end))
      candidates.append(.init(x: x, y: y + distance + 12, anchor: .middle))
      candidates.append(.init(x: x, y: y - distance - 2, anchor: .middle))
      candidates.append(.init(x: x + 3, y: y - distance - 2, anchor: .end))
    }
    labels.append(Label(text: label, style: style, point: (x, y), candidates: candidates))
  }

  /// Adds numbers of rows along the top of the frame, from the right, where there is space.
  mutating func addCounts(_ counts: [(x: Double, count: String)]) {
    marks.append("<text class=\"tick\" x=\"1\" y=\"\(Self.top - 12)\">rows</text>")
    var free = Double.infinity
    for (value, count) in counts.reversed() {
      let half = Double(count.count) * Self.characterWidth / 2 + 4
      let place = x.position(value)
      guard place + half <= free, place - half >= Self.left - 8 else { continue }
      free = place - half
      marks.append(
        """
        <text class="tick" x="\(x.position(value))" y="\(Self.top - 12)" text-anchor="middle">\
        \(count)</text>
        """)
    }
  }

  /// Adds an entry to the legend: a line, a mark, or a mark on a line.
  mutating func addKey(
    _ label: String, _ style: String, line: Bool = true, mark: Mark? = nil, band: Bool = false
  ) {
    var sample: [Markup] = []
    if band { sample.append("<path class=\"band \(style)\" d=\"M0,-6H24V6H0Z\"/>") }
    if line { sample.append("<path class=\"line \(style)\" d=\"M0,0H24\"/>") }
    if let mark {
      sample.append("<path class=\"mark \(style)\" d=\"\(mark.path(at: (12, 0), size: 4))\"/>")
    }
    keys.append(Key(sample: "\(sample)", label: label))
  }

  private func position(_ point: Point) -> Point { (x.position(point.x), y.position(point.y)) }

  private func place(_ point: Point) -> String {
    let place = position(point)
    let markup: Markup = "\(place.x),\(place.y)"
    return markup.source
  }
}
