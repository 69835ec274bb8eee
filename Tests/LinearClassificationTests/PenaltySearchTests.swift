// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TestSupport

/// The choice of the penalty.
@Suite struct PenaltySearchTests {
  @Test func leastHeldOutLogLoss() throws {
    let (features, targets) = TestData.problem(rows: 300, columns: 20, seed: 64)
    let search = try PenaltySearch(features, targets: targets)
    #expect(search.path.count == 13)
    #expect(search.path.map(\.l2) == search.path.map(\.l2).sorted())
    #expect(search.path.first?.l2 == 0.001 && search.path.last?.l2 == 1e5)
    let least = try #require(search.path.min { $0.logLoss < $1.logLoss })
    #expect(search.l2 == least.l2 && !search.isAtAnEnd)
    // It is tried to a third of a decade.
    #expect(search.path.count { abs($0.l2 / search.l2 - 1) < 1.2 } >= 3)
    // A study has the same folds, and its loss is that of the search.
    let given = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(positiveWeights: [1], l2: search.l2))
    #expect(abs(given.weightPath[0].pooled[.logLoss]! - least.logLoss) < 1e-9)
    let chosen = try TradeoffStudy(
      features, targets: targets,
      settings: TradeoffStudy.Settings(positiveWeights: [1], choosesPenalty: true))
    #expect(chosen.settings.l2 == search.l2)
    #expect(chosen.penaltySearch?.path.map(\.l2) == search.path.map(\.l2))
    #expect(given.penaltySearch == nil)
  }

  /// Without any information large penalties are best: most often the largest, and by chance a
  /// tenth of the number of rows.
  @Test func noiseWantsALargePenalty() throws {
    let penalties = try (0..<9).map { (seed: UInt64) in
      let (features, _) = TestData.problem(rows: 200, columns: 30, seed: 65 + seed)
      var generator = SeededGenerator(seed: 165 + seed)
      let targets = (0..<200).map { _ in Bool.random(using: &generator) ? 1.0 : 0 }
      let search = try PenaltySearch(features, targets: targets)
      #expect(search.isAtAnEnd == (search.l2 == search.path.last?.l2))
      return search.l2
    }
    #expect(penalties.allSatisfy { $0 > 20 }, "\(penalties)")
    #expect(penalties.count { $0 >= 1e5 } >= 5, "\(penalties)")
  }
}
