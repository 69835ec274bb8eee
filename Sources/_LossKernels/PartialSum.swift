// SPDX-License-Identifier: Apache-2.0
/// A sum as an unevaluated pair `high + low`: about 106 bits, and room above the largest Double.
///
/// It counts in units of 2^64 once a sum would not fit a Double, so that no intermediate sum overflows where the mean does not.
public struct PartialSum: Sendable, Equatable, BitwiseCopyable {
  /// The sum, but for its roundings.
  public var high: Double
  /// What the roundings left.
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

  /// 2^64: the largest count of terms is 2^63, so that sums in this unit stay finite.
  @inlinable public static var unit: Double { 0x1p64 }

  /// The exact sum of two numbers, as a rounded sum and its error (Knuth's TwoSum).
  @inlinable @inline(__always)
  static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let shadow = sum - a
    return (sum, (a - (sum - shadow)) + (b - shadow))
  }

  /// Whether the sum is a number.
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

  /// The sum of two pairs in the same unit. A non-finite sum carries no error part.
  @inlinable
  func adding(_ other: PartialSum) -> PartialSum {
    let (sum, error) = Self.twoSum(high, other.high)
    guard sum.isFinite else { return PartialSum(high: sum, isScaled: isScaled) }
    return PartialSum(high: sum, low: error + (low + other.low), isScaled: isScaled)
  }

  /// The sum, rounded once; infinite where it does not fit a Double.
  @inlinable
  public var value: Double { isScaled ? (high + low) * Self.unit : high + low }

  /// The quotient of two sums, within an ULP's half and little more, three quarters where it is subnormal; finite wherever it fits a
  /// Double, though the sums may not.
  @inlinable
  public func divided(by divisor: PartialSum) -> Double {
    guard isScaled == divisor.isScaled else { return scaled.divided(by: divisor.scaled) }
    guard Self.ordinary.contains(high.magnitude), Self.ordinary.contains(divisor.high.magnitude)
    else {
      return dividedBySignificand(of: divisor)
    }
    // A call on few elements knows the reciprocal long before the sum.
    let reciprocal = 1 / divisor.high
    let quotient = high * reciprocal
    // One step of Newton's iteration, with what the product left and the low parts.
    let remainder = Self.remainder(high, quotient, divisor.high)
    return quotient + (remainder + (low - quotient * divisor.low)) * reciprocal
  }

  /// Numbers whose quotients are normal, as is every part of their products.
  @inlinable static var ordinary: ClosedRange<Double> { 0x1p-400...0x1p400 }

  /// The quotient of sums near the ends of Double: that of their significands, times a power of two.
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

  /// What is left of `dividend` without `a b`, which must be near it: exact, each number in two halves whose products are (Dekker's
  /// product, Numer. Math. 1971), so that no call of the C library's `fma` is needed.
  @inlinable @inline(__always)
  static func remainder(_ dividend: Double, _ a: Double, _ b: Double) -> Double {
    let upperHalf: UInt64 = 0xFFFF_FFFF_F800_0000
    let (a1, b1) = (
      Double(bitPattern: a.bitPattern & upperHalf), Double(bitPattern: b.bitPattern & upperHalf)
    )
    let (a2, b2) = (a - a1, b - b1)
    return ((dividend - a1 * b1) - (a1 * b2 + a2 * b1)) - a2 * b2
  }
}
