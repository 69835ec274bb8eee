// SPDX-License-Identifier: Apache-2.0
/// What rounding a decimal number to a binary type needs to know of the type; see `DecimalParser`.
public struct _DecimalLimits: Sendable {
  /// The bits of the significand after the leading one.
  var mantissaBits: Int
  /// The exponent of the least normal number, less one: the bias with its sign turned.
  var minimumExponent: Int
  /// The exponent field of infinity.
  var infinitePower: Int
  /// The greatest power of ten that the type holds exactly.
  var exactPower: Int
  /// The powers of ten for which a product can lie half-way between two numbers.
  var halfwayPowers: ClosedRange<Int>
}

extension Float {
  /// The limits of binary32.
  public static var _decimalLimits: _DecimalLimits {
    _DecimalLimits(
      mantissaBits: 23, minimumExponent: -127, infinitePower: 0xFF, exactPower: 10,
      halfwayPowers: -17...10)
  }

  private static let powersOfTen: [Float] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
  ]

  /// An exact power of ten.
  public static func _powerOfTen(_ exponent: Int) -> Float { powersOfTen[exponent] }
  /// The value with the given magnitude bits and sign.
  public static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: bits) | (negative ? 1 << 31 : 0))
  }
}

extension Double {
  /// The limits of binary64.
  public static var _decimalLimits: _DecimalLimits {
    _DecimalLimits(
      mantissaBits: 52, minimumExponent: -1023, infinitePower: 0x7FF, exactPower: 22,
      halfwayPowers: -4...23)
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// An exact power of ten.
  public static func _powerOfTen(_ exponent: Int) -> Double { powersOfTen[exponent] }
  /// The value with the given magnitude bits and sign.
  public static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Double {
    Double(bitPattern: bits | (negative ? 1 << 63 : 0))
  }
}
