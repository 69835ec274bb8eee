// SPDX-License-Identifier: Apache-2.0

/// The increasing step function of the score that is closest to the targets in weighted squares,
/// with straight lines between the steps.
struct IsotonicCurve: Hashable, Sendable {
  /// The ends of the steps, in ascending order.
  private(set) var scores: [Double] = []
  /// The probability at each of them, in ascending order.
  private(set) var probabilities: [Double] = []

  /// Adjacent steps that would decrease are merged (pool adjacent violators; Ayer, Brunk, Ewing,
  /// Reid and Silverman, Annals of Mathematical Statistics 1955). Rows with the same score are one
  /// step from the start.
  ///
  /// - Complexity: O(n log n), because of the ranking.
  init(_ rows: LabelledScores) {
    struct Step {
      var first, last, weight, positives: Double
      var rate: Double { positives / weight }
    }
    let ranked = rows.logits.indices.filter { rows.weight($0) > 0 }
      .sorted { rows.logits[$0] < rows.logits[$1] }
    var steps: [Step] = []
    for (position, row) in ranked.enumerated() {
      let score = rows.logits[row]
      let weight = rows.weight(row)
      var step = Step(
        first: score, last: score, weight: weight, positives: weight * rows.targets[row])
      if let previous = steps.last, previous.last == score {
        steps.removeLast()
        step = Step(
          first: previous.first, last: score, weight: previous.weight + weight,
          positives: previous.positives + step.positives)
      }
      // The rows of one score are complete before they are compared with the steps below.
      if position + 1 < ranked.count, rows.logits[ranked[position + 1]] == score {
        steps.append(step)
        continue
      }
      while let previous = steps.last, previous.rate >= step.rate {
        steps.removeLast()
        step.first = previous.first
        step.weight += previous.weight
        step.positives += previous.positives
      }
      steps.append(step)
    }
    for step in steps {
      scores.append(step.first)
      probabilities.append(step.rate)
      if step.last > step.first {
        scores.append(step.last)
        probabilities.append(step.rate)
      }
    }
  }

  /// A curve with the given ends of steps; nil if they do not ascend or are not probabilities.
  init?(scores: [Double], probabilities: [Double]) {
    guard !scores.isEmpty, scores.count == probabilities.count,
      zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }),
      zip(probabilities, probabilities.dropFirst()).allSatisfy({ $0 <= $1 }),
      probabilities.allSatisfy({ $0 >= 0 && $0 <= 1 })
    else { return nil }
    self.scores = scores
    self.probabilities = probabilities
  }

  /// The probability at a score. Scores outside the range of the fit have that of its nearer end.
  subscript(score: Double) -> Double {
    var (low, high) = (0, scores.count)
    // The first end above the score.
    while low < high {
      let middle = (low + high) / 2
      if scores[middle] <= score { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return probabilities[0] }
    guard low < scores.count else { return probabilities[low - 1] }
    let share = (score - scores[low - 1]) / (scores[low] - scores[low - 1])
    return probabilities[low - 1] + share * (probabilities[low] - probabilities[low - 1])
  }
}
