// SPDX-License-Identifier: Apache-2.0
import Testing
import _CUDAModules
import _LossKernelsCUDA
import _TestSupport

/// The list of kernels, and the parts of a kernel that the CPU does not have.
@Suite struct GPUListTests {
  @Test("The PTX modules hold the kernels of the list")
  func modules() throws {
    for (module, kernels) in Dictionary(grouping: GPUKernel.all, by: \.module) {
      var length = 0
      let start = try #require(cuda_module_text(module, &length))
      let text = String(
        decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
      let entries = text.matches(of: /\.entry (\w+)\(/).map { String($0.1) }
      #expect(Set(entries) == Set(kernels.map(\.name)))
      #expect(entries.count == kernels.count)
    }
    var length = 0
    #expect(cuda_module_text("loss", &length) == nil)
  }

  @Test("Quotients by multiplication are exact")
  func divisor() {
    var generator = SeededGenerator(seed: 16)
    var divisors = [1, 2, 3, 7, 64, 1000, 1 << 40, (1 << 40) + 1, Int.max - 1, Int.max]
    divisors += (0..<200).map { Int(generator.next() >> (1 + UInt64($0 % 62))) + 1 }
    for value in divisors {
      let divisor = Divisor(value)
      var dividends = [0, 1, value - 1, value, Int.max - 1, Int.max]
      dividends += (0..<50).map { Int(generator.next() >> (1 + UInt64($0))) }
      // Around multiples of the divisor.
      dividends += dividends.map { $0 / value * value }.flatMap { [$0, max($0 - 1, 0)] }
      for dividend in dividends where divisor.quotient(dividend) != dividend / value {
        Issue.record("\(dividend) / \(value) gave \(divisor.quotient(dividend))")
      }
    }
  }

  @Test("bfloat16 is the upper half of a Float, rounded to nearest")
  func brainFloats() {
    for bits in UInt16.min...UInt16.max {
      let number = BFloat16Storage.number(bits)
      #expect(number.bitPattern == UInt32(bits) << 16)
      guard number.isFinite else { continue }
      #expect(BFloat16Storage.bits(number) == bits)
      // The next number of the type, which may be infinity.
      let next = bits + 1
      let above = BFloat16Storage.number(next)
      let upper = above.isFinite ? Double(above) : (number < 0 ? -0x1p128 : 0x1p128)
      let middle = (Double(number) + upper) / 2
      let even = bits & 1 == 0 ? bits : next
      let (less, more) = (middle * (1 - 0x1p-50), middle * (1 + 0x1p-50))
      #expect(BFloat16Storage.bits(rounding: middle) == even)
      #expect(BFloat16Storage.bits(rounding: less) == bits)
      #expect(BFloat16Storage.bits(rounding: more) == next)
      #expect(BFloat16Storage.bits(Float(middle)) == even)
    }
    #expect(BFloat16Storage.number(BFloat16Storage.bits(.nan)).isNaN)
    #expect(BFloat16Storage.number(BFloat16Storage.bits(rounding: .nan)).isNaN)
  }
}
