/// A chart as inline SVG: a frame with two axes, and what is drawn into it.
///
/// Colours and strokes are those of the classes in ``StyleSheet``; shapes and dashes tell series apart without them.
struct Chart {
  static let width = 440.0
  static let height = 344.0
  /// About the width of a character of a label.
  static let characterWidth = 6.9
  /// The frame of the data.
  static let (left, right, top, bottom) = (42.0, 426.0, 66.0, 292.0)

  /// A place in data coordinates.
  typealias Point = (x: Double, y: Double)

  /// What the axes measure.
  var xTitle: String
  var yTitle: String
  let x: Axis
  let y: Axis
  /// Lines and areas, which end at the frame, and above them marks and labels, each from back to front.
  private var shapes: [Markup] = []
  private var marks: [Markup] = []
  private var labels: [Label] = []
  private var keys: [Key] = []
  private var placement = LabelPlacement(
    frame: .init(left: left, top: top - 6, right: width - 2, bottom: bottom - 2))

  /// An entry of the legend.
  private struct Key {
    var sample: Markup
    var label: String
  }

  /// A text that finds its place when everything has been drawn.
  private struct Label {
    var text: String
    var style: String
    /// What it is a label of, where that is a point.
    var point: Point?
    var candidates: [LabelPlacement.Candidate]
  }

  init(x: (Axis.Scale, ClosedRange<Double>), xTitle: String, y: ClosedRange<Double>, yTitle: String) {
    self.x = Axis(x.0, x.1, from: Self.left, to: Self.right)
    self.y = Axis(.linear, y, from: Self.bottom, to: Self.top)
    self.xTitle = xTitle
    self.yTitle = yTitle
  }

  /// The chart, with a title and a description for those who do not see it.
  ///
  /// - Parameter id: what the ids inside begin with; unique in the document.
  func svg(id: String, title: String, description: String, style: Markup = "", attributes: Markup = "")
    -> Markup
  {
    """
    <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-labelledby="\(id)-title \(id)-description"\(attributes)>
    <title id="\(id)-title">\(title)</title>
    <desc id="\(id)-description">\(description)</desc>
    \(style)<clipPath id="\(id)-frame"><rect x="\(Self.left - 8)" y="\(Self.top - 8)" width="\(Self.right - Self.left + 16)" height="\(Self.bottom - Self.top + 16)"/></clipPath>
    \(legend)
    \(axes)
    <g clip-path="url(#\(id)-frame)">
    \(shapes.lines)
    </g>
    \(marks.lines)
    \(placedLabels.lines)
    </svg>
    """
  }

  // MARK: Drawing

  /// A line through points, broken where one is missing.
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

  /// An area between low and high values, broken where they are missing.
  mutating func addBand(_ values: [(x: Double, low: Double, high: Double)?], _ style: String) {
    for run in values.split(whereSeparator: { $0 == nil }) {
      let run = run.compactMap { $0 }
      let upper = run.map { place(($0.x, $0.high)) }
      let lower = run.reversed().map { place(($0.x, $0.low)) }
      shapes.append("<path class=\"band \(style)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>")
    }
  }

  /// Marks at points. Each has a tip, which browsers show under the pointer.
  mutating func addMarks(
    _ points: [(point: Point, tip: String)], _ mark: Mark, _ style: String, size: (Int) -> Double = { _ in 4 }
  ) {
    for (index, (point, tip)) in points.enumerated() {
      let center = position(point)
      placement.avoid(center.x, center.y)
      marks.append(
        "<path class=\"mark \(style)\" d=\"\(mark.path(at: center, size: size(index)))\"><title>\(tip)</title></path>"
      )
    }
  }

  /// A vertical line at a number, with a label beside it.
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

  /// A horizontal line at a number, with a label above or below it.
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

  /// A label beside a point of the data.
  mutating func addLabel(_ label: String, beside point: Point, _ style: String) {
    let (x, y) = position(point)
    var candidates: [LabelPlacement.Candidate] = []
    for distance in [10.0, 18, 28, 44] {
      candidates.append(.init(x: x - distance, y: y + distance + 4, anchor: .end))
      candidates.append(.init(x: x + distance, y: y - distance + 2, anchor: .start))
      candidates.append(.init(x: x - distance - 3, y: y + 4, anchor: .end))
      candidates.append(.init(x: x + distance + 3, y: y + 4, anchor: .start))
      candidates.append(.init(x: x + distance, y: y + distance + 4, anchor: .start))
      candidates.append(.init(x: x - distance, y: y - distance + 2, anchor: .end))
      candidates.append(.init(x: x, y: y + distance + 12, anchor: .middle))
      candidates.append(.init(x: x, y: y - distance - 2, anchor: .middle))
    }
    labels.append(Label(text: label, style: style, point: (x, y), candidates: candidates))
  }

