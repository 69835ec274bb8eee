// SPDX-License-Identifier: Apache-2.0
/// A real number for reference values, with at least 64 bits of precision and a larger exponent
/// range than Double.
public protocol WideReal: Sendable {
  /// The value of a finite Double, exactly.
  init(_ value: Double)

  static func + (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self

  var isNegative: Bool { get }
  /// The greatest e with 2^e ≤ |self|; nil for zero.
  var binaryExponent: Int? { get }
  /// The number times 2^`exponent`.
  func scaled(byPowerOfTwo exponent: Int) -> Self
  /// The nearest Double.
  var rounded: Double { get }

  /// `e^-a` for `a >= 0`.
  static func exponentialOfNegative(_ a: Self) -> Self
  /// `log(1 + t)` for `t` in [0, 1].
  static func logOnePlus(_ t: Self) -> Self
}

extension WideReal {
  public static func - (a: Self, b: Self) -> Self { a + (-b) }

  public var magnitude: Self { isNegative ? -self : self }
}

#if arch(x86_64) && !os(Windows) && !os(Android)
  import Foundation

  extension Float80: WideReal {
    public var isNegative: Bool { self < 0 }
    public var binaryExponent: Int? { self == 0 ? nil : Int(exponent) }
    public var rounded: Double { Double(self) }

    public func scaled(byPowerOfTwo exponent: Int) -> Float80 {
      self * Float80(sign: .plus, exponent: exponent, significand: 1)
    }

    public static func exponentialOfNegative(_ a: Float80) -> Float80 { exp(-a) }
    public static func logOnePlus(_ t: Float80) -> Float80 { log1p(t) }
  }

  /// The widest type available: the x87 type, with the functions of the C library.
  public typealias Wide = Float80
#else
  /// The widest type available: a pair of Doubles.
  public typealias Wide = CompensatedReal
#endif
