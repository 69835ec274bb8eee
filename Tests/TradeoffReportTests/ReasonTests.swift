// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TradeoffReport

/// The verdict and its reason, in each case.
@Suite struct ReasonTests {
  private func reason(_ weights: [Double], _ goal: TradeoffGoal?) throws -> String {
    try TradeoffStudy.seeded(weights, goal: goal).reason
  }

  @Test func print() throws {
    for (w, goal) in [
      ([0.3, 1, 4], try TradeoffGoal.recall(atLeast: 0.6)),
      ([0.3, 1, 4], try TradeoffGoal.precision(atLeast: 0.6)),
      ([0.3, 1, 4], try TradeoffGoal.precision(atLeast: 0.5)),
      ([0.1, 1], try TradeoffGoal.recall(atLeast: 1)),
      ([1], try TradeoffGoal.recall(atLeast: 1)),
      ([4, 50], try TradeoffGoal.precision(atLeast: 1)),
      ([1e-9, 4e-9], try TradeoffGoal.recall(atLeast: 0.5)),
      ([1e-9, 4], try TradeoffGoal.precision(atLeast: 1)),
    ] {
      let s = try TradeoffStudy.seeded(w, goal: goal)
      Swift.print(goal.title, "|", s.verdict ?? "-", "|", s.reason)
    }
    let c = try TradeoffStudy.seeded(costs: TradeoffCosts(miss: 5, alarm: 1))
    Swift.print(c.verdict!, c.reason)
    let k = try TradeoffStudy.seeded(goal: .recall(atLeast: 0.6), confidence: 0.9)
    Swift.print(k.verdict!, k.reason)
  }
}
