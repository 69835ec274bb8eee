// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TradeoffReport

/// The verdict and its reason, in each case.
@Suite struct ReasonTests {
  private func expect(
    _ goal: TradeoffGoal?, weights: [Double] = [0.3, 1, 4], confidence: Double? = nil,
    _ verdict: String, _ reason: String
  ) throws {
    let study = try TradeoffStudy.seeded(weights, goal: goal, confidence: confidence)
    #expect(study.verdict == verdict)
    #expect(study.reason.hasPrefix(reason), "\(study.reason)")
  }

  @Test func reachedGoal() throws {
    try expect(
      .recall(atLeast: 0.6), "recommended for recall ≥ 0.6: no weight, threshold 0.3255",
      "The threshold of an unweighted model has the higher precision: 0.521 against 0.509 of the "
        + "weight q = 1.915, a difference of 0.012 ± 0.0013. On held-out rows recall is 0.67 "
        + "(0.594 to 0.774 over the folds) and precision 0.521 (0.476 to 0.571 over the folds). "
        + "Each positive caught comes with 0.921 false alarms. The goal is met on the held-out "
        + "rows without a margin; on as many new rows it holds with a probability of about 0.77. A "
        + "confidence adds a margin.")
    try expect(
      .precision(atLeast: 0.5), "recommended for precision ≥ 0.5: no weight, threshold 0.29",
      "The weight q = 2.404 and the threshold of an unweighted model do not differ measurably: "
        + "recall 0.691 and 0.702, a difference of 0.0106 ± 0.011. The threshold is preferred, "
        + "because its probabilities need no correction. On held-out rows ")
    try expect(
      .recall(atLeast: 0.6), confidence: 0.95,
      "recommended for recall ≥ 0.6: the weight q = 3.589",
      "The weight has the higher precision: 0.438 against 0.433 of an unweighted model with "
        + "threshold 0.221, a difference of 0.00534 ± 0.0028. On held-out rows ")
  }

  @Test func goalOutOfReach() throws {
    try expect(
      .precision(atLeast: 1), weights: [4, 50], "comes closest for precision ≥ 1: q = 4",
      "No weight from 4 to 50 reaches a precision of at least 1; q = 4 comes closest. No threshold "
        + "of an unweighted model reaches it either. On held-out rows recall is 0.755 (0.71 to "
        + "0.839 over the folds) and precision 0.415 (0.4 to 0.434 over the folds). Each positive "
        + "caught comes with 1.41 false alarms. Smaller weights may reach it; try 4 to 0.04.")
    try expect(
      .recall(atLeast: 1), weights: [1], "recommended for recall ≥ 1: no weight, threshold 0.0371",
      "The weight q = 1 does not reach a recall of at least 1. A threshold of an unweighted model "
        + "reaches it. On held-out rows recall is 1 ")
    let study = try TradeoffStudy.seeded([1e-9, 4], goal: .precision(atLeast: 1))
    #expect(study.reason.hasSuffix("The goal is out of reach of this model on these data."))
  }

  @Test func costs() throws {
    let study = try TradeoffStudy.seeded(costs: TradeoffCosts(miss: 5, alarm: 1))
    #expect(study.verdict == "recommended for the least cost: no weight, threshold 0.1485")
    #expect(
      study.reason.hasPrefix(
        "The threshold of an unweighted model costs less: 187 against 210 of the weight q = 2.378, "
          + "a difference of 23 ± 7."))
    #expect(
      study.reason.contains(
        "A check: if probabilities are calibrated, the threshold 1 / (5 + 1) = 0.167 costs least; "
          + "for the unweighted model it costs 199."))
  }

  @Test func noGoal() throws {
    try expect(
      nil, weights: [1], "highest F1: q = 1", "There is no goal, and so no recommendation; ")
  }
}
