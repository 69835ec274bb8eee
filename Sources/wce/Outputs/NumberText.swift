// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

// Numbers as the tool prints them.

extension NumericScalar {
  /// All digits, and whole numbers in full without a fraction: `9`, `1073741824`, `0.1`.
  var plain: String {
    Int64(exactly: self).map { $0.magnitude < 1 << 53 ? "\($0)" : "\(self)" } ?? "\(self)"
  }
}

extension Double {
  /// Without the rounding errors of a multiplication in the last digits.
  var short: String { formatted(15) }

  /// A count or a sum of weights, without the rounding errors of the sum.
  var count: String { formatted(magnitude < 1e9 ? 9 : 15) }
}

extension Double? {
  /// Three decimals; a dash for 0/0.
  var cell: String { map { $0.fixed(3) } ?? "-" }

  /// Six digits; a word for 0/0.
  var metric: String { map { $0.formatted(6) } ?? "undefined" }
}
