// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification

/// Positive weights as the command line names them: `0.1...100:16`, or numbers with commas between.
struct WeightPath {
  let weights: [Double]

  /// More would be a slip: each weight is a fit for every fold.
  private static let limit = 1000

  init(_ text: String) throws(ValidationError) {
    weights =
      if let dots = text.firstRange(of: "...") {
        try Self.range(text, from: text[..<dots.lowerBound], rest: text[dots.upperBound...])
      } else {
        try text.split(separator: ",", omittingEmptySubsequences: false).map {
          part throws(ValidationError) in
          try Self.weight(part, in: text)
        }
      }
    guard weights.count <= Self.limit else {
      throw ValidationError(
        "--pos-weights takes at most \(Self.limit) weights; \"\(text)\" has \(weights.count).")
    }
  }

  private static func range(
    _ text: String, from start: Substring, rest: Substring
  ) throws(ValidationError) -> [Double] {
    let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (first, last) = (try weight(start, in: text), try weight(parts[0], in: text))
    guard parts.count == 2, let count = Int(parts[1]), (2...limit).contains(count) else {
      throw ValidationError(
        "--pos-weights FIRST...LAST:COUNT takes a count from 2 to \(limit), as in 0.1...100:16; received \"\(text)\"."
      )
    }
    guard first < last else {
      throw ValidationError("--pos-weights FIRST...LAST:COUNT has to rise; received \"\(text)\".")
    }
    return TradeoffStudy.geometricPath(from: first, through: last, count: count)
  }

  private static func weight(_ part: Substring, in text: String) throws(ValidationError) -> Double {
    guard let weight = Double(String(part)), weight > 0, weight.isFinite else {
      throw ValidationError(
        "--pos-weights takes FIRST...LAST:COUNT or numbers above 0 with commas between; \"\(part)\" in \"\(text)\" is no such number."
      )
    }
    return weight
  }
}
