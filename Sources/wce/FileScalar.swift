// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

/// What the tool computes in: a type of the loss that files are read into and that JSON can hold, `Float` or `Double`.
typealias FileScalar = LossScalar & NumericScalar & Encodable

extension Double {
  /// The nearest number of the type of the logits. It is an error where that is infinite or 0 and this is not.
  func fitting<Scalar: FileScalar>(_ option: String) throws(ToolError) -> Scalar {
    let nearest = Scalar(self)
    guard nearest.isFinite == isFinite, (nearest == 0) == (self == 0) else {
      throw ToolError(
        .usage,
        "\(option) \(self) is beyond the range of \(Scalar.elementType), the type of the logits")
    }
    return nearest
  }
}

extension NumericScalar {
  /// The number as a person writes it: whole numbers in full, and without the fraction (`9`, `1073741824`); others with all digits.
  var plain: String {
    Int64(exactly: self).map { $0.magnitude < 1 << 53 ? "\($0)" : "\(self)" } ?? "\(self)"
  }
}
