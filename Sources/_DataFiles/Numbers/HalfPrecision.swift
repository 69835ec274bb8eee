// SPDX-License-Identifier: Apache-2.0
/// Conversions of IEEE 754 binary16. Swift has no `Float16` on macOS for x86-64.
enum HalfPrecision {
  /// The value of a binary16 number, exactly.
  @inline(__always)
  static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    if magnitude >= 0x7C00 {  // infinity or NaN: the exponent bits are ones in both formats
      return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
    }
    if magnitude < 0x400 {  // zero or subnormal: a multiple of 2^-24
      return Float(bitPattern: sign | (Float(magnitude) * 0x1p-24).bitPattern)
    }
    return Float(bitPattern: sign | (magnitude << 13) + (UInt32(127 - 15) << 23))
  }

  /// The binary16 number nearest to a value, ties to even. From 65520 on it is infinity.
  @inline(__always)
  static func bits(_ value: Double) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 48) & 0x8000
    let magnitude = value.magnitude
    if magnitude.isNaN {
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: value.bitPattern >> 42) & 0x1FF
    }
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      // The addition rounds: the sum's last bit is 2^-24, the spacing of the subnormal numbers.
      let shifted = magnitude + 0x1p28
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern)
    }
    // Adding half a last place, less one bit, plus the last bit that is kept, rounds ties to even.
    let rounded = magnitude.bitPattern + (1 << 41 - 1) + (magnitude.bitPattern >> 42 & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 42 - UInt64(1023 - 15) << 10)
  }
}
