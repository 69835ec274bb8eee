// SPDX-License-Identifier: Apache-2.0
extension DecimalNumber {
  /// The nearest number of the type, ties to even; `nil` if 128 bits do not decide it, which is
  /// rare.
  @inline(__always)
  func rounded<Scalar: NumericScalar>(to _: Scalar.Type) -> Scalar? {
    let limits = Scalar._decimalLimits
    if !isCut, significand >> UInt64(limits.mantissaBits + 1) == 0,
      exponent.magnitude <= limits.exactPower
    {
      // Both operands are exact, so the operation rounds correctly. Source: William D. Clinger,
      // "How to Read Floating Point Numbers Accurately", PLDI 1990.
      let value = Scalar(nearest: Int64(truncatingIfNeeded: significand))
      let magnitude =
        exponent < 0 ? value / Scalar._powerOfTen(-exponent) : value * Scalar._powerOfTen(exponent)
      return isNegative ? -magnitude : magnitude
    }
    guard let bits = Self.magnitudeBits(significand, exponent, limits) else { return nil }
    // The true significand lies between this one and the next. They must round to the same number.
    if isCut, Self.magnitudeBits(significand + 1, exponent, limits) != bits { return nil }
    return Scalar._fromMagnitude(bits, negative: isNegative)
  }

  /// The bits of the number nearest to significand × 10^power, or `nil` if it is subnormal or the
  /// power is outside the table.
  ///
  /// Source: algorithm 1 of the article cited at `PowersOfFive`, without its fallback (Noble
  /// Mushtak and Daniel Lemire, "Fast Number Parsing Without Fallback", Software: Practice and
  /// Experience 53 (7), 2023).
  @inline(__always)
  private static func magnitudeBits(_ significand: UInt64, _ power: Int, _ limits: _DecimalLimits)
    -> UInt64?
  {
    if significand == 0 { return 0 }
    guard PowersOfFive.range.contains(power) else { return nil }
    let shift = significand.leadingZeroBitCount
    let normalized = significand << UInt64(shift)
    let five = PowersOfFive.bits(power)
    var product = normalized.multipliedFullWidth(by: five.high)
    // The lower 64 bits of the power matter only if they can carry into the bits that are kept.
    let mask = UInt64.max >> UInt64(limits.mantissaBits + 3)
    if product.high & mask == mask {
      let carry = normalized.multipliedFullWidth(by: five.low).high
      let (sum, overflow) = product.low.addingReportingOverflow(carry)
      product = (product.high &+ (overflow ? 1 : 0), sum)
    }
    let upperBit = Int(product.high >> 63)
    let droppedBits = UInt64(upperBit + 64 - limits.mantissaBits - 3)
    var mantissa = product.high >> droppedBits
    // floor(power × log2(10)) + 63, by the article's integer approximation.
    let binaryPower = (power &* 217_706) >> 16 &+ 63
    var exponent = binaryPower + upperBit - shift - limits.minimumExponent
    guard exponent > 0 else { return nil }
    // Exactly half-way: one bit more than the mantissa and zeros after it. Ties go to even.
    if product.low <= 1, limits.halfwayPowers.contains(power), mantissa & 3 == 1,
      mantissa << droppedBits == product.high
    {
      mantissa &= ~1
    }
    mantissa = (mantissa + mantissa & 1) >> 1
    if mantissa >> UInt64(limits.mantissaBits + 1) != 0 {
      mantissa >>= 1
      exponent += 1
    }
    let infinity = UInt64(limits.infinitePower) << UInt64(limits.mantissaBits)
    guard exponent < limits.infinitePower else { return infinity }
    return UInt64(exponent) << UInt64(limits.mantissaBits) | mantissa
      & ~(1 << UInt64(limits.mantissaBits))
  }
}
