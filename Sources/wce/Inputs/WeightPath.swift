// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// The positive weights of a study, as given on the command line: `0.1...100:16`, or numbers
/// separated by commas.
struct WeightPath {
  let weights: [Double]

  /// More would be a slip: each weight is one fit for every fold.
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
        "--pos-weights takes at most \(Self.limit) weights, received \(weights.count).")
    }
  }

  private static func range(
    _ text: String, from start: Substring, rest: Substring
  ) throws(ValidationError) -> [Double] {
    let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (first, last) = (try weight(start, in: text), try weight(parts[0], in: text))
    guard parts.count == 2, let count = Int(parts[1]), (2...limit).contains(count) else {
      throw ValidationError(
        "--pos-weights FIRST...LAST:COUNT takes a count from 2 to \(limit), as in 0.1...100:16; "
          + "received \(quoted(text)).")
    }
    guard first < last else {
      throw ValidationError(
        "--pos-weights FIRST...LAST:COUNT needs FIRST below LAST; received \(quoted(text)).")
    }
    return TradeoffStudy.geometricPath(from: first, through: last, count: count)
  }

  private static func weight(_ part: Substring, in text: String) throws(ValidationError) -> Double {
    guard let weight = Double(String(part)), weight > 0, weight.isFinite else {
      throw ValidationError(
        "--pos-weights takes FIRST...LAST:COUNT or numbers separated by commas; \(quoted(part)) in "
          + "\(quoted(text)) is not a finite number above 0.")
    }
    return weight
  }
}
