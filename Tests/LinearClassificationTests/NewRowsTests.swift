// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

@Suite struct NewRowsTests {
  /// SciPy's `betabinom(n, k + 1/2, n - k + 1/2)`.
  @Test(arguments: [
    (157, 174, 0.9, 0.5356594887152192), (160, 174, 0.9, 0.7431254119831916),
    (20, 20, 0.95, 0.8888941101083364), (0, 5, 0.2, 0.284024677579365),
    (12, 30, 0.4, 0.5525069180031468), (801, 1000, 0.8, 0.5334242950786844),
  ])
  func reference(successes: Int, trials: Int, minimum: Double, probability: Double) {
    let result = NewRows.probability(
      of: minimum, successes: Double(successes), trials: Double(trials),
      newTrials: Double(trials))
    #expect(abs(result - probability) < 1e-12)
  }

  /// SciPy's `betabinom(m, k + 1/2, n - k + 1/2)` for m new rows.
  @Test(arguments: [
    (157 / 2.25, 174 / 2.25, 174, 0.9, 0.5183850859481319), (20, 20, 100, 0.95, 0.8596850832129801),
    (12, 30, 7, 0.4, 0.5742113430252848),
  ])
  func otherNumbersOfNewRows(
    successes: Double, trials: Double, newTrials: Double, minimum: Double, probability: Double
  ) {
    let result = NewRows.probability(
      of: minimum, successes: successes, trials: trials, newTrials: newTrials)
    #expect(abs(result - probability) < 1e-12)
  }

  /// More rows that count raise the probability, and a higher goal lowers it.
  @Test func isMonotonic() {
    let counts = (0...40).map {
      NewRows.probability(of: 0.7, successes: Double($0), trials: 40, newTrials: 40)
    }
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 })
    let goals = (1...40).map {
      NewRows.probability(of: Double($0) / 40, successes: 28, trials: 40, newTrials: 40)
    }
    #expect(zip(goals, goals.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func largeCounts() {
    // The standard deviation of the difference of two shares is 0.001 · √2 · 0.4.
    let probability = NewRows.probability(
      of: 0.8, successes: 800_725, trials: 1_000_000, newTrials: 1_000_000)
    #expect(abs(probability - 0.9) < 0.002)
  }

  @Test func effectiveCounts() {
    #expect(NewRows.effectiveCount(perWeight: [1, 1, 1]) == 1)
    // Ten rows of weight 3 are ten rows, and a weight of 1 is a third of a row.
    #expect(abs(NewRows.effectiveCount(perWeight: [3, 3, 0]) - 1.0 / 3) < 1e-15)
    #expect(abs(NewRows.effectiveCount(perWeight: [1e200, 3e200]) - 0.4e-200) < 1e-215)
  }
}
