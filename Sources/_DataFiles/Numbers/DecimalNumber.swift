// SPDX-License-Identifier: Apache-2.0
/// A decimal number: ±significand × 10^exponent.
struct DecimalNumber {
  var isNegative = false
  /// The first 19 digits, without leading zeros.
  var significand: UInt64 = 0
  var exponent = 0
  /// Whether there are digits beyond the 19th.
  var isCut = false

  /// Parses digits with an optional sign, point and exponent (`1`, `-1.5e-3`, `.5`, `+2.`), and
  /// moves `cursor` past them.
  ///
  /// A byte that cannot be part of a number must follow, and 8 readable bytes after it, because
  /// eight digits are parsed at a time.
  @inline(__always)
  init?(_ cursor: inout UnsafePointer<UInt8>) {
    var position = cursor
    if position.pointee == UInt8(ascii: "-") {
      isNegative = true
      position += 1
    } else if position.pointee == UInt8(ascii: "+") {
      position += 1
    }
    let start = position
    Self.appendDigits(&position, to: &significand)
    var digitCount = position - start
    if position.pointee == UInt8(ascii: ".") {
      position += 1
      let fraction = position
      while let digits = Self.eightDigits(position) {
        significand = significand &* 100_000_000 &+ digits
        position += 8
      }
      Self.appendDigits(&position, to: &significand)
      exponent = fraction - position
      digitCount -= exponent
    }
    guard digitCount > 0 else { return nil }
    if digitCount > 19 { takeLeadingDigits(from: start, to: position) }
    if position.pointee | 0x20 == UInt8(ascii: "e") {
      guard let power = Self.power(&position) else { return nil }
      exponent += power
    }
    cursor = position
  }

  @inline(__always)
  private static func appendDigits(
    _ position: inout UnsafePointer<UInt8>, to significand: inout UInt64
  ) {
    while true {
      let digit = position.pointee &- UInt8(ascii: "0")
      if digit > 9 { return }
      significand = significand &* 10 &+ UInt64(digit)
      position += 1
    }
  }

  /// The value of the next eight bytes if they are digits.
  ///
  /// Digits are combined into pairs, fours and eights in one register. Source: section 4 of the
  /// article cited at `PowersOfFive`.
  @inline(__always)
  private static func eightDigits(_ position: UnsafePointer<UInt8>) -> UInt64? {
    let bytes = UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
    let isDigits =
      (bytes & 0xF0F0_F0F0_F0F0_F0F0) | ((bytes &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0)
      >> 4
      == 0x3333_3333_3333_3333
    guard isDigits else { return nil }
    var value = bytes &- 0x3030_3030_3030_3030
    value = value &* 10 &+ value >> 8
    let odd = (value & 0x0000_00FF_0000_00FF) &* (100 + 1_000_000 << 32)
    let even = (value >> 16 & 0x0000_00FF_0000_00FF) &* (1 + 10_000 << 32)
    return (odd &+ even) >> 32
  }

  /// The exponent after `e`, limited to ±10^6: the number is 0 or infinite anyway.
  private static func power(_ position: inout UnsafePointer<UInt8>) -> Int? {
    var digits = position + 1
    let isNegative = digits.pointee == UInt8(ascii: "-")
    if isNegative || digits.pointee == UInt8(ascii: "+") { digits += 1 }
    let start = digits
    var power = 0
    while case let digit = digits.pointee &- UInt8(ascii: "0"), digit <= 9 {
      power = min(power * 10 + Int(digit), 1_000_000)
      digits += 1
    }
    guard digits > start else { return nil }
    position = digits
    return isNegative ? -power : power
  }

  /// Parses the significand again if there are more than 19 digits, without leading zeros.
  private mutating func takeLeadingDigits(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) {
    significand = 0
    var count = 0
    var pointPosition: UnsafePointer<UInt8>?
    var position = start
    var lastTaken = start
    while position < end {
      let digit = position.pointee &- UInt8(ascii: "0")
      if digit > 9 {
        pointPosition = position
      } else if count < 19 {
        significand = significand * 10 + UInt64(digit)
        count += significand == 0 ? 0 : 1
        lastTaken = position
      } else {
        isCut = true
      }
      position += 1
    }
    // The exponent is the distance from the last digit taken to the point, or to the end.
    let point = pointPosition ?? end
    exponent = lastTaken < point ? point - lastTaken - 1 : point - lastTaken
  }
}
