// SPDX-License-Identifier: Apache-2.0
/// A piece of HTML or SVG.
///
/// A literal is markup. Interpolated text is escaped; interpolated markup is not:
///
/// ```swift
/// let cell: Markup = "<td>\(name)</td>"
/// ```
struct Markup: Hashable, Sendable, ExpressibleByStringInterpolation {
  let source: String

  init(stringLiteral source: String) { self.source = source }

  init(stringInterpolation parts: StringInterpolation) { source = parts.source }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) {
      for scalar in text.unicodeScalars {
        switch scalar {
        case "&": source += "&amp;"
        case "<": source += "&lt;"
        case ">": source += "&gt;"
        case "\"": source += "&quot;"
        case "'": source += "&#39;"
        // HTML and XML cannot represent these characters, even escaped.
        case "\u{0}"..<"\t", "\u{B}"..<"\r", "\u{E}"..<" ", "\u{7F}"..<"\u{A0}", "\u{FFFE}",
          "\u{FFFF}":
          source += "\u{FFFD}"
        default: source.unicodeScalars.append(scalar)
        }
      }
    }

    mutating func appendInterpolation(_ number: Int) { source += "\(number)" }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { source += piece.source }
    }

    /// A coordinate, to a hundredth of its unit.
    mutating func appendInterpolation(_ coordinate: Double) {
      source += coordinate.formattedAsCoordinate
    }
  }
}

extension [Markup] {
  /// The pieces, each on its own line.
  var lines: Markup { Markup(stringLiteral: map(\.source).joined(separator: "\n")) }
}

extension Double {
  /// Rounded to a hundredth, without trailing zeros.
  fileprivate var formattedAsCoordinate: String {
    let hundredths = (self * 100).rounded()
    // Without a sign for zero.
    let text = "\(hundredths == 0 ? 0 : hundredths / 100)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
