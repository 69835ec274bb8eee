// SPDX-License-Identifier: Apache-2.0
/// A number as a sum of two Doubles times a power of two. It has about 104 bits of precision on
/// every architecture and an unlimited exponent (Dekker 1971; Hida, Li and Bailey, "Library for
/// double-double and quad-double arithmetic", 2007).
public struct CompensatedReal: WideReal {
  /// The leading part: 0 or of a magnitude in [1, 2).
  private var high: Double
  /// The rest, at most half a unit in the last place of the leading part.
  private var low: Double
  /// The exponent of the power of two.
  private var exponent: Int

  public init(_ value: Double) { self.init(value, 0, 0) }

  /// The number `(high + low) 2^exponent`, where `low` is much smaller than `high`.
  private init(_ high: Double, _ low: Double, _ exponent: Int) {
    let sum = high + low
    guard sum != 0 else {
      (self.high, self.low, self.exponent) = (0, 0, 0)
      return
    }
    let shift = Int(sum.exponent)
    self.high = sum.multiplied(byPowerOfTwo: -shift)
    self.low = (low - (sum - high)).multiplied(byPowerOfTwo: -shift)
    self.exponent = exponent + shift
  }

  public var isNegative: Bool { high < 0 }

  public var binaryExponent: Int? {
    guard high != 0 else { return nil }
    // The leading part of a number just below a power of two is the power.
    return high.magnitude == 1 && (low != 0 && (low < 0) != (high < 0)) ? exponent - 1 : exponent
  }

  public var rounded: Double { high.multiplied(byPowerOfTwo: exponent) }

  public func scaled(byPowerOfTwo exponent: Int) -> CompensatedReal {
    var result = self
    if high != 0 { result.exponent += exponent }
    return result
  }

  public static prefix func - (a: CompensatedReal) -> CompensatedReal {
    CompensatedReal(-a.high, -a.low, a.exponent)
  }

  public static func + (a: CompensatedReal, b: CompensatedReal) -> CompensatedReal {
    if a.high == 0 { return b }
    if b.high == 0 { return a }
    let (big, small) = a.exponent >= b.exponent ? (a, b) : (b, a)
    let shift = small.exponent - big.exponent
    // The smaller number is far below the last bit.
    if shift < -120 { return big }
    let (sum, error) = twoSum(big.high, small.high.multiplied(byPowerOfTwo: shift))
    let (lowSum, lowError) = twoSum(big.low, small.low.multiplied(byPowerOfTwo: shift))
    let (first, second) = twoSum(sum, error + lowSum)
    return CompensatedReal(first, second + lowError, big.exponent)
  }

  public static func * (a: CompensatedReal, b: CompensatedReal) -> CompensatedReal {
    let product = a.high * b.high
    let error = (-product).addingProduct(a.high, b.high) + (a.high * b.low + a.low * b.high)
    return CompensatedReal(product, error, a.exponent + b.exponent)
  }

  public static func / (a: CompensatedReal, b: CompensatedReal) -> CompensatedReal {
    // Long division: each step finds the digits of one Double.
    var quotient = CompensatedReal(0)
    var rest = a
    for _ in 0..<3 where rest.high != 0 {
      let digits = CompensatedReal(rest.high / b.high, 0, rest.exponent - b.exponent)
      quotient = quotient + digits
      rest = rest - digits * b
    }
    return quotient
  }

  /// `e^-a = 2^-n e^r`, with e^(r/256) by its Taylor series and eight squarings.
  public static func exponentialOfNegative(_ a: CompensatedReal) -> CompensatedReal {
    let n = (a.rounded / 0.6931471805599453).rounded()
    let logarithmOfTwo = CompensatedReal(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, 0)
    let r = (CompensatedReal(n) * logarithmOfTwo - a).scaled(byPowerOfTwo: -8)
    var sum = CompensatedReal(1)
    for term in stride(from: 13.0, through: 1, by: -1) {
      sum = CompensatedReal(1) + sum * r / CompensatedReal(term)
    }
    for _ in 0..<8 { sum = sum * sum }
    return sum.scaled(byPowerOfTwo: -Int(n))
  }

  /// `log(1 + t) = 2 artanh(s)` with `s = t / (2 + t)` at most 1/3, by its series.
  public static func logOnePlus(_ t: CompensatedReal) -> CompensatedReal {
    let s = t / (CompensatedReal(2) + t)
    let square = s * s
    var sum = CompensatedReal(0)
    for odd in stride(from: 69.0, through: 1, by: -2) {
      sum = CompensatedReal(1) / CompensatedReal(odd) + sum * square
    }
    return (s * sum).scaled(byPowerOfTwo: 1)
  }

  private static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let shadow = sum - a
    return (sum, (a - (sum - shadow)) + (b - shadow))
  }
}

extension Double {
  fileprivate func multiplied(byPowerOfTwo exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: self)
  }
}