  /// Numbers of rows, along the top of the frame.
  mutating func addCounts(_ counts: [(x: Double, count: String)]) {
    marks.append("<text class=\"tick\" x=\"1\" y=\"\(Self.top - 12)\">rows</text>")
    for (value, count) in counts {
      marks.append(
        "<text class=\"tick\" x=\"\(x.position(value))\" y=\"\(Self.top - 12)\" text-anchor=\"middle\">\(count)</text>"
      )
    }
  }

  /// An entry of the legend: a line, a mark, or a mark on a line.
  mutating func addKey(
    _ label: String, _ style: String, line: Bool = true, mark: Mark? = nil, band: Bool = false
  ) {
    var sample: [Markup] = []
    if band { sample.append("<path class=\"band \(style)\" d=\"M0,-6H24V6H0Z\"/>") }
    if line { sample.append("<path class=\"line \(style)\" d=\"M0,0H24\"/>") }
    if let mark { sample.append("<path class=\"mark \(style)\" d=\"\(mark.path(at: (12, 0), size: 4))\"/>") }
    keys.append(Key(sample: "\(sample)", label: label))
  }

  /// Labels never stand in the way of what is drawn later.
  private var placedLabels: [Markup] {
    var placement = placement
    return labels.compactMap { label in
      guard let place = placement.place(label.text, at: label.candidates) else { return nil }
      let text: Markup =
        "<text class=\"label \(label.style)\" x=\"\(place.x)\" y=\"\(place.y)\" text-anchor=\"\(place.anchor.rawValue)\">\(label.text)</text>"
      guard let point = label.point else { return text }
      // A label that had to move away is tied to its point.
      let near = LabelPlacement.box(label.text, place).nearest(point)
      guard max(abs(near.x - point.x), abs(near.y - point.y)) > 14 else { return text }
      return "<path class=\"leader\" d=\"M\(point.x),\(point.y)L\(near.x),\(near.y)\"/>\(text)"
    }
  }

  private func position(_ point: Point) -> Point { (x.position(point.x), y.position(point.y)) }

  private func place(_ point: Point) -> String {
    let place = position(point)
    let markup: Markup = "\(place.x),\(place.y)"
    return markup.source
  }

  // MARK: The frame

  private var legend: Markup {
    var pieces: [Markup] = []
    var left = 1.0
    for key in keys {
      pieces.append(
        "<g transform=\"translate(\(left) 13)\">\(key.sample)<text class=\"key\" x=\"30\" y=\"4\">\(key.label)</text></g>"
      )
      left += 30 + Double(key.label.count) * Self.characterWidth + 18
    }
    return pieces.lines
  }

  private var axes: Markup {
    var pieces: [Markup] = []
    for tick in y.ticks {
      let place = y.position(tick.value)
      pieces.append(
        "<path class=\"grid\" d=\"M\(Self.left),\(place)H\(Self.right)\"/><text class=\"tick\" x=\"\(Self.left - 8)\" y=\"\(place + 4)\" text-anchor=\"end\">\(tick.label)</text>"
      )
    }
    for value in x.minorTicks {
      pieces.append("<path class=\"axis\" d=\"M\(x.position(value)),\(Self.bottom)v3\"/>")
    }
    for tick in x.ticks {
      let place = x.position(tick.value)
      pieces.append(
        "<path class=\"axis\" d=\"M\(place),\(Self.bottom)v6\"/><text class=\"tick\" x=\"\(place)\" y=\"\(Self.bottom + 20)\" text-anchor=\"middle\">\(tick.label)</text>"
      )
    }
    pieces.append("<path class=\"axis\" d=\"M\(Self.left),\(Self.bottom)H\(Self.right)\"/>")
    pieces.append("<text class=\"title\" x=\"1\" y=\"\(Self.top - 29)\">\(yTitle)</text>")
    pieces.append(
      "<text class=\"title\" x=\"\((Self.left + Self.right) / 2)\" y=\"\(Self.height - 8)\" text-anchor=\"middle\">\(xTitle)</text>"
    )
    return pieces.lines
  }
}

/// The shape that stands for a point.
enum Mark: Hashable, Sendable {
  case circle, square, diamond, ring

  /// The outline around a centre.
  func path(at center: (x: Double, y: Double), size: Double) -> Markup {
    let (x, y) = center
    switch self {
    case .circle, .ring:
      let radius = self == .ring ? size + 5 : size
      return
        "M\(x - radius),\(y)a\(radius),\(radius) 0 1 0 \(2 * radius),0a\(radius),\(radius) 0 1 0 \(-2 * radius),0Z"
    case .square:
      let half = size * 0.9
      return "M\(x - half),\(y - half)h\(2 * half)v\(2 * half)h\(-2 * half)Z"
    case .diamond:
      let half = size * 1.3
      return "M\(x),\(y - half)l\(half),\(half)l\(-half),\(half)l\(-half),\(-half)Z"
    }
  }
}
