// SPDX-License-Identifier: Apache-2.0
/// The shape of a point.
enum Mark: Hashable, Sendable {
  case circle, square, diamond, ring

  /// The outline.
  func path(at center: (x: Double, y: Double), size: Double) -> Markup {
    let (x, y) = center
    switch self {
    case .circle, .ring:
      let radius = self == .ring ? size + 5 : size
      return """
        M\(x - radius),\(y)a\(radius),\(radius) 0 1 0 \(2 * radius),0\
        a\(radius),\(radius) 0 1 0 \(-2 * radius),0Z
        """
    case .square:
      let half = size * 0.9
      return "M\(x - half),\(y - half)h\(2 * half)v\(2 * half)h\(-2 * half)Z"
    case .diamond:
      let half = size * 1.3
      return "M\(x),\(y - half)l\(half),\(half)l\(-half),\(half)l\(-half),\(-half)Z"
    }
  }
}
