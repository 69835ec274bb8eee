// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct DecimalNumberTests {
  /// The number in a cell with this text.
  private func parse<Scalar: NumericScalar>(_ text: String, as type: Scalar.Type) -> Scalar? {
    let bytes =
      Array(text.utf8) + [UInt8(ascii: "\n")] + [UInt8](repeating: 0, count: CSVBlockReader.slack)
    return bytes.withUnsafeBufferPointer {
      CSVCell(bytes: UnsafeBufferPointer(rebasing: $0.prefix(text.utf8.count)), isQuoted: false)
        .number(
          as: type)
    }
  }

  /// Expects the same number as from the standard library.
  private func check(_ text: String) {
    guard let double = parse(text, as: Double.self), let float = parse(text, as: Float.self) else {
      Issue.record("\(text) is not read")
      return
    }
    if !double.isSame(as: Double(text)!) { Issue.record("\(text) gives \(double)") }
    if !float.isSame(as: Float(text)!) {
      Issue.record("\(text) gives \(float) in single precision")
    }
  }

  @Test func shortestTexts() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<60_000 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { check("\(double)") }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      if float.isFinite { check("\(float)") }
    }
  }

  @Test func digitsOfAnyLength() {
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

  @Test func numbersNearHalfway() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      // One bit more than the type has, with up to 19 digits or more.
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

  /// Texts of numbers with their values. The type of the list is stated, because to infer it takes
  /// the compiler seconds.
  private static let formats: [(String, Double)] = [
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
  ]

  @Test(arguments: formats)
  func numberFormats(_ text: String, _ value: Double) throws {
    #expect(try #require(parse(text, as: Double.self)).isSame(as: value))
  }

  @Test(arguments: [
    "", " ", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1ee5", "1.2.3", "--1", "+-1", "1 2",
    "1,5",
    "0x10", "1f", "1_000",
    "١", "in", "infinit", "infinityx", "nan(0)", "na", "1e5.5", "½", "1\u{0}", "∞", "NA", "0b1",
    "1d5",
  ])
  func textThatIsNotANumber(_ text: String) {
    #expect(parse(text, as: Double.self) == nil)
    #expect(parse(text, as: Float.self) == nil)
  }

  @Test func singlePrecisionIsRoundedOnce() {
    // Just above the middle between 1 and the next number. Rounded to Double first, it gives 1.
    let text = "1.000000059604644775390625000000001"
    #expect(parse(text, as: Float.self) == (1 as Float).nextUp)
    #expect(Float(Double(text)!) == 1)
    #expect(parse("1.00000005960464477539062500000000", as: Float.self) == 1)
  }

  @Test func usualNumbersTakeTheFastPath() {
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

  @Test func powersOfFiveAreExact() throws {
    for power in PowersOfFive.range {
      // 5^power × 2^608, rounded down, in 32-bit words from the most significant one.
      var words = [UInt64](repeating: 0, count: 40)
      words[20] = 1
      for _ in 0..<power.magnitude {
        var carry: UInt64 = 0
        if power > 0 {
          for index in words.indices.reversed() {
            carry += words[index] * 5
            words[index] = carry & 0xFFFF_FFFF
            carry >>= 32
          }
        } else {
          for index in words.indices {
            carry = carry << 32 | words[index]
            words[index] = carry / 5
            carry %= 5
          }
        }
      }
      let leading = Array(words.drop { $0 == 0 }.prefix(5))
      let shift = leading[0].leadingZeroBitCount - 32
      let bits = leading.prefix(4).reduce(0 as UInt128) { $0 << 32 | UInt128($1) }
      let expected = bits << shift | UInt128(leading[4] >> (32 - shift))
      let (high, low) = PowersOfFive.bits(power)
      #expect(
        UInt128(high) << 64 | UInt128(low) == expected + ((-27 ... -1).contains(power) ? 1 : 0))
    }
  }
}
