// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TradeoffReport

/// The reason for a recommendation, in each case.
@Suite struct ReasonTests {
  private func reason(_ weights: [Double], _ goal: TradeoffGoal?) throws -> String {
    try TradeoffStudy.seeded(weights, goal: goal).reason
  }

  @Test func reachedGoal() throws {
    let one = try reason([1], .recall(atLeast: 0.1))
    #expect(one.hasPrefix("The weight q = 1 reaches a recall of at least 0.1. On held-out rows "))
    let path = try reason([1, 4], .recall(atLeast: 0.1))
    #expect(
      path.hasPrefix(
        "Of the weights from 1 to 4, q = 1 reaches a recall of at least 0.1 with the highest "
          + "precision. On held-out rows recall is 0."), "\(path)")
    #expect(path.contains(" over the folds). Each positive caught comes with 0."), "\(path)")
    #expect(path.contains(" false alarms. Alternative: an unweighted model with threshold 0."))
    #expect(path.hasSuffix(" on the same rows."))
  }

  @Test func goalOutOfReach() throws {
    let larger = try reason([0.1, 1], .recall(atLeast: 1))
    #expect(
      larger.hasPrefix(
        "No weight from 0.1 to 1 reaches a recall of at least 1; q = 1 comes closest. "
          + "Larger weights may; try 1 to 100. On held-out rows "), "\(larger)")
    // A low enough threshold finds every positive.
    #expect(larger.contains(" reaches it, with recall 1 and precision 0."), "\(larger)")
    let one = try reason([1], .recall(atLeast: 1))
    #expect(one.hasPrefix("The weight q = 1 does not reach a recall of at least 1. Larger weights"))
    let smaller = try reason([4, 50], .precision(atLeast: 1))
    #expect(smaller.contains("q = 4 comes closest. Smaller weights may; try 4 to 0.04."))
    // With these weights no row is flagged.
    let silent = try reason([1e-9, 4e-9], .recall(atLeast: 0.5))
    #expect(silent.contains("Larger weights may; try 4e-9 to 4e-7."), "\(silent)")
    #expect(silent.contains(" recall is 0 ") && silent.contains(" and precision undefined."))
    #expect(try !reason([1e-9, 4], .precision(atLeast: 1)).contains("; try "))
  }

  @Test func noGoal() throws {
    #expect(try reason([1], nil).hasPrefix("There is no goal, and so no recommendation; "))
  }
}
