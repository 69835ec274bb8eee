// SPDX-License-Identifier: Apache-2.0
/// The probability that a goal holds on new rows, from the counts of held-out rows.
///
/// If `successes` of `trials` rows count for the goal, the share on new rows has, with Jeffreys's
/// prior, the posterior Beta(k + 1/2, n - k + 1/2) (Brown, Cai and DasGupta, *Interval Estimation
/// for a Binomial Proportion*, Statistical Science 2001), and the count on n new rows is
/// beta-binomial. So the margin covers the chance of both samples: these rows and the new ones.
/// If the share varies more than a binomial one, `trials` is smaller than the number of rows.
package enum NewRows {
  /// The probability that at least the share `minimum` of `newTrials` new rows counts.
  ///
  /// - Complexity: O(√n).
  package static func probability(
    of minimum: Double, successes: Double, trials: Double, newTrials: Double
  ) -> Double {
    let count = max(1, newTrials.rounded())
    let (alpha, beta) = (successes + 0.5, max(0, trials - successes) + 0.5)
    var needed = (minimum * count).rounded(.down)
    while needed / count < minimum { needed += 1 }
    // The terms are relative to the one at the start, near the mode, so no gamma function is
    // needed: their sum is that of all probabilities.
    let mode = (successes / max(trials, .leastNormalMagnitude) * count).rounded()
    let start = min(max(mode, 0), count)
    var (reached, missed) = (0.0, 0.0)
    func add(_ term: Double, at value: Double) {
      if value >= needed { reached += term } else { missed += term }
    }
    add(1, at: start)
    var (term, value) = (1.0, start)
    while value < count, term > 1e-18 {
      term *= (count - value) * (value + alpha) / ((value + 1) * (count - value - 1 + beta))
      value += 1
      add(term, at: value)
    }
    (term, value) = (1, start)
    while value > 0, term > 1e-18 {
      term *= value * (count - value + beta) / ((count - value + 1) * (value - 1 + alpha))
      value -= 1
      add(term, at: value)
    }
    return reached / (reached + missed)
  }

  /// The number of rows of weight 1 that are as variable as a weight of 1: Σw / Σw² (Kish, *Survey
  /// Sampling*, 1965).
  package static func effectiveCount(perWeight weights: [Double]) -> Double {
    // Relative to the largest, because squares could overflow.
    let largest = weights.max() ?? 1
    guard largest > 0 else { return 1 }
    let (sum, squares) = weights.reduce((0.0, 0.0)) { sums, weight in
      let share = weight / largest
      return (sums.0 + share, sums.1 + share * share)
    }
    return sum / squares / largest
  }
}
