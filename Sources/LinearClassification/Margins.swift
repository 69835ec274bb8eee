// SPDX-License-Identifier: Apache-2.0
/// How far apart the logits of the two classes are.
struct Margins {
  var smallestPositive = Double.infinity
  var largestNegative = -Double.infinity
  /// Whether some row that counts is neither positive nor negative: then a finite optimum exists.
  var hasSoftTarget = false

  init() {}

  init(
    _ logits: UnsafePointer<Double>, _ targets: [Double], _ weights: [Double]?, _ rows: Range<Int>
  ) {
    for (offset, row) in rows.enumerated() where weights.map({ $0[row] > 0 }) ?? true {
      if targets[row] == 1 {
        smallestPositive = min(smallestPositive, logits[offset])
      } else if targets[row] == 0 {
        largestNegative = max(largestNegative, logits[offset])
      } else {
        hasSoftTarget = true
      }
    }
  }

  mutating func formUnion(_ other: Margins) {
    smallestPositive = min(smallestPositive, other.smallestPositive)
    largestNegative = max(largestNegative, other.largestNegative)
    hasSoftTarget = hasSoftTarget || other.hasSoftTarget
  }

  /// Whether a threshold on the logits tells the classes apart without an error. The coefficients can then be multiplied by any factor
  /// and the loss only falls: without a penalty it has no minimum (Albert and Anderson, Biometrika 1984).
  var areSeparated: Bool { !hasSoftTarget && largestNegative < smallestPositive }
}
