// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// Points of curves that are computed when they are visited, and sums of rows that are not copied,
/// against the same from arrays.
@Suite struct RankingTests {
  /// Scores with ties and with saturated probabilities.
  private static func rows(
    _ count: Int, weighted: Bool = false, seed: UInt64
  ) throws -> LabelledScores {
    var generator = SeededGenerator(seed: seed)
    let targets = (0..<count).map { $0 < 2 ? Double($0) : generator.share() < 0.3 ? 1 : 0 }
    return try LabelledScores(
      logits: targets.map { (8 * (generator.normal() + $0)).rounded() * 3 }, targets: targets,
      weights: weighted ? targets.map { _ in (generator.share() * 4).rounded() + 0.1 } : nil)
  }

  private static func points(_ ranking: Ranking) -> [Ranking.Point] {
    var points: [Ranking.Point] = []
    ranking.forEach { points.append($0) }
    return points
  }

  @Test(arguments: [1, 50, 20_000]) func reversed(_ count: Int) throws {
    var generator = SeededGenerator(seed: 401)
    let logits = (0..<count).map { _ in generator.normal() }
    let ranking = Ranking(
      try LabelledScores(
        logits: logits, targets: logits.map { $0 > 0.5 ? 1 : 0 },
        weights: logits.map { _ in generator.share() + 0.1 }))
    func key(_ point: Ranking.Point) -> [Double] {
      [
        point.score, point.next ?? .nan, point.truePositives, point.falsePositives,
        point.gained.positives, point.gained.negatives,
      ].map { $0.isNaN ? -1000 : $0 }
    }
    var reversed: [[Double]] = []
    ranking.forEachReversed { reversed.append(key($0)) }
    #expect(reversed == Self.points(ranking).reversed().map(key))
    #expect(reversed.count == ranking.count)
    #expect(reversed.first?[2] == ranking.positives)
  }

  @Test(arguments: [1, 3, 40]) func usefulPoints(_ limit: Int) throws {
    let ranking = Ranking(try Self.rows(300, weighted: true, seed: 402))
    let useful = Self.points(ranking).filter { $0.gained.positives > 0 }.map(\.score)
    let chosen = ranking.usefulPoints(atMost: limit).map(\.score)
    let step = (useful.count + limit - 1) / limit
    #expect(
      chosen
        == stride(from: (useful.count - 1) % step, to: useful.count, by: step).map {
          useful[$0]
        })
  }

  private static let aims: [(TradeoffGoal?, Double?, TradeoffCosts?)] = {
    let recalls = [0.3, 0.8, 1].compactMap { try? TradeoffGoal.recall(atLeast: $0) }
    let precisions = [0.2, 0.5, 0.9].compactMap { try? TradeoffGoal.precision(atLeast: $0) }
    return (recalls + precisions).flatMap { goal in [nil, 0.6, 0.95].map { (goal, $0, nil) } }
      + [(5.0, 1.0), (1, 5), (1, 0)].compactMap {
        (nil, nil, try? TradeoffCosts(miss: $0.0, alarm: $0.1))
      }
  }()

  /// The threshold is the best of all, though only some are candidates.
  @Test(arguments: [5, 60, 700], [false, true])
  func bestThreshold(_ count: Int, _ weighted: Bool) throws {
    for seed in 410..<(count < 100 ? 440 : 413) as Range<UInt64> {
      let rows = try Self.rows(count, weighted: weighted, seed: seed)
      let ranking = Ranking(rows)
      let points = Self.points(ranking)
      let labels = Classifier.Labels(targets: rows.targets, weights: rows.selection.weights)
      for (goal, confidence, costs) in Self.aims {
        guard let aim = Aim(goal: goal, confidence: confidence, costs: costs, labels) else {
          continue
        }
        var all = [
          (next: points[0].score.logistic, probability: 1.0, positives: 0.0, negatives: 0.0)
        ]
        for point in points {
          all.append(
            (
              point.next?.logistic ?? 0, point.score.logistic, point.truePositives,
              point.falsePositives
            ))
        }
        let best = aim.best(of: all.filter { $0.next < $0.probability }) {
          ranking.confusion(truePositives: $0.positives, falsePositives: $0.negatives)
        }
        let threshold = ranking.bestThreshold(aim)
        #expect((threshold == nil) == (best == nil))
        if let threshold, let best {
          #expect(threshold > best.next && threshold <= best.probability)
        }
      }
    }
  }

  @Test(arguments: [1, 4096, 9000], [false, true])
  func meanLoss(_ count: Int, _ weighted: Bool) throws {
    var generator = SeededGenerator(seed: 403)
    let logits = (0..<count).map { _ in 3 * generator.normal() }
    let targets = logits.map { $0 > 0 ? 1.0 : 0 }
    let weights = logits.map { _ in weighted ? generator.share() : 1 }
    var mean = try MeanLoss(isWeighted: weighted)
    for row in logits.indices {
      try mean.append(logits[row], target: targets[row], weight: weights[row])
    }
    let expected = try WeightedCrossEntropyLoss<Double>().value(
      of: weighted ? .weightedMean : .mean, logits: logits.span, targets: targets.span,
      weights: weighted ? weights.span : nil)
    #expect(try mean.value() == expected)
  }
}

extension SeededGenerator {
  fileprivate mutating func share() -> Double { Double.random(in: 0..<1, using: &self) }
}
