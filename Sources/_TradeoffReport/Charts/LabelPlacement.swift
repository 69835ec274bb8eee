// SPDX-License-Identifier: Apache-2.0
/// Places labels so that they cover neither data nor each other.
struct LabelPlacement {
  /// A possible position of a label: the coordinates of its anchor, and the part of the text at the
  /// anchor.
  struct Candidate: Hashable {
    var x: Double
    var y: Double
    var anchor: Anchor
  }

  enum Anchor: String, Hashable { case start, middle, end }

  /// An upright rectangle.
  struct Box: Hashable {
    var left, top, right, bottom: Double

    func contains(_ x: Double, _ y: Double) -> Bool {
      x > left && x < right && y > top && y < bottom
    }

    /// The point of the box nearest to another point.
    func nearest(_ place: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (min(max(place.x, left), right), min(max(place.y, top), bottom))
    }

    /// The area of the intersection with another box.
    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }
  }

  /// The box around all labels.
  let frame: Box
  private var obstacles: [(x: Double, y: Double)] = []
  private var boxes: [Box] = []

  init(frame: Box) { self.frame = frame }

  /// Adds a point that labels should not cover.
  mutating func avoid(_ x: Double, _ y: Double) { obstacles.append((x, y)) }

  /// Adds a line that labels should not cover.
  mutating func avoid(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
    let length = max(abs(end.x - start.x), abs(end.y - start.y))
    let steps = max(1, (length / 3).rounded(.up))
    for step in stride(from: 0, through: steps, by: 1) {
      let share = step / steps
      obstacles.append((start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share))
    }
  }

  /// Chooses the first of the best candidates, and marks its box as occupied.
  mutating func place(_ text: String, at candidates: [Candidate]) -> Candidate? {
    let costs = candidates.map { cost(Self.box(text, $0)) }
    guard let least = costs.min(), let best = costs.firstIndex(of: least) else { return nil }
    boxes.append(Self.box(text, candidates[best]))
    return candidates[best]
  }

  private func cost(_ box: Box) -> Double {
    let outside =
      max(0, frame.left - box.left) + max(0, frame.top - box.top) + max(0, box.right - frame.right)
      + max(0, box.bottom - frame.bottom)
    let covered = obstacles.count { box.contains($0.x, $0.y) }
    return 100 * outside + Double(covered) + boxes.reduce(0) { $0 + $1.overlap(box) }
  }

  /// The approximate box of a label. Fonts differ, so it cannot be exact.
  static func box(_ text: String, _ candidate: Candidate) -> Box {
    let width = Double(text.count) * Chart.characterWidth
    let left =
      switch candidate.anchor {
      case .start: candidate.x
      case .middle: candidate.x - width / 2
      case .end: candidate.x - width
      }
    return Box(
      left: left - 3, top: candidate.y - 12, right: left + width + 3, bottom: candidate.y + 5)
  }
}
