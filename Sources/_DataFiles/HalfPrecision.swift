// SPDX-License-Identifier: Apache-2.0
/// IEEE 754 binary16 by its bits. Swift's `Float16` does not exist on every platform (macOS on x86-64 lacks it).
enum HalfPrecision {
  /// The value of a binary16 number; every one is a `Float`.
  @inline(__always)
  static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    if magnitude >= 0x7C00 {  // infinity and NaN: the exponent is all ones in both formats
      return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
    }
    if magnitude < 0x400 {  // zero and the subnormal numbers: multiples of 2^-24
      return Float(bitPattern: sign | (Float(magnitude) * 0x1p-24).bitPattern)
    }
    return Float(bitPattern: sign | (magnitude << 13) + (UInt32(127 - 15) << 23))
  }

  /// The binary16 number nearest to a value, ties to the even one; infinity from 65520 on, as IEEE 754 has it.
  @inline(__always)
  static func bits(_ value: Double) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 48) & 0x8000
    let magnitude = value.magnitude
    if magnitude.isNaN {
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: value.bitPattern >> 42) & 0x1FF
    }
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      // The sum's last place is 2^-24, the spacing of binary16's subnormal numbers: the addition rounds.
      let shifted = magnitude + 0x1p28
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern)
    }
    // Half of the last place less one, plus the last kept bit: ties go to the even number.
    let rounded = magnitude.bitPattern + (1 << 41 - 1) + (magnitude.bitPattern >> 42 & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 42 - UInt64(1023 - 15) << 10)
  }
}
