// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import _TestSupport

extension TradeoffStudy {
  /// A study of 400 seeded rows, of which about a quarter are positive.
  static func seeded(
    _ weights: [Double] = [0.3, 1, 4], goal: TradeoffGoal? = nil, confidence: Double? = nil,
    costs: TradeoffCosts? = nil
  ) throws -> TradeoffStudy {
    var generator = SeededGenerator(seed: 12)
    let rows = (0..<400).map { _ in
      (0..<3).map { _ in Double.random(in: -2...2, using: &generator) }
    }
    let targets = rows.map { row in
      let probability = 1 / (1 + exp(1.5 - row[0] - row[1] / 2))
      return Double.random(in: 0..<1, using: &generator) < probability ? 1.0 : 0
    }
    return try TradeoffStudy(
      FeatureMatrix(columns: (0..<3).map { column in .numbers(rows.map { $0[column] }) }),
      targets: targets,
      settings: Settings(
        positiveWeights: weights, folds: 3, seed: 7, goal: goal, confidence: confidence,
        costs: costs))
  }
}
