// SPDX-License-Identifier: Apache-2.0

/// A JSON object, part of that of ``ScoreModel/read(_:)``.
extension ScoreCalibration: Codable {
  private enum Key: String, CodingKey {
    case method, slope, intercept, scores, probabilities
  }

  public func encode(to encoder: any Encoder) throws {
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
        throw ScoreModel.format.damaged(
          "the scores must ascend, and so must their probabilities in [0, 1]")
      }
      self.init(curve: .isotonic(curve))
    }
  }
}
