// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct DecimalNumberTests {
  /// The number in a cell, as the readers take it.
  private func parse<Scalar: NumericScalar>(_ text: String, as type: Scalar.Type) -> Scalar? {
    let bytes =
      Array(text.utf8) + [UInt8(ascii: "\n")] + [UInt8](repeating: 0, count: CSVBlockReader.slack)
    return bytes.withUnsafeBufferPointer {
      CSVCell(bytes: UnsafeBufferPointer(rebasing: $0.prefix(text.utf8.count)), isQuoted: false)
        .number(
          as: type)
    }
  }

  /// Expects the parsed number to be the one that the standard library reads.
  private func check(_ text: String) {
    guard let double = parse(text, as: Double.self), let float = parse(text, as: Float.self) else {
      Issue.record("\(text) is not read")
      return
    }
    if !isSame(double, Double(text)!) { Issue.record("\(text) gives \(double)") }
    if !isSame(float, Float(text)!) { Issue.record("\(text) gives \(float) in single precision") }
  }

  @Test("Shortest texts of numbers with random bits") func randomBits() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<60_000 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { check("\(double)") }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      if float.isFinite { check("\(float)") }
    }
  }

  @Test("Digits, points and exponents of any length") func randomDigits() {
    var generator = SeededGenerator(seed: 2)
    func digits(_ counts: ClosedRange<Int>) -> String {
      String(
        (0..<Int.random(in: counts, using: &generator)).map { _ in
          "0123456789".randomElement(using: &generator)!
        })
    }
    for _ in 0..<60_000 {
      var text = ["", "-", "+"].randomElement(using: &generator)!
      text += digits(1...22)
      if Bool.random(using: &generator) { text += "." + digits(1...25) }
      if Bool.random(using: &generator) {
        text +=
          ["e", "E", "e-", "E+"].randomElement(using: &generator)!
          + "\(Int.random(in: 0...50, using: &generator))"
      }
      check(text)
    }
  }

  @Test("Numbers on and beside the middle between two neighbours") func halfway() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      // 24 and 53 bits and one more, at scales where the decimal expansion is exact in at most 19 digits, or cut.
      let float = Float(bitPattern: UInt32.random(in: 0x3000_0000..<0x5000_0000, using: &generator))
      check("\((Double(float) + Double(float.nextUp)) / 2)")
      let integer = UInt64.random(in: 1 << 53..<1 << 54, using: &generator) | 1
      check("\(integer)")
      check(
        "\(integer).\(String(repeating: "0", count: Int.random(in: 0...20, using: &generator)))1")
      check("\(integer)e\(Int.random(in: -5...23, using: &generator))")
    }
    for power in 0..<64 {
      for offset: Int64 in -2...2 {
        let value = UInt64(1) << UInt64(power)
        check("\(offset < 0 ? value &- UInt64(-offset) : value &+ UInt64(offset))")
      }
    }
  }

  @Test(
    "The written forms that are numbers",
    arguments: [
      ("1", 1), ("-1.5e-3", -0.0015), (".5", 0.5), ("+2", 2), ("2.", 2), ("-.5E+1", -5),
      ("00012", 12),
      ("-0", -0.0),
      (" 3", 3), ("3\t ", 3), ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0),
      ("0e999999999999", 0),
      ("1e99999999999999999999", .infinity), ("4.9e-324", .leastNonzeroMagnitude), ("2.4e-324", 0),
      ("1e-7", 1e-7),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
      ("179769313486231580793728971405301e276", 1.797693134862315807e308),
      ("0.000000000000000000000000000000000000000000000001", 1e-48),
      ("9007199254740993", 9007199254740992),
      ("9007199254740993.0000000000000000000000001", 9007199254740994),
      ("100000000000000000000000000000000000000", 1e38), ("0.30000000000000004", 0.1 + 0.2),
      ("inf", .infinity), ("-Inf", -.infinity), ("+INFINITY", .infinity), ("Infinity", .infinity),
      ("nan", .nan), ("NaN", .nan), ("-NAN", .nan),
    ])
  func forms(_ text: String, _ value: Double) throws {
    #expect(isSame(try #require(parse(text, as: Double.self)), value))
  }

  @Test(
    "What is not a number",
    arguments: [
      "", " ", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1ee5", "1.2.3", "--1", "+-1", "1 2",
      "1,5",
      "0x10", "1f", "1_000",
      "١", "in", "infinit", "infinityx", "nan(0)", "na", "1e5.5", "½", "1\u{0}", "∞", "NA", "0b1",
      "1d5",
    ])
  func notNumbers(_ text: String) {
    #expect(parse(text, as: Double.self) == nil)
    #expect(parse(text, as: Float.self) == nil)
  }

  @Test("A number is rounded once: to single precision directly, not by way of double precision")
  func singleRounding() {
    // Just above the middle between 1 and its neighbour: rounded to Double first, it becomes the middle, then 1.
    let text = "1.000000059604644775390625000000001"
    #expect(parse(text, as: Float.self) == (1 as Float).nextUp)
    #expect(Float(Double(text)!) == 1)
    #expect(parse("1.00000005960464477539062500000000", as: Float.self) == 1)
  }

  @Test("The fast way is taken for what tables hold") func fastWay() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<10_000 {
      let bytes =
        Array("\(Double.random(in: -1e6...1e6, using: &generator))".utf8)
        + [UInt8](repeating: 0, count: 16)
      bytes.withUnsafeBufferPointer { bytes in
        var position = bytes.baseAddress!
        let number = DecimalNumber(&position)
        #expect(number?.rounded(to: Double.self) != nil)
      }
    }
  }

  @Test("The table of powers of five, against exact arithmetic") func powersOfFive() {
    for power in PowersOfFive.range {
      let bits = PowersOfFive.bits(power)
      #expect(bits.high >> 63 == 1)
      let table = WideInteger(bits.low) + WideInteger(bits.high).shifted(by: 64)
      var five = WideInteger(1)
      for _ in 0..<power.magnitude { five = five.multiplied(by: 5) }
      if power >= 0 {
        // The first 128 bits of 5^power.
        let shift = five.bitWidth - 128
        #expect(table == five.shifted(by: -shift))
      } else {
        // table × 5^-power is the power of two with one bit less than its own width, up to one unit of the table.
        let product = table.multiplied(by: five)
        if power >= -27 {
          let one = WideInteger(1).shifted(by: five.bitWidth + 127)
          #expect(one < product && product < one + five || five == WideInteger(1))
        } else {
          let one = WideInteger(1).shifted(by: five.bitWidth + 127)
          #expect(product < one && one < product + five)
        }
      }
    }
  }
}

