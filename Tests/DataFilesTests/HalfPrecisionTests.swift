// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct HalfPrecisionTests {
  /// The value of a binary16 number by the definition of the format.
  private func definition(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10) & 31
    let fraction = Double(bits & 1023) / 1024
    let magnitude: Double =
      switch exponent {
      case 31: fraction == 0 ? .infinity : .nan
      case 0: fraction * 0x1p-14
      default: (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      }
    return bits >> 15 == 1 ? -magnitude : magnitude
  }

  @Test func everyNumberIsConverted() {
    for bits in UInt16.min ... .max {
      let value = HalfPrecision.value(bits)
      #expect(Double(value).isSame(as: definition(bits)), "\(bits)")
      if !value.isNaN { #expect(HalfPrecision.bits(Double(value)) == bits) }
    }
    #expect(HalfPrecision.bits(.nan) & 0x7FFF > 0x7C00)
    #expect(HalfPrecision.bits(-.nan) >> 15 == 1)
  }

  @Test func roundingToNearestEven() {
    for bits in UInt16(0)..<0x7C00 {
      let low = definition(bits)
      let high = bits + 1 == 0x7C00 ? 65536 : definition(bits + 1)
      let middle = (low + high) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      for (value, expected) in [(middle.nextDown, bits), (middle, even), (middle.nextUp, bits + 1)]
      {
        #expect(HalfPrecision.bits(value) == expected, "\(value)")
        #expect(HalfPrecision.bits(-value) == expected | 0x8000)
      }
    }
    #expect(HalfPrecision.bits(1e300) == 0x7C00)
    #expect(HalfPrecision.bits(1e-300) == 0)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func agreesWithFloat16() {
      var generator = SeededGenerator(seed: 16)
      for _ in 0..<100_000 {
        let value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
        if value.isNaN { continue }
        #expect(HalfPrecision.bits(value) == Float16(value).bitPattern, "\(value)")
      }
    }
  #endif
}
