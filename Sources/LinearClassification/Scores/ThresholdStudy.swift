// SPDX-License-Identifier: Apache-2.0
import _WorkerThreads

/// A study of the scores of any classifier: the threshold for a goal, its recall and precision with
/// their spread, and the calibration of the scores. It encodes to JSON.
///
/// The rows should be new to the classifier. On the rows of its training, recall and precision are
/// too high.
public struct ThresholdStudy: Codable, Hashable, Sendable {
  /// The settings of a study.
  public struct Settings: Codable, Hashable, Sendable {
    /// The goal; without one and without costs the threshold is that of the highest F1.
    public var goal: TradeoffGoal?
    /// The probability with which the goal should hold on as many new rows, from 0.5 to below 1.
    public var confidence: Double?
    /// The costs of errors, instead of a goal: the threshold is that of the lowest cost.
    public var costs: TradeoffCosts?
    /// The method of calibration, if the scores should be calibrated.
    public var calibration: ScoreCalibration.Method?
    /// The number of resamples for the spread.
    public var resamples: Int
    /// The number of folds in which the calibration is evaluated.
    public var folds: Int
    /// The names of the folds, if they were given; nil if the study divided the rows.
    public internal(set) var foldNames: [String]?
    /// The seed of the resamples and of the division into folds.
    public var seed: UInt64

    /// Settings with the given values.
    public init(
      goal: TradeoffGoal? = nil, confidence: Double? = nil, costs: TradeoffCosts? = nil,
      calibration: ScoreCalibration.Method? = nil, resamples: Int = 500, folds: Int = 5,
      seed: UInt64 = 0
    ) {
      self.goal = goal
      self.confidence = confidence
      self.costs = costs
      self.calibration = calibration
      self.resamples = resamples
      self.folds = folds
      self.seed = seed
    }
  }

  /// A point of the precision–recall curve.
  public struct CurvePoint: Codable, Hashable, Sendable {
    /// The threshold on the scores.
    public let threshold: Double
    /// The recall.
    public let recall: Double
    /// The precision.
    public let precision: Double
  }

  /// The spread of the results over stratified resamples of the rows.
  public struct Spreads: Codable, Hashable, Sendable {
    /// The recall at the threshold.
    public let recall: BootstrapInterval
    /// The precision at the threshold; nil if it is undefined in every resample.
    public let precision: BootstrapInterval?
    /// The threshold that each resample would choose without a confidence; nil if none reaches the
    /// goal.
    public let threshold: BootstrapInterval?
    /// The share of the resamples in which the threshold reaches the goal; nil without a goal.
    public let shareReachingGoal: Double?
  }

  /// The calibration of the scores before and after.
  public struct Calibration: Codable, Hashable, Sendable {
    /// The metrics of the scores.
    public let before: Evaluation
    /// The metrics of the calibrated probabilities, each from a map fitted without the row's fold.
    public let after: Evaluation
    /// The reliability of the scores.
    public let reliabilityBefore: ReliabilityCurve
    /// The reliability of the same calibrated probabilities.
    public let reliabilityAfter: ReliabilityCurve
    /// The reliability of the calibrated probabilities in bins by rank.
    public let rankedReliabilityAfter: ReliabilityCurve
  }

  /// The settings.
  public let settings: Settings
  /// What the scores are.
  public let scoreKind: ScoreKind
  /// The number of rows of weight above 0.
  public let rowCount: Int
  /// The number of positive rows among them.
  public let positiveCount: Int
  /// Whether a threshold reaches the goal, with the confidence if there is one; true without a
  /// goal.
  public let isReached: Bool
  /// The chosen threshold: a row is predicted positive if its score is at least this number. If no
  /// threshold reaches the goal, the one that comes closest.
  public let threshold: Double
  /// The metrics of the scores at the threshold.
  public let evaluation: Evaluation
  /// The decisions at other thresholds, and the reliability of the scores.
  public let profile: ScoreProfile
  /// The spread of the results.
  public let spreads: Spreads
  /// The precision–recall curve, at most 300 points.
  public let curve: [CurvePoint]
  /// The calibration, if the settings have a method.
  public let calibration: Calibration?
  /// The map of the scores and the threshold, for new scores.
  public let model: ScoreModel
}
