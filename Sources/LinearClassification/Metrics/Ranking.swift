// SPDX-License-Identifier: Apache-2.0
/// The rows of weight above 0 in descending order of their scores, and the points of the ROC and
/// precision–recall curves, which are computed when they are visited.
struct Ranking {
  /// A distinct score, with the rows of at least that score.
  struct Point {
    let score: Double
    /// The score of the next point.
    let next: Double?
    /// The weight of the positive rows with at least the score.
    let truePositives: Double
    /// The weight of the negative rows with at least the score.
    let falsePositives: Double
    /// How much more these are than at the point before.
    let gained: (positives: Double, negatives: Double)

    var precision: Double { truePositives / (truePositives + falsePositives) }
  }

  let rows: LabelledScores
  /// The weight of the positive rows.
  private(set) var positives = 0.0
  /// The weight of the negative rows.
  private(set) var negatives = 0.0
  /// The number of points.
  private(set) var count = 0
  private let order: [UInt32]

  /// - Complexity: O(n log n).
  init(_ rows: LabelledScores) {
    self.rows = rows
    order = rows.logits.ranked { rows.weight($0) > 0 }
    var last = (0.0, 0.0)
    var count = 0
    forEach { point in
      last = (point.truePositives, point.falsePositives)
      count += 1
    }
    (positives, negatives) = last
    self.count = count
  }

  /// Calls `body` with each point in descending order of the scores.
  func forEach(_ body: (Point) -> Void) {
    var place = Place()
    advance(&place, to: order.count, body)
  }

  /// Calls `body` with each point in ascending order of the scores.
  func forEachReversed(_ body: (Point) -> Void) {
    // The sums are those of the forward direction, from a few places on.
    let step = 4096
    var places = [Place()]
    while let last = places.last, last.position < order.count {
      var place = last
      advance(&place, to: last.position + step) { _ in }
      places.append(place)
    }
    for start in places.dropLast().reversed() {
      var place = start
      var points: [Point] = []
      advance(&place, to: start.position + step) { points.append($0) }
      for point in points.reversed() { body(point) }
    }
  }

  /// A place between two points, with the weights of the rows before it.
  private struct Place {
    var position = 0
    var positives = 0.0
    var negatives = 0.0
  }

  /// Visits the points up to the one that has the row before `end`.
  @inline(__always)
  private func advance(_ place: inout Place, to end: Int, _ body: (Point) -> Void) {
    let (logits, targets, end) = (rows.logits, rows.targets, min(end, order.count))
    while place.position < end {
      let before = (place.positives, place.negatives)
      let score = logits[Int(order[place.position])]
      var next: Double?
      // Rows with the same score form one point.
      repeat {
        let row = Int(order[place.position])
        if targets[row] == 1 {
          place.positives += rows.weight(row)
        } else {
          place.negatives += rows.weight(row)
        }
        place.position += 1
        next = place.position < order.count ? logits[Int(order[place.position])] : nil
      } while next == score
      body(
        Point(
          score: score, next: next, truePositives: place.positives,
          falsePositives: place.negatives,
          gained: (place.positives - before.0, place.negatives - before.1)))
    }
  }
}

extension Ranking {
  /// At most `limit` points of the precision–recall curve, including the last.
  func usefulPoints(atMost limit: Int) -> [Point] {
    // Between two positives precision only falls.
    var total = 0
    forEach { if $0.gained.positives > 0 { total += 1 } }
    let step = max(1, (total + limit - 1) / limit)
    var points: [Point] = []
    var index = 0
    forEach { point in
      guard point.gained.positives > 0 else { return }
      index += 1
      if (total - index) % step == 0 { points.append(point) }
    }
    return points
  }

  /// At most `limit` points of the precision–recall curve, including the last.
  func curve(atMost limit: Int) -> [TradeoffStudy.CurvePoint] {
    usefulPoints(atMost: limit).map {
      TradeoffStudy.CurvePoint(
        threshold: $0.score.logistic, recall: recall($0), precision: $0.precision)
    }
  }

  /// The recall at a point.
  func recall(_ point: Point) -> Double { point.truePositives / positives }

  /// The counts of decisions.
  func confusion(truePositives: Double, falsePositives: Double) -> ConfusionMatrix {
    ConfusionMatrix(
      truePositives: truePositives, falsePositives: falsePositives,
      trueNegatives: negatives - falsePositives, falseNegatives: positives - truePositives)
  }

  /// The threshold of the highest merit that reaches the goal, as the shortest number that selects
  /// the same rows; nil if none reaches it.
  func bestThreshold(_ aim: Aim) -> Double? {
    var candidates: [(next: Double, probability: Double, confusion: ConfusionMatrix)] = []
    let goal = aim.withoutMargin
    var lastPositives: Double?
    func visit(_ probability: Double, _ next: Double, _ positives: Double, _ negatives: Double) {
      guard next < probability else { return }
      // Most rows are negative. Below one of them only the confidence in a precision can be higher,
      // so few points are candidates.
      let gains = lastPositives.map { positives > $0 } ?? true
      lastPositives = positives
      guard gains || aim.confidence != nil && aim.goal?.metric == .precision else { return }
      let confusion = confusion(truePositives: positives, falsePositives: negatives)
      if goal.isReached(confusion) { candidates.append((next, probability, confusion)) }
    }
    var probability = 1.0
    var positives = 0.0
    var negatives = 0.0
    // The first threshold is above all rows, which may cost least.
    forEach { point in
      let next = point.score.logistic
      visit(probability, next, positives, negatives)
      (probability, positives, negatives) = (next, point.truePositives, point.falsePositives)
    }
    visit(probability, 0, positives, negatives)
    let best = aim.best(of: candidates) { $0.confusion }
    return best.map { Self.shortest(above: $0.next, upTo: $0.probability) }
  }

  /// The shortest threshold on the probability that selects the rows of a point and above; nil if
  /// there is none, because the next row has the same probability.
  static func shortestThreshold(_ point: Point) -> Double? {
    let probability = point.score.logistic
    let next = point.next?.logistic ?? 0
    return next < probability ? shortest(above: next, upTo: probability) : nil
  }

  private static func shortest(above low: Double, upTo high: Double) -> Double {
    let middle = (low + high) / 2
    for digits in 3..<17 {
      let rounded = middle.rounded(significantDigits: digits)
      if rounded > low, rounded <= high { return rounded }
    }
    return high
  }
}
