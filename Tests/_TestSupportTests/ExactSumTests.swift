// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite struct ExactSumTests {
  @Test("Terms that cancel lose no digits") func cancellation() {
    #expect(ExactSum([1e100, 1, -1e100, 0x1p-80]).value == 1 + 0x1p-80)
    #expect(ExactSum([0x1p60, 1, 0x1p-60, -0x1p60, -1]).value == 0x1p-60)
    #expect(ExactSum([]).value == 0)
  }

  @Test("Any order of the terms gives the same sum") func order() {
    var generator = SeededGenerator(seed: 21)
    let terms = generator.logits(3000, as: Double.self).filter { $0.magnitude < 0x1p1000 }
    let sum = ExactSum(ofElements: terms).value
    for _ in 0..<5 { #expect(ExactSum(terms.shuffled(using: &generator)).value == sum) }
    #expect(ExactSum(terms + terms.map { -$0 }.shuffled(using: &generator)).value == 0)
  }

  @Test("The distance of a result is in units of its type") func distance() {
    let sum = ExactSum(repeatElement(0.1, count: 10))
    #expect(sum.ulps(of: 1.0) < 0.5)
    #expect(sum.ulps(of: 1.0 + 0x1p-52) > 0.5)
    #expect(abs(sum.ulps(of: Float(1).nextUp) - 1) < 1e-6)
  }
}
