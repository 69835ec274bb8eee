// SPDX-License-Identifier: Apache-2.0
import Testing
import _LossKernels
import _TestSupport

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
      let value = Binary16.number(bits)
      #expect(Double(value).isSame(as: definition(bits)), "\(bits)")
      if !value.isNaN { #expect(Binary16.bits(rounding: Double(value)) == bits) }
    }
    #expect(Binary16.bits(rounding: .nan) & 0x7FFF > 0x7C00)
    #expect(Binary16.bits(rounding: -.nan) >> 15 == 1)
  }

  @Test func roundingToNearestEven() {
    for bits in UInt16(0)..<0x7C00 {
      let low = definition(bits)
      let high = bits + 1 == 0x7C00 ? 65536 : definition(bits + 1)
      let middle = (low + high) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      for (value, expected) in [(middle.nextDown, bits), (middle, even), (middle.nextUp, bits + 1)]
      {
        #expect(Binary16.bits(rounding: value) == expected, "\(value)")
        #expect(Binary16.bits(rounding: -value) == expected | 0x8000)
      }
    }
    #expect(Binary16.bits(rounding: 1e300) == 0x7C00)
    #expect(Binary16.bits(rounding: 1e-300) == 0)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func agreesWithFloat16() {
      var generator = SeededGenerator(seed: 16)
      for _ in 0..<100_000 {
        let value = Double(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
        if value.isNaN { continue }
        #expect(Binary16.bits(rounding: value) == Float16(value).bitPattern, "\(value)")
      }
    }
  #endif
}
