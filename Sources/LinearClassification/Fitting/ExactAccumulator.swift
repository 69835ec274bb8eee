// SPDX-License-Identifier: Apache-2.0

/// The exact sum of finite Doubles, which is the same in any order.
///
/// The sum is an integer multiple of the least positive Double, in 32-bit digits with room for
/// carries: a small superaccumulator (Neal, *Fast Exact Summation Using Small and Large
/// Superaccumulators*, 2015). It takes 544 bytes.
struct ExactAccumulator: Sendable {
  /// Digit i counts 2^(32 i - 1074). A digit may have any sign, and carries for the next.
  private var digits = [Int64](repeating: 0, count: Self.digitCount)
  /// The number of additions since the carries were last moved.
  private var pending = 0

  /// 2,098 bits for any Double, and 78 for carries.
  private static let digitCount = 68
  private static let digitBits = 32
  private static let leastExponent = -1074

  init() {}

  /// Adds a finite number.
  mutating func add(_ number: Double) {
    guard number != 0 else { return }
    let significand = Int64(number.significandBitPattern | (number.isNormal ? 1 << 52 : 0))
    let position = Int(number.exponentBitPattern == 0 ? 1 : number.exponentBitPattern) - 1
    let (digit, shift) = position.quotientAndRemainder(dividingBy: Self.digitBits)
    let wide = Int128(number < 0 ? -significand : significand) << Int128(shift)
    let mask = Int128(UInt32.max)
    digits[digit] += Int64(wide & mask)
    digits[digit + 1] += Int64((wide >> 32) & mask)
    digits[digit + 2] += Int64(wide >> 64)
    pending += 1
    if pending == 1 << 30 { carry() }
  }

  /// Adds the product of two numbers, which must not underflow or overflow.
  mutating func add(product a: Double, _ b: Double) {
    let product = a * b
    let (aHigh, aLow) = Self.halves(a)
    let (bHigh, bLow) = Self.halves(b)
    add(product)
    // The rounding error of the product (Dekker, 1971). A fused multiply-add would be a slow
    // function on processors without the instruction.
    add(((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow)
  }

  /// Two numbers of at most 26 bits that add up to a number.
  private static func halves(_ number: Double) -> (high: Double, low: Double) {
    let scaled = 0x1.0000002p27 * number
    let high = scaled - (scaled - number)
    return (high, number - high)
  }

  /// Adds another sum.
  mutating func add(_ other: Self) {
    var other = other
    carry()
    other.carry()
    for index in digits.indices { digits[index] += other.digits[index] }
    pending = 1
  }

  /// Moves the carries, so that each digit but the last is in 0 ..< 2^32.
  private mutating func carry() {
    var carry: Int64 = 0
    for index in digits.indices.dropLast() {
      let sum = digits[index] + carry
      digits[index] = sum & Int64(UInt32.max)
      carry = sum >> Int64(Self.digitBits)
    }
    digits[Self.digitCount - 1] += carry
    pending = 0
  }

  /// The sum, rounded to the nearest Double.
  var value: Double {
    var sum = self
    sum.carry()
    let isNegative = sum.digits[Self.digitCount - 1] < 0
    if isNegative {
      for index in sum.digits.indices { sum.digits[index].negate() }
      sum.carry()
    }
    guard let top = sum.digits.lastIndex(where: { $0 != 0 }) else { return 0 }
    // The leading bits, and a last bit that stands for all others: more than a Double keeps.
    var leading = UInt128(sum.digits[top])
    for index in [top - 1, top - 2] {
      leading = leading << 32 | UInt128(index >= 0 ? sum.digits[index] : 0)
    }
    let excess = max(0, 64 - leading.leadingZeroBitCount)
    var bits = UInt64(truncatingIfNeeded: leading >> UInt128(excess))
    let isExact =
      leading & ((1 << UInt128(excess)) - 1) == 0
      && sum.digits.prefix(max(0, top - 2)).allSatisfy { $0 == 0 }
    if !isExact { bits |= 1 }
    let exponent = Self.leastExponent + Self.digitBits * (top - 2) + excess
    let magnitude = Double(sign: .plus, exponent: exponent, significand: Double(bits))
    return isNegative ? -magnitude : magnitude
  }
}

// MARK: Bytes

extension ExactAccumulator {
  static let byteCount = 4 * (digitCount - 1) + 8
  /// The bound on the last digit of a sum from outside, so that sums of such sums do not overflow.
  private static let largestCarry: Int64 = 1 << 32

  /// Writes all digits, after the carries.
  func write(to writer: inout ByteWriter) {
    var sum = self
    sum.carry()
    for digit in sum.digits.dropLast() { writer.write(UInt32(digit)) }
    writer.write(sum.digits[Self.digitCount - 1])
  }

  init(from reader: inout ByteReader) throws(ClassificationError) {
    for index in 0..<(Self.digitCount - 1) { digits[index] = Int64(try reader.read(UInt32.self)) }
    let last = try reader.read(Int64.self)
    guard last.magnitude < Self.largestCarry.magnitude else {
      throw .damagedBytes("a sum is out of range")
    }
    digits[Self.digitCount - 1] = last
  }
}
