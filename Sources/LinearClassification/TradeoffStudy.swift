// SPDX-License-Identifier: Apache-2.0
/// What different positive weights do to recall and precision, measured by cross-validation on rows that were held out.
///
/// Next to the path of weights stands its rival on the same folds: an unweighted model whose threshold moves instead. Encodes to JSON; the
/// report shows these numbers.
public struct TradeoffStudy: Codable, Hashable, Sendable {
  /// What was asked for.
  public struct Settings: Codable, Hashable, Sendable {
    /// The weights, rising, without repetition.
    public var positiveWeights: [Double]
    /// The number of folds.
    public var folds: Int
    /// What divides the rows among them.
    public var seed: UInt64
    /// The penalty λ of every fit.
    public var l2: Double
    /// What is asked of the trade-off.
    public var goal: TradeoffGoal?

    /// Settings, by default of five folds. Which weights are enough depends on the data: see ``TradeoffStudy/defaultPath(targets:weights:)``.
    public init(
      positiveWeights: [Double], folds: Int = 5, seed: UInt64 = 0, l2: Double = 1,
      goal: TradeoffGoal? = nil
    ) {
      self.positiveWeights = positiveWeights
      self.folds = folds
      self.seed = seed
      self.l2 = l2
      self.goal = goal
    }
  }

  /// A point of the precision–recall curve of the unweighted model.
  public struct CurvePoint: Codable, Hashable, Sendable {
    /// The threshold on the probability.
    public var threshold: Double
    /// The recall of the held-out rows at it.
    public var recall: Double
    /// Their precision.
    public var precision: Double
  }

  /// The reliability of a weighted model's probabilities before and after the correction by log q.
  public struct CalibrationComparison: Codable, Hashable, Sendable {
    /// The weight.
    public var positiveWeight: Double
    /// σ(x).
    public var before: ReliabilityCurve
    /// σ(x - log q).
    public var after: ReliabilityCurve
  }

  /// What was asked for.
  public var settings: Settings
  /// The number of rows that count.
  public var rowCount: Int
  /// The number of positive rows among them.
  public var positiveCount: Int
  /// A point for each weight: models trained with it, thresholded at 1/2.
  public var weightPath: [TradeoffPoint]
  /// A point for each weight: the unweighted models, thresholded at 1 / (1 + q).
  public var thresholdPath: [TradeoffPoint]
  /// The unweighted models at every threshold, thinned out.
  public var unweightedCurve: [CurvePoint]
  /// For the recommended weight, or else the one farthest from 1.
  public var calibration: CalibrationComparison
  /// The answer to the goal, where there is one.
  public var recommendation: Recommendation?
}
