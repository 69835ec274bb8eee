// SPDX-License-Identifier: Apache-2.0
/// A sum as an unevaluated pair `high + low`, which has about 106 bits.
///
/// If a sum exceeds the range of Double, the pair changes to units of 2^64. Therefore no
/// intermediate result of a mean that fits a Double overflows.
public struct PartialSum: Sendable, Equatable, BitwiseCopyable {
  /// The rounded sum.
  public var high: Double
  /// The rounding error of `high`.
  public var low: Double
  /// Whether the pair counts in units of `2^64`.
  public var isScaled: Bool

  /// A sum of two parts, or zero.
  @inlinable
  public init(high: Double = 0, low: Double = 0, isScaled: Bool = false) {
    self.high = high
    self.low = low
    self.isScaled = isScaled
  }

  /// The product of a loss and its weight, rounded as in the kernels unless it overflows; 0 if the
  /// weight is 0.
  @inlinable
  public init<Scalar: KernelScalar>(loss: Scalar, weight: Scalar) {
    let product = weight == 0 ? 0 : loss * weight
    self.init(high: Double(product))
    guard !product.isFinite, loss.isFinite, weight.isFinite else { return }
    high = Double(loss) * Double(weight)
    guard high.isInfinite else { return }
    self.init(high: Double(loss) * (Double(weight) / Self.unit), isScaled: true)
  }

  /// 2^64. There are at most 2^63 terms, so sums in this unit are finite.
  @inlinable public static var unit: Double { 0x1p64 }

  /// The exact sum of two numbers as a rounded sum and its error (Knuth's TwoSum).
  @inlinable @inline(__always)
  static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let shadow = sum - a
    return (sum, (a - (sum - shadow)) + (b - shadow))
  }

  @inlinable
  public var isFinite: Bool { high.isFinite }

  /// The pair in units of `2^64`.
  @inlinable
  var scaled: PartialSum {
    isScaled ? self : PartialSum(high: high / Self.unit, low: low / Self.unit, isScaled: true)
  }

  @inlinable
  public static func + (a: PartialSum, b: PartialSum) -> PartialSum {
    if a.isScaled == b.isScaled {
      let sum = a.adding(b)
      if sum.high.isFinite || a.isScaled || !(a.high.isFinite && b.high.isFinite) { return sum }
    }
    return a.scaled.adding(b.scaled)
  }

  /// The sum of two pairs in the same unit. The error of a non-finite sum is 0.
  @inlinable
  func adding(_ other: PartialSum) -> PartialSum {
    let (sum, error) = Self.twoSum(high, other.high)
    guard sum.isFinite else { return PartialSum(high: sum, isScaled: isScaled) }
    return PartialSum(high: sum, low: error + (low + other.low), isScaled: isScaled)
  }

  /// The sum, rounded once; infinite if it exceeds the range of Double.
  @inlinable
  public var value: Double { isScaled ? (high + low) * Self.unit : high + low }

  /// The quotient of two sums. Its error is slightly above 0.5 ULP, 0.75 ULP if it is subnormal. It
  /// is finite whenever it fits a Double, even if the sums do not.
  @inlinable
  public func divided(by divisor: PartialSum) -> Double {
    guard isScaled == divisor.isScaled else { return scaled.divided(by: divisor.scaled) }
    guard Self.ordinary.contains(high.magnitude), Self.ordinary.contains(divisor.high.magnitude)
    else {
      return dividedBySignificand(of: divisor)
    }
    // In a call on few elements the divisor is available long before the sum.
    let reciprocal = 1 / divisor.high
    let quotient = high * reciprocal
    // One Newton step, with the remainder of the product and the low parts.
    let remainder = Self.remainder(high, quotient, divisor.high)
    return quotient + (remainder + (low - quotient * divisor.low)) * reciprocal
  }

  /// The range of numbers whose quotients, and all parts of whose products, are normal.
  @inlinable static var ordinary: ClosedRange<Double> { 0x1p-400...0x1p400 }

  /// The quotient of sums of extreme size: the quotient of their significands times a power of two.
  @usableFromInline
  func dividedBySignificand(of divisor: PartialSum) -> Double {
    guard high.isFinite, high != 0, divisor.high.isFinite, divisor.high != 0 else {
      return (high + low) / divisor.high
    }
    let quotient = timesPowerOfTwo(-high.exponent).divided(
      by: divisor.timesPowerOfTwo(-divisor.high.exponent))
    return Double(
      sign: .plus, exponent: high.exponent - divisor.high.exponent, significand: quotient)
  }

  func timesPowerOfTwo(_ exponent: Int) -> PartialSum {
    PartialSum(
      high: Double(sign: .plus, exponent: exponent, significand: high),
      low: Double(sign: .plus, exponent: exponent, significand: low), isScaled: isScaled)
  }

  /// The exact value of `dividend - a * b`, if the two are close. Splits the factors into halves
  /// with exact products (Dekker, Numer. Math. 1971), so it does not call the C library's `fma`.
  @inlinable @inline(__always)
  static func remainder(_ dividend: Double, _ a: Double, _ b: Double) -> Double {
    let upperHalf: UInt64 = 0xFFFF_FFFF_F800_0000
    let (a1, b1) = (
      Double(bitPattern: a.bitPattern & upperHalf), Double(bitPattern: b.bitPattern & upperHalf)
    )
    let (a2, b2) = (a - a1, b - b1)
    return ((dividend - a1 * b1) - (a1 * b2 + a2 * b1)) - a2 * b2
  }

  /// The sum of the leaves of a range, added in a tree that depends only on their number: the left
  /// branch of a node with n leaves has the largest power of two below n.
  ///
  /// `PartialSumStack` builds the same tree one leaf at a time.
  @inlinable
  public static func tree(over leaves: Range<Int>, _ leaf: (Int) -> PartialSum) -> PartialSum {
    switch leaves.count {
    case 0: return PartialSum()
    case 1: return leaf(leaves.lowerBound)
    default:
      let left = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
      let middle = leaves.lowerBound + left
      return tree(over: leaves.lowerBound..<middle, leaf)
        + tree(over: middle..<leaves.upperBound, leaf)
    }
  }
}
