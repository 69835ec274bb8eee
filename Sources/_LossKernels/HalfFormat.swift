// SPDX-License-Identifier: Apache-2.0
/// A 16-bit floating-point format of elements in memory. A number is read exactly, and a result is
/// rounded once, to nearest, ties to even.
///
/// The functions on Float have no branches, so that the compiler vectorises a loop over elements.
public protocol HalfFormat: SendableMetatype {
  /// The least number that is rounded to infinity.
  static var leastOverflow: Float { get }
  static func number(_ bits: UInt16) -> Float
  static func bits(_ number: Float) -> UInt16
}

#if !(os(macOS) && arch(x86_64))
  /// IEEE 754 binary16, for processors with instructions for it.
  public enum NativeBinary16: HalfFormat {
    @inlinable @inline(__always)
    public static var leastOverflow: Float { Binary16.leastOverflow }

    @inlinable @inline(__always)
    public static func number(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }

    @inlinable @inline(__always)
    public static func bits(_ number: Float) -> UInt16 { Float16(number).bitPattern }
  }
#else
  // Swift has no Float16 there.
  public typealias NativeBinary16 = Binary16
#endif

/// IEEE 754 binary16, in integer arithmetic.
public enum Binary16: HalfFormat {
  @inlinable @inline(__always)
  public static var leastOverflow: Float { 65520 }

  @inlinable @inline(__always)
  public static func number(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) &<< 16
    let magnitude = UInt32(bits & 0x7FFF) &<< 13
    // Infinity and NaN have exponent bits of ones in both formats: they are rebiased twice.
    let rebias: UInt32 = (127 - 15) &<< 23
    let normal = magnitude &+ rebias &+ (magnitude >= 0x7C00 &<< 13 ? rebias : 0)
    // A subnormal number is m 2^-24: the fraction of 2^-14 (1 + m / 1024), less 2^-14.
    let shifted = Float(bitPattern: magnitude &+ rebias &+ 1 &<< 23) - 0x1p-14
    return Float(bitPattern: sign | (magnitude < 0x400 &<< 13 ? shifted.bitPattern : normal))
  }

  @inlinable @inline(__always)
  public static func bits(_ number: Float) -> UInt16 {
    let sign = number.bitPattern &>> 16 & 0x8000
    let magnitude = number.bitPattern & 0x7FFF_FFFF
    // The addition rounds: the last bit of the sum is 2^-24, the spacing of the subnormal numbers.
    let shifted = Float(bitPattern: magnitude) + 0.5
    let subnormal = shifted.bitPattern &- Float(0.5).bitPattern
    // Adding half a last place, less one bit, plus the last bit that is kept, rounds ties to even.
    let rounded = (magnitude &+ 0xFFF &+ (magnitude &>> 13 & 1)) &>> 13
    let finite = magnitude < 0x3880_0000 ? subnormal : rounded &- (127 - 15) &<< 10
    let nan = 0x7E00 | magnitude &>> 13 & 0x1FF
    let special = magnitude > 0x7F80_0000 ? nan : 0x7C00
    let isSpecial = magnitude >= leastOverflow.bitPattern
    return UInt16(truncatingIfNeeded: sign | (isSpecial ? special : finite))
  }

  /// The same in Double. From 65520 on it is infinity.
  @inlinable
  public static func bits(rounding number: Double) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: number.bitPattern >> 48) & 0x8000
    let magnitude = number.magnitude
    if magnitude.isNaN {
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: number.bitPattern >> 42) & 0x1FF
    }
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      let shifted = magnitude + 0x1p28
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern)
    }
    let rounded = magnitude.bitPattern + (1 << 41 - 1) + (magnitude.bitPattern >> 42 & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 42 - UInt64(1023 - 15) << 10)
  }
}

/// bfloat16: the upper half of a Float.
public enum BFloat16Format: HalfFormat {
  @inlinable @inline(__always)
  public static var leastOverflow: Float { Float(bitPattern: 0x7F7F_8000) }

  @inlinable @inline(__always)
  public static func number(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) &<< 16) }

  @inlinable @inline(__always)
  public static func bits(_ number: Float) -> UInt16 {
    let bits = number.bitPattern
    let rounded = bits &+ 0x7FFF &+ (bits &>> 16 & 1)
    // All ones for NaN. With a branch for it, the compiler does not unroll the loop over a pack.
    let isNaN = UInt32(bitPattern: Int32(bitPattern: 0x7F80_0000 &- bits & 0x7FFF_FFFF) &>> 31)
    return UInt16(truncatingIfNeeded: (rounded & ~isNaN | 0x7FC0_0000 & isNaN) &>> 16)
  }

  /// Rounds to Float towards zero, with the lowest bit set if that is inexact ("round to odd"), so
  /// that the second rounding is that of the exact number.
  @inlinable @inline(__always)
  public static func bits(rounding number: Double) -> UInt16 {
    let nearest = Float(number)
    if Double(nearest) == number || number.isNaN { return bits(nearest) }
    let isAbove = Double(nearest).magnitude > number.magnitude
    return bits(Float(bitPattern: (nearest.bitPattern &- (isAbove ? 1 : 0)) | 1))
  }
}

/// The conversions of a 16-bit format, compiled for one instruction set.
public struct HalfConversion: Sendable {
  /// Reads elements as Floats.
  public let read: @Sendable (UnsafePointer<UInt16>, Int, UnsafeMutablePointer<Float>) -> Void
  /// Writes the elements nearest to Floats. Returns whether a finite number became infinite.
  public let write: @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<UInt16>) -> Bool

  @inlinable @inline(__always)
  init<V: KernelVector, Format: HalfFormat>(_: V.Type, _: Format.Type) {
    read = { HalfLoop<V, Format>.read($0, $1, $2) }
    write = { HalfLoop<V, Format>.write($0, $1, $2) }
  }
}

/// The loops of the conversions. The vector type makes them functions of their own for each
/// instruction set; the linker would share one among all.
@usableFromInline
enum HalfLoop<V: KernelVector, Format: HalfFormat> {
  @inlinable
  static func read(
    _ source: UnsafePointer<UInt16>, _ count: Int, _ destination: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count { destination[index] = Format.number(source[index]) }
  }

  @inlinable
  static func write(
    _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutablePointer<UInt16>
  ) -> Bool {
    // Not all conversions raise the processor's flag.
    let limit = Format.leastOverflow.bitPattern
    let range = Float.infinity.bitPattern &- limit
    var overflows: UInt32 = 0
    for index in 0..<count {
      let magnitude = source[index].bitPattern & 0x7FFF_FFFF
      overflows |= magnitude &- limit < range ? 1 : 0
      destination[index] = Format.bits(source[index])
    }
    return overflows != 0
  }
}
