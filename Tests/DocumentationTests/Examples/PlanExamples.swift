// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

/// The examples of plans.
@Suite("Examples of plans")
struct PlanExamples {
  private let names = ["a", "b"]
  private let keys = (0..<600).map { "row \($0)" }
  private var targets: [Double] { keys.indices.map { $0 * $0 % 23 < 6 ? 1 : 0 } }

  private func matrix(_ rows: Range<Int>) throws -> FeatureMatrix {
    try FeatureMatrix(
      columns: [
        .numbers(rows.map { Double($0 * $0 % 23 + $0 % 10) }),
        .numbers(rows.map { Double($0 % 7) }),
      ], names: names)
  }

  @Test func fit() throws {
    let targets = targets
    let machines = try [0..<200, 200..<250, 250..<600].enumerated().map { index, rows in
      try PlanRows(
        matrix(rows), targets: Array(targets[rows]), firstBlock: index << 32)
    }
    // example
    var plan = try LogisticRegression.Plan(
      LogisticRegression(positiveWeight: 9), schema: PlanSchema(featureNames: names))
    while let request = plan.request {
      // Each machine receives these bytes, and answers for its rows.
      let answers = try machines.map { rows in
        try rows.answer(PlanRequest(bytes: request.bytes)).bytes
      }
      // Answers merge in any order, anywhere.
      var all = try PlanAnswer(bytes: answers[0])
      for bytes in answers.dropFirst() { try all.merge(PlanAnswer(bytes: bytes)) }
      try plan.receive(all)
    }
    let model = plan.model
    // end
    let whole = try LogisticRegression(positiveWeight: 9).fit(matrix(0..<600), targets: targets)
    for (first, second) in zip(model?.coefficients ?? [], whole.coefficients) {
      #expect(abs(first - second) < 1e-12 * abs(second))
    }
    #expect(model?.certificate.gradientNorm ?? 1 < 1e-10)
  }

  @Test func study() throws {
    let (features, targets) = (try matrix(0..<600), targets)
    // example
    var study = try TradeoffStudy.Plan(
      positiveWeights: [1, 3, 9], goal: .recall(atLeast: 0.9),
      schema: PlanSchema(featureNames: names, foldCount: 3))
    let rows = try PlanRows(
      features, targets: targets,
      folds: keys.map { key in Folds.index(ofKey: key.utf8, seed: 0, count: 3) })
    while let request = study.request { try study.receive(rows.answer(request)) }
    let caught = study.weightCounts[2].confusion(at: 0).truePositives
    let threshold = study.goalThreshold
    // end
    #expect(caught > 0)
    #expect(threshold != nil)
  }
}
