// SPDX-License-Identifier: Apache-2.0

/// What the scores of a classifier are.
public enum ScoreKind: String, CaseIterable, Codable, Sendable {
  /// Numbers in [0, 1].
  case probabilities
  /// Any finite numbers that are log odds, or any others that rank the rows.
  case logOdds

  /// The log odds of scores.
  ///
  /// - Throws: ``ClassificationError`` with the row of a score that is not of this kind.
  public func logits(_ scores: [Double]) throws(ClassificationError) -> [Double] {
    switch self {
    case .probabilities: return try LogOdds.logits(ofProbabilities: scores)
    case .logOdds:
      if let row = scores.firstIndex(where: { !$0.isFinite }) {
        throw .invalidLogit(scores[row], row: row + 1)
      }
      return scores
    }
  }
}
