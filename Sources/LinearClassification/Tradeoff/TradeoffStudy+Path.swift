// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// The default weights for a data set: five per decade in equal ratios, rounded to three digits,
  /// from 0.1 to the first that is at least 100 and at least ten times negatives / positives.
  ///
  /// The weight negatives / positives balances the classes, and a recall near 1 requires a few
  /// times this weight. With one positive in ten rows there are 16 weights from 0.1 to 100; with
  /// one in a thousand, 26 up to 10,000. No path exceeds 10¹².
  ///
  /// - Parameters:
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each. Their sums over the classes
  ///     replace the counts.
  /// - Throws: ``ClassificationError`` if there are no positives or no negatives, or an argument
  ///   does not match its description.
  public static func defaultPath(
    targets: [Double], weights: [Double]? = nil
  ) throws(ClassificationError) -> [Double] {
    let balanced = try LogisticRegression.balancedPositiveWeight(targets: targets, weights: weights)
    let last = min(max(100, 10 * balanced), 1e12)
    var path: [Double] = []
    repeat {
      path.append((Double(path.count) / 5 - 1).powerOfTen.rounded(significantDigits: 3))
    } while path[path.count - 1] < last
    return path
  }

  /// Weights in equal ratios between two ends. All but the ends are rounded to three significant
  /// digits, or to more if three would not be distinct.
  ///
  /// - Parameters:
  ///   - first: The first weight, above 0.
  ///   - last: The last weight, above 0.
  ///   - count: The number of weights. A single weight is `first`.
  public static func geometricPath(
    from first: Double, through last: Double, count: Int
  ) -> [Double] {
    let start = first.decimalLogarithm
    let end = last.decimalLogarithm
    let exact = (0..<count).map { index in
      switch index {
      case 0: first
      case count - 1: last
      default: (start + (end - start) * Double(index) / Double(count - 1)).powerOfTen
      }
    }
    for digits in 3..<16 {
      let rounded = exact.enumerated().map { index, weight in
        index == 0 || index == count - 1 ? weight : weight.rounded(significantDigits: digits)
      }
      if zip(rounded, rounded.dropFirst()).allSatisfy({ ($0 < $1) == (first < last) && $0 != $1 }) {
        return rounded
      }
    }
    return exact
  }
}

extension Double {
  /// A positive number, rounded to significant decimal digits. A number that is not normal stays.
  func rounded(significantDigits digits: Int) -> Double {
    guard isNormal else { return self }
    let decimals = digits - 1 - Int(decimalLogarithm.rounded(.down))
    let scale = Double(decimals.magnitude).powerOfTen
    // Division by an exact power of ten gives the nearest number to the decimal digits.
    return decimals >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
  }
}
