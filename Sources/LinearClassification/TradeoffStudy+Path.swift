// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// The weights to try where nothing is known but the classes: from 0.1 in five equal ratios a decade, each rounded to three digits,
  /// through the first that is at least 100 and at least ten times negatives / positives.
  ///
  /// With the weight negatives / positives both classes count the same, and a recall near 1 takes a few times as much. One positive in ten
  /// rows gives 16 weights from 0.1 to 100, one in a thousand 26 up to 10,000. No path goes beyond 10¹².
  ///
  /// - Parameters:
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0, whose sums over the classes take the place of the counts; 1 each if left out.
  /// - Throws: `ClassificationError` where there are no positives or no negatives, or a number is not as said here.
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

  /// Weights in equal ratios, ends included, the others rounded to three significant digits or as many more as keep all apart: what is
  /// shown of them is then all of them.
  ///
  /// - Precondition: `first` and `last` are above 0; `count` is at least 1 (and then the path is `first` alone).
  public static func geometricPath(from first: Double, through last: Double, count: Int) -> [Double]
  {
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
  /// The number above 0 rounded to so many significant decimal digits.
  fileprivate func rounded(significantDigits digits: Int) -> Double {
    let decimals = digits - 1 - Int(decimalLogarithm.rounded(.down))
    let scale = Double(decimals.magnitude).powerOfTen
    // A division by an exact power of ten gives the number that the decimal digits stand for.
    return decimals >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
  }
}
