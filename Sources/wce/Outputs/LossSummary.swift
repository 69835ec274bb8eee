// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The output of `wce loss`.
struct LossSummary<Scalar: FileScalar>: Encodable {
  let count: Int
  let shape: [Int]
  let dtype: String
  let sum: Scalar
  /// An error if the mean is undefined: no elements, or a weight sum of 0.
  let mean: Result<Scalar, LossError>
  let isWeightedMean: Bool
  let weightSum: Scalar
  let positiveWeight: PositiveWeight<Scalar>

  private enum CodingKeys: String, CodingKey {
    case count, shape, dtype, sum, mean, weightSum, positiveWeight
  }

  /// - Parameter mean: The divisor of the mean.
  init(
    _ accumulator: LossAccumulator<Scalar>, shape: [Int], elementType: ElementType,
    mean: LossReduction
  ) throws(LossError) {
    count = accumulator.count
    self.shape = shape
    dtype = elementType.description
    sum = try accumulator.value(of: .sum)
    isWeightedMean = mean == .weightedMean
    self.mean = Result { () throws(LossError) in
      try accumulator.value(of: mean)
    }
    weightSum = accumulator.weightSum
    positiveWeight = accumulator.loss.positiveWeight
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(shape, forKey: .shape)
    try container.encode(dtype, forKey: .dtype)
    try container.encode(sum, forKey: .sum)
    try container.encode(try? mean.get(), forKey: .mean)
    try container.encode(weightSum, forKey: .weightSum)
    switch positiveWeight {
    case .uniform(let weight): try container.encode(weight, forKey: .positiveWeight)
    case .perClass(let weights, axis: _): try container.encode(weights, forKey: .positiveWeight)
    }
  }

  /// One JSON object with all digits. Infinities and NaN, which JSON does not have, are strings.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The report as text. The reduction that was asked for comes first.
  func text(_ reduction: LossCommand.Reduction) -> String {
    let meanLine =
      (isWeightedMean ? "weighted mean    " : "mean loss        ")
      + ((try? mean.get()).map { "\($0)" } ?? "undefined")
    let sumLine = "sum              \(sum)"
    let headline = (reduction == .mean ? [meanLine, sumLine] : [sumLine, meanLine]).joined(
      separator: "\n")
    let weight =
      switch positiveWeight {
      case .uniform(let weight): weight.plain
      case .perClass(let weights, axis: let axis):
        weights.map(\.plain).joined(separator: ", ") + " along axis \(axis)"
      }
    // The exact count rather than the count rounded to the type.
    let weights = weightSum == Scalar(count) ? "\(count)" : weightSum.plain
    return """
      \(headline)
      elements         \(count) \(dtype), shape \(shape)
      weight sum       \(weights)
      positive weight  \(weight)

      """
  }
}
