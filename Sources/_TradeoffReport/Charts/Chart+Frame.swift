// SPDX-License-Identifier: Apache-2.0
extension Chart {
  /// The chart as SVG, with a title and a description for screen readers.
  ///
  /// - Parameters:
  ///   - id: The prefix of the ids; unique in the document.
  ///   - style: Markup to insert before the chart.
  ///   - padding: The space around the chart.
  ///   - background: The colour behind the chart and its padding.
  ///   - attributes: Further attributes of the element.
  func svg(
    id: String, title: String, description: String, style: Markup = "",
    padding: (sides: Double, top: Double, bottom: Double) = (0, 0, 0), background: String? = nil,
    attributes: Markup = ""
  ) -> Markup {
    let (x, y) = (-padding.sides, -padding.top)
    let width = Self.width + 2 * padding.sides
    let height = Self.height + padding.top + padding.bottom
    let rectangle: Markup? = background.map {
      "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" fill=\"\($0)\"/>\n"
    }
    return """
      <svg viewBox="\(x) \(y) \(width) \(height)" role="img" \
      aria-labelledby="\(id)-title \(id)-description"\(attributes)>
      <title id="\(id)-title">\(title)</title>
      <desc id="\(id)-description">\(description)</desc>
      \(style)\(rectangle ?? "")<clipPath id="\(id)-frame">\
      <rect x="\(Self.left - 8)" y="\(Self.top - 8)" width="\(Self.right - Self.left + 16)" \
      height="\(Self.bottom - Self.top + 16)"/></clipPath>
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

  /// The chart as an SVG file in light colours.
  func picture(id: String, title: String, description: String) -> String {
    let style: Markup = """
      <style>
      svg { \(Markup(stringLiteral: Palette.light.declarations)) }
      \(Markup(stringLiteral: StyleSheet.chart))
      </style>

      """
    return svg(
      id: id, title: title, description: description,
      style: style, padding: (sides: 14, top: 12, bottom: 8), background: Palette.light.background,
      attributes: " xmlns=\"http://www.w3.org/2000/svg\" width=\"880\""
    ).source + "\n"
  }

  /// The labels. They are placed after everything else.
  private var placedLabels: [Markup] {
    var placement = placement
    return labels.compactMap { label in
      guard let place = placement.place(label.text, at: label.candidates) else { return nil }
      let text: Markup = """
        <text class="label \(label.style)" x="\(place.x)" y="\(place.y)" \
        text-anchor="\(place.anchor.rawValue)">\(label.text)</text>
        """
      guard let point = label.point else { return text }
      // A line connects a distant label with its point.
      let near = LabelPlacement.box(label.text, place).nearest(point)
      guard max(abs(near.x - point.x), abs(near.y - point.y)) > 14 else { return text }
      return "<path class=\"leader\" d=\"M\(point.x),\(point.y)L\(near.x),\(near.y)\"/>\(text)"
    }
  }

  private var legend: Markup {
    var pieces: [Markup] = []
    var left = 1.0
    for key in keys {
      pieces.append(
        """
        <g transform="translate(\(left) 13)">\(key.sample)\
        <text class="key" x="30" y="4">\(key.label)</text></g>
        """)
      left += 30 + Double(key.label.count) * Self.characterWidth + 18
    }
    return pieces.lines
  }

  private var axes: Markup {
    var pieces: [Markup] = []
    for tick in y.ticks {
      let place = y.position(tick.value)
      pieces.append(
        """
        <path class="grid" d="M\(Self.left),\(place)H\(Self.right)"/>\
        <text class="tick" x="\(Self.left - 8)" y="\(place + 4)" text-anchor="end">\
        \(tick.label)</text>
        """)
    }
    for value in x.minorTicks {
      pieces.append("<path class=\"axis\" d=\"M\(x.position(value)),\(Self.bottom)v3\"/>")
    }
    for tick in x.ticks {
      let place = x.position(tick.value)
      pieces.append(
        """
        <path class="axis" d="M\(place),\(Self.bottom)v6"/>\
        <text class="tick" x="\(place)" y="\(Self.bottom + 20)" text-anchor="middle">\
        \(tick.label)</text>
        """)
    }
    pieces.append("<path class=\"axis\" d=\"M\(Self.left),\(Self.bottom)H\(Self.right)\"/>")
    pieces.append("<text class=\"title\" x=\"1\" y=\"\(Self.top - 29)\">\(yTitle)</text>")
    pieces.append(
      """
      <text class="title" x="\((Self.left + Self.right) / 2)" y="\(Self.height - 8)" \
      text-anchor="middle">\(xTitle)</text>
      """)
    return pieces.lines
  }
}
