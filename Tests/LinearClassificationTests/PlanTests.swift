// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// Fits and studies of rows in several places. Requests and answers travel as bytes.
@Suite struct PlanTests {
  /// A table with an indicator, a column with an extreme number, and perhaps weights.
  private struct Table {
    let features: FeatureMatrix
    let targets: [Double]
    let weights: [Double]?
    let folds: [Int]

    init(rows: Int, weighted: Bool, seed: UInt64) throws {
      let (matrix, targets) = TestData.problem(rows: rows, columns: 3, rate: 0.1, seed: seed)
      let codes = (0..<rows).map { Int32($0 * $0 % 7) }
      let folds = (0..<Int64(rows)).map { Folds.index(ofKey: $0, seed: seed, count: 3) }
      // One row dominates the deviation, so the models without its fold need their own.
      let first = folds.firstIndex(of: 1)
      let uneven = folds.indices.map { $0 == first ? 3000 : Double($0 % 11) / 10 }
      self.folds = folds
      self.targets = targets
      features = try FeatureMatrix(
        columns: matrix.columns + [.indicator(codes: codes, code: 2), .numbers(uneven)])
      weights = weighted ? (0..<rows).map { Double($0 % 5) / 2 } : nil
    }

    func part(_ range: Range<Int>, firstBlock: Int, folds hasFolds: Bool) throws -> PlanRows {
      try PlanRows(
        features.rows(Array(range)), targets: Array(targets[range]),
        weights: weights.map { Array($0[range]) }, folds: hasFolds ? Array(folds[range]) : nil,
        firstBlock: firstBlock)
    }

    /// Parts of whole blocks. The ends are numbers of blocks.
    func parts(_ ends: [Int], folds: Bool = false) throws -> [PlanRows] {
      func row(_ block: Int) -> Int { min(block * PlanRows.rowsPerBlock, targets.count) }
      return try zip([0] + ends, ends).map { start, end in
        try part(row(start)..<row(end), firstBlock: start, folds: folds)
      }
    }
  }

  /// The answer of all parts, merged in a random order.
  private func answer(
    _ request: PlanRequest, _ parts: [PlanRows], _ generator: inout SeededGenerator
  ) throws -> PlanAnswer {
    var answers = try parts.map { part in
      try part.answer(PlanRequest(bytes: request.bytes), threads: 1).bytes
    }
    while answers.count > 1 {
      answers.shuffle(using: &generator)
      var merged = try PlanAnswer(bytes: answers.removeLast())
      try merged.merge(PlanAnswer(bytes: answers.removeLast()))
      answers.append(merged.bytes)
    }
    return try PlanAnswer(bytes: answers[0])
  }

  private func fit(
    _ settings: LogisticRegression, _ table: Table, _ parts: [PlanRows], seed: UInt64 = 1
  ) throws -> LogisticModel {
    var generator = SeededGenerator(seed: seed)
    var plan = try LogisticRegression.Plan(
      settings, schema: PlanSchema(table.features), rowCount: table.targets.count)
    while let request = plan.request { try plan.receive(answer(request, parts, &generator)) }
    #expect(plan.passCount == 2 + plan.model!.certificate.passes)
    return plan.model!
  }

  /// 2 blocks and a part of a third.
  private static let rowCount = 2 * PlanRows.rowsPerBlock + 377

  @Test(arguments: [false, true])
  func aFitHasTheBitsOfOneInMemory(weighted: Bool) throws {
    let table = try Table(rows: Self.rowCount, weighted: weighted, seed: 200)
    let settings = LogisticRegression(positiveWeight: 7, l2: 0.5)
    let model = try settings.fit(
      table.features, targets: table.targets, weights: table.weights)
    for (seed, ends) in [[3], [1, 2, 3], [1, 1, 3], [2, 3, 3]].enumerated() {
      #expect(try fit(settings, table, table.parts(ends), seed: UInt64(seed)) == model, "\(ends)")
    }
    // Blocks of other rows.
    let cuts = [0, 100, 3000, 3001, Self.rowCount]
    let parts = try zip(cuts, cuts.dropFirst()).enumerated().map { index, cut in
      try table.part(cut.0..<cut.1, firstBlock: 1000 * (5 - index), folds: false)
    }
    let other = try fit(settings, table, parts)
    #expect(other != model)
    #expect(relativeDistance(other.theta, model.theta) < 1e-12)
  }

