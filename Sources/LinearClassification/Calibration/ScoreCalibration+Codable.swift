// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The calibration file is a JSON object; see ``ScoreCalibration/read(_:)``.
extension ScoreCalibration: Codable {
  private static let format = JSONFormat(
    name: "weighted-cross-entropy calibration", noun: "calibration", version: 1)

  private enum Key: String, CodingKey {
    case method, slope, intercept, scores, probabilities
  }

  public func encode(to encoder: any Encoder) throws {
    try Self.format.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(method, forKey: .method)
    switch curve {
    case .platt(let slope, let intercept):
      try container.encode(slope, forKey: .slope)
      try container.encode(intercept, forKey: .intercept)
    case .isotonic(let curve):
      try container.encode(curve.scores, forKey: .scores)
      try container.encode(curve.probabilities, forKey: .probabilities)
    }
  }

  public init(from decoder: any Decoder) throws {
    try Self.format.check(decoder)
    let container = try decoder.container(keyedBy: Key.self)
    switch try container.decode(Method.self, forKey: .method) {
    case .platt:
      self.init(
        curve: .platt(
          slope: try container.decode(Double.self, forKey: .slope),
          intercept: try container.decode(Double.self, forKey: .intercept)))
    case .isotonic:
      let curve = IsotonicCurve(
        scores: try container.decode([Double].self, forKey: .scores),
        probabilities: try container.decode([Double].self, forKey: .probabilities))
      guard let curve else {
        throw Self.format.damaged(
          "the scores must ascend, and so must their probabilities in [0, 1]")
      }
      self.init(curve: .isotonic(curve))
    }
  }

  /// The JSON of a calibration file. Each number reads back as the same number.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }

  /// Writes a calibration file. If that fails, an existing file is unchanged.
  ///
  /// - Throws: ``ClassificationError`` if the file cannot be written.
  public func write(to path: String) throws(ClassificationError) {
    let text = try json()
    try rethrowingFileErrors { () throws(DataFileError) in try AtomicFile.write(text, to: path) }
  }

  /// Reads a calibration file of at most 64 MiB.
  ///
  /// The file is a JSON object. Its members are `format`, `version` and `method`, and `slope` and
  /// `intercept` for `platt`, or `scores` and `probabilities` for `isotonic`. Scores are log odds.
  ///
  /// - Throws: ``ClassificationError`` with the code ``ClassificationError/Code/damagedModel``,
  ///   ``ClassificationError/Code/newerModel`` or ``ClassificationError/Code/file``.
  public static func read(_ path: String) throws(ClassificationError) -> ScoreCalibration {
    try ScoreCalibration(
      json: rethrowingFileErrors { () throws(DataFileError) in try contents(ofFile: path) })
  }

  /// Reads a calibration from the JSON of a calibration file.
  public init(json: some Sequence<UInt8>) throws(ClassificationError) {
    self = try Self.format.parsed(json)
  }
}