/// An unsigned integer of any size, in 32-bit words from the least significant one: just what the table's test needs.
private struct WideInteger: Equatable {
  var words: [UInt32]

  init(_ value: UInt64) {
    words = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
    trim()
  }

  private mutating func trim() { while words.last == 0 { words.removeLast() } }

  var bitWidth: Int { words.count * 32 - (words.last?.leadingZeroBitCount ?? 0) }

  func multiplied(by factor: UInt32) -> WideInteger { multiplied(by: WideInteger(UInt64(factor))) }

  func multiplied(by other: WideInteger) -> WideInteger {
    var result = WideInteger(0)
    result.words = [UInt32](repeating: 0, count: words.count + other.words.count)
    for (i, word) in words.enumerated() {
      var carry: UInt64 = 0
      for (j, factor) in other.words.enumerated() {
        carry += UInt64(word) * UInt64(factor) + UInt64(result.words[i + j])
        result.words[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      result.words[i + other.words.count] = UInt32(carry)
    }
    result.trim()
    return result
  }

  /// Shifted to the left, or for a negative count to the right, dropping bits.
  func shifted(by count: Int) -> WideInteger {
    var result = WideInteger(0)
    result.words = [UInt32](repeating: 0, count: max(0, bitWidth + count) / 32 + 1)
    for bit in 0..<bitWidth where words[bit / 32] >> UInt32(bit % 32) & 1 == 1 && bit + count >= 0 {
      result.words[(bit + count) / 32] |= 1 << UInt32((bit + count) % 32)
    }
    result.trim()
    return result
  }

  static func + (first: WideInteger, second: WideInteger) -> WideInteger {
    var result = WideInteger(0)
    var carry: UInt64 = 0
    for index in 0...max(first.words.count, second.words.count) {
      carry += index < first.words.count ? UInt64(first.words[index]) : 0
      carry += index < second.words.count ? UInt64(second.words[index]) : 0
      result.words.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    result.trim()
    return result
  }

  static func < (first: WideInteger, second: WideInteger) -> Bool {
    if first.words.count != second.words.count { return first.words.count < second.words.count }
    return first.words.reversed().lexicographicallyPrecedes(second.words.reversed())
  }
}