  @Test(arguments: [false, true])
  func aStudyCountsWhatOneInMemoryCounts(weighted: Bool) throws {
    let table = try Table(rows: Self.rowCount, weighted: weighted, seed: 201)
    let weights = [0.3, 1, 12]
    let goal = try TradeoffGoal.recall(atLeast: 0.83)
    var generator = SeededGenerator(seed: 5)
    func run(_ ends: [Int]) throws -> TradeoffStudy.Plan {
      let parts = try table.parts(ends, folds: true)
      var plan = try TradeoffStudy.Plan(
        positiveWeights: weights, goal: goal, schema: PlanSchema(table.features, foldCount: 3))
      while let request = plan.request { try plan.receive(answer(request, parts, &generator)) }
      return plan
    }
    let plan = try run([1, 3])
    let study = try TradeoffStudy(
      table.features, targets: table.targets, weights: table.weights, folds: Folds(table.folds),
      settings: TradeoffStudy.Settings(positiveWeights: weights))
    #expect(plan.weightCounts.map(\.positiveWeight) == weights)
    for (counts, point) in zip(plan.weightCounts, study.weightPath) {
      #expect(counts.thresholds == [0.5])
      #expect(counts.confusion(at: 0) == point.pooled.confusion)
      for fold in 0..<3 {
        #expect(counts.confusion(at: 0, fold: fold) == point.folds[fold].confusion)
      }
    }
    let curve = try #require(plan.unweightedCounts)
    for point in study.thresholdPath {
      let index = try #require(curve.thresholds.firstIndex(of: point.threshold))
      #expect(curve.confusion(at: index) == point.pooled.confusion)
    }
    // The threshold of the goal, by a search over all rows.
    let threshold = try #require(plan.goalThreshold)
    var heldOut = try HeldOutLogits(
      table.features, targets: table.targets, weights: table.weights,
      fitting: LogisticRegression(),
      division: StratifiedFolds(assignment: table.folds.map { UInt32($0) }, count: 3),
      monitor: TrainingMonitor())
    let setting = HeldOutLogits.Setting(positiveWeight: 1, l2: 1)
    try heldOut.fit(weights.map { .init(positiveWeight: $0, l2: 1) })
    let probabilities = try heldOut(setting).map(\.logistic)
    let rows = RowSelection(targets: table.targets, weights: table.weights)
    func confusion(_ threshold: Double) -> ConfusionMatrix {
      var counts = ConfusionCounts(threshold: threshold)
      for row in probabilities.indices {
        counts.add(
          probabilities[row], isPositive: table.targets[row] == 1, weight: rows.weight(row))
      }
      return counts.matrix(rows.unit)
    }
    let sorted = Set(probabilities).sorted()
    var (low, high) = (0, sorted.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if confusion(sorted[middle]).recall! >= 0.83 { low = middle } else { high = middle }
    }
    let found = confusion(threshold)
    #expect(found.recall! >= 0.83)
    #expect(found.falsePositives == confusion(sorted[low]).falsePositives)
    #expect(
      found == curve.confusion(at: try #require(curve.thresholds.firstIndex(of: threshold))))
    if !weighted { #expect(try run([2, 3]).unweightedCounts == curve) }
  }

  /// A large answer comes in several, with the same result.
  @Test func largeAnswersAreDivided() throws {
    let table = try Table(rows: 500, weighted: false, seed: 202)
    let schema = try PlanSchema(table.features, foldCount: 3)
    let rows = try table.parts([1], folds: true)[0]
    func counts(_ largest: Int) throws -> (counts: [HeldOutCounts], passes: Int) {
      var driver = PlanDriver(
        try StudyPasses(
          positiveWeights: [1, 2, 3, 4], l2: 1, goal: nil, schema: schema,
          kernels: InstructionSet.baseline.matrixKernels),
        schema: schema, instructionSet: .baseline, rowCount: nil, largestAnswer: largest)
      while let request = driver.request {
        try driver.receive(rows.answer(request))
      }
      return (driver.passes.weightCounts, driver.passCount)
    }
    let (whole, divided) = (try counts(1 << 20), try counts(100))
    #expect(whole.counts == divided.counts && whole.counts.count == 4)
    #expect(divided.passes > whole.passes)
  }
}
