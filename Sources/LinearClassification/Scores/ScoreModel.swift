// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// What a ``ThresholdStudy`` found about the scores of a classifier, to be applied to new scores: a
/// threshold, and a map to probabilities.
public struct ScoreModel: Hashable, Sendable {
  /// What the scores are.
  public let scoreKind: ScoreKind
  /// The map to probabilities; nil leaves them as they are, σ of log odds.
  public let calibration: ScoreCalibration?
  /// The threshold: a row is predicted positive if its score is at least this number.
  public let threshold: Double

  /// A model of scores.
  public init(scoreKind: ScoreKind, calibration: ScoreCalibration?, threshold: Double) {
    self.scoreKind = scoreKind
    self.calibration = calibration
    self.threshold = threshold
  }

  /// The probability of each row.
  ///
  /// - Throws: ``ClassificationError`` with the row of a score that is not of the kind.
  public func probabilities(_ scores: [Double]) throws(ClassificationError) -> [Double] {
    let logits = try scoreKind.logits(scores)
    if let calibration { return calibration.probabilities(logits) }
    return scoreKind == .probabilities ? scores : logits.map(\.logistic)
  }

  /// The metrics of scores: those of decisions from the threshold, the others from the
  /// probabilities.
  ///
  /// - Parameters:
  ///   - scores: n scores.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  /// - Throws: ``ClassificationError`` if an argument does not match its description.
  public func evaluation(
    scores: [Double], targets: [Double], weights: [Double]? = nil
  ) throws(ClassificationError) -> Evaluation {
    try Evaluation(
      labelled(scores, targets, weights), decidingBy: scores, threshold: threshold)
  }

  /// The log odds of the probabilities of scores, with the labels of their rows.
  func labelled(
    _ scores: [Double], _ targets: [Double], _ weights: [Double]?
  ) throws(ClassificationError) -> LabelledScores {
    let logits = try scoreKind.logits(scores)
    let calibrated = try calibration.map { map throws(ClassificationError) in
      try LogOdds.logits(ofProbabilities: map.probabilities(logits))
    }
    return try LabelledScores(logits: calibrated ?? logits, targets: targets, weights: weights)
  }
}

/// The file is a JSON object; see ``ScoreModel/read(_:)``.
extension ScoreModel: Codable {
  static let format = JSONFormat(
    name: "weighted-cross-entropy score model", noun: "model of scores", version: 1)

  private enum Key: String, CodingKey { case scores, threshold, calibration }

  public func encode(to encoder: any Encoder) throws {
    try Self.format.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(scoreKind, forKey: .scores)
    try container.encode(threshold, forKey: .threshold)
    try container.encodeIfPresent(calibration, forKey: .calibration)
  }

  public init(from decoder: any Decoder) throws {
    try Self.format.check(decoder)
    let container = try decoder.container(keyedBy: Key.self)
    scoreKind = try container.decode(ScoreKind.self, forKey: .scores)
    threshold = try container.decode(Double.self, forKey: .threshold)
    calibration = try container.decodeIfPresent(ScoreCalibration.self, forKey: .calibration)
  }

  /// The JSON of the file. Each number reads back as the same number.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }

  /// Writes the file. If that fails, an existing file is unchanged.
  ///
  /// - Throws: ``ClassificationError`` if the file cannot be written.
  public func write(to path: String) throws(ClassificationError) {
    let text = try json()
    try rethrowingFileErrors { () throws(DataFileError) in try AtomicFile.write(text, to: path) }
  }

  /// Reads a file of at most 64 MiB.
  ///
  /// The file is a JSON object. Its members are `format`, `version`, `scores` (`probabilities` or
  /// `logOdds`), `threshold`, and `calibration` if there is one: its `method`, with `slope` and
  /// `intercept` for `platt`, or `scores` and `probabilities` for `isotonic`, on log odds.
  ///
  /// - Throws: ``ClassificationError`` with the code ``ClassificationError/Code/damagedModel``,
  ///   ``ClassificationError/Code/newerModel`` or ``ClassificationError/Code/file``.
  public static func read(_ path: String) throws(ClassificationError) -> ScoreModel {
    try ScoreModel(
      json: rethrowingFileErrors { () throws(DataFileError) in try contents(ofFile: path) })
  }

  /// Reads a model of scores from the JSON of its file.
  public init(json: some Sequence<UInt8>) throws(ClassificationError) {
    self = try Self.format.parsed(json)
  }
}
