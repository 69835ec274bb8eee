// SPDX-License-Identifier: Apache-2.0
/// The types that files are read into: `Float` and `Double`.
///
/// The requirements are what the readers need to be fast for both; there is no reason to conform another type.
public protocol NumericScalar: BinaryFloatingPoint, LosslessStringConvertible, BitwiseCopyable,
  Sendable
{
  /// The element type that has the same bits on disk.
  static var elementType: ElementType { get }
  /// The value nearest to an integer.
  init(nearest integer: Int64)
  /// The value nearest to an integer.
  init(nearest integer: UInt64)
  /// The same value as a `Double`.
  var asDouble: Double { get }
  /// The constants by which a decimal number is rounded to this type.
  static var _decimalLimits: _DecimalLimits { get }
  /// 10 to the powers 0 to `_decimalLimits.exactPower`, all of them exact.
  static func _powerOfTen(_ exponent: Int) -> Self
  /// The value with the given magnitude bits and sign.
  static func _fromMagnitude(_ bits: UInt64, negative: Bool) -> Self
}

extension Float: NumericScalar {
  /// `float32`.
  public static var elementType: ElementType { .float32 }
  /// The value nearest to an integer.
  @inlinable public init(nearest integer: Int64) { self.init(integer) }
  /// The value nearest to an integer.
  @inlinable public init(nearest integer: UInt64) { self.init(integer) }
  /// The same value as a `Double`.
  @inlinable public var asDouble: Double { Double(self) }
}

extension Double: NumericScalar {
  /// `float64`.
  public static var elementType: ElementType { .float64 }
  /// The value nearest to an integer.
  @inlinable public init(nearest integer: Int64) { self.init(integer) }
  /// The value nearest to an integer.
  @inlinable public init(nearest integer: UInt64) { self.init(integer) }
  /// The same value.
  @inlinable public var asDouble: Double { self }
}
