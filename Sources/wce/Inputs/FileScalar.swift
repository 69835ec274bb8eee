// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

/// A type that `wce loss` computes in, reads files into and writes as JSON: `Float` or `Double`.
typealias FileScalar = LossScalar & NumericScalar & Encodable

extension Double {
  /// The value of an option as the nearest number of the type of the logits. An error if rounding
  /// gives infinity or 0.
  func fitting<Scalar: FileScalar>(_ option: String) throws(ToolError) -> Scalar {
    let nearest = Scalar(self)
    guard nearest.isFinite == isFinite, (nearest == 0) == (self == 0) else {
      throw ToolError(
        .usage,
        "\(option) \(self) is outside the range of \(Scalar.elementType), the type of the logits")
    }
    return nearest
  }
}
