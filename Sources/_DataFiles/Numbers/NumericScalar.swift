// SPDX-License-Identifier: Apache-2.0
/// The types that files are read into: `Float` and `Double`. No other type should conform.
///
/// The requirements make the generic readers as fast as code for one type.
public protocol NumericScalar: BinaryFloatingPoint, LosslessStringConvertible, BitwiseCopyable,
  Sendable
{
  /// The element type with the same bits on disk.
  static var elementType: ElementType { get }
  /// The value nearest to an integer.
  init(nearest integer: Int64)
  /// The value nearest to an integer.
  init(nearest integer: UInt64)
  /// The same value as a `Double`.
  var asDouble: Double { get }
  /// The parameters of the type for rounding a decimal number to it.
  static var _decimalLimits: _DecimalLimits { get }
  /// 10 to the power `exponent`, from 0 to `_decimalLimits.exactPower`: the exact ones.
  static func _powerOfTen(_ exponent: Int) -> Self
  /// The value with the given magnitude bits and sign.
  static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Self
}

/// The parameters of a binary type for rounding decimal numbers; see `DecimalNumber.rounded(to:)`.
public struct _DecimalLimits: Sendable {
  /// The bits of the significand after the leading one.
  var mantissaBits: Int
  /// The negated exponent bias.
  var minimumExponent: Int
  /// The exponent field of infinity.
  var infinitePower: Int
  /// The greatest power of ten that the type represents exactly.
  var exactPower: Int
  /// The powers of ten for which a product can lie half-way between two numbers.
  var halfwayPowers: ClosedRange<Int>
}

extension Float: NumericScalar {
  public static var elementType: ElementType { .float32 }
  @inlinable public init(nearest integer: Int64) { self.init(integer) }
  @inlinable public init(nearest integer: UInt64) { self.init(integer) }
  @inlinable public var asDouble: Double { Double(self) }

  public static var _decimalLimits: _DecimalLimits {
    _DecimalLimits(
      mantissaBits: 23, minimumExponent: -127, infinitePower: 0xFF, exactPower: 10,
      halfwayPowers: -17...10)
  }

  private static let powersOfTen: [Float] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
  ]

  public static func _powerOfTen(_ exponent: Int) -> Float { powersOfTen[exponent] }
  public static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: bits) | (negative ? 1 << 31 : 0))
  }
}

extension Double: NumericScalar {
  public static var elementType: ElementType { .float64 }
  @inlinable public init(nearest integer: Int64) { self.init(integer) }
  @inlinable public init(nearest integer: UInt64) { self.init(integer) }
  @inlinable public var asDouble: Double { self }

  public static var _decimalLimits: _DecimalLimits {
    _DecimalLimits(
      mantissaBits: 52, minimumExponent: -1023, infinitePower: 0x7FF, exactPower: 22,
      halfwayPowers: -4...23)
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  public static func _powerOfTen(_ exponent: Int) -> Double { powersOfTen[exponent] }
  public static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Double {
    Double(bitPattern: bits | (negative ? 1 << 63 : 0))
  }
}
