// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite struct WideRealTests {
  /// The relative difference of two wide numbers.
  private func difference(_ a: CompensatedReal, _ b: Wide) -> Double {
    let scaled = Wide(1).scaled(byPowerOfTwo: -(b.binaryExponent ?? 0))
    let exponent = b.binaryExponent ?? 0
    // Both are near 1, where two Doubles represent them.
    let high = a.scaled(byPowerOfTwo: -exponent).rounded
    let low = (a.scaled(byPowerOfTwo: -exponent) - CompensatedReal(high)).rounded
    return (Wide(high) + Wide(low) - b * scaled).magnitude.rounded
  }

  @Test("Both wide types agree on the elementary functions") func elementaryFunctions() {
    var generator = SeededGenerator(seed: 11)
    let logits = generator.logits(4000, as: Double.self).map(\.magnitude).filter { $0 < 760 }
    for a in logits + [0, 700, 745.1, 1e-300, 0x1p-60] {
      let t = (
        CompensatedReal.exponentialOfNegative(.init(a)), Wide.exponentialOfNegative(.init(a))
      )
      #expect(difference(t.0, t.1) < 0x1p-62, "e^-\(a)")
      let logarithm = (CompensatedReal.logOnePlus(t.0), Wide.logOnePlus(t.1))
      #expect(difference(logarithm.0, logarithm.1) < 0x1p-61, "log(1 + e^-\(a))")
    }
  }

  @Test("Both wide types agree on every quantity", arguments: LossQuantity.allCases)
  func quantities(_ quantity: LossQuantity) {
    var generator = SeededGenerator(seed: 12)
    let logits = generator.logits(2000, as: Double.self).filter { $0.magnitude < 760 }
    let targets: [Double] = generator.targets(logits.count)
    let compensated = LossReference<CompensatedReal>(positiveWeight: 3.7, labelSmoothing: 0.1)
    let wide = LossReference<Wide>(positiveWeight: 3.7, labelSmoothing: 0.1)
    for (logit, target) in zip(logits, targets) {
      let exact = wide(quantity, logit: logit, target: target)
      let other = compensated(quantity, logit: logit, target: target)
      let distance = difference(other.value, exact.value)
      let allowed = 0x1p-60 * (exact.scale / exact.value.magnitude).rounded
      #expect(distance <= allowed, "logit \(logit), target \(target)")
    }
  }

  @Test("Constants have their published digits") func knownDigits() {
    // e^-1 and ln 2, each as a Double plus the next 53 bits.
    let inverseE = CompensatedReal(0x1.78b56362cef38p-2) + CompensatedReal(-0x1.ca8a4270fadf5p-57)
    let logarithm = CompensatedReal(0x1.62e42fefa39efp-1) + CompensatedReal(0x1.abc9e3b39803fp-56)
    let one = CompensatedReal(1)
    #expect((CompensatedReal.exponentialOfNegative(one) - inverseE).magnitude.rounded < 0x1p-98)
    #expect((CompensatedReal.logOnePlus(one) - logarithm).magnitude.rounded < 0x1p-100)
  }

  @Test("Arithmetic is exact if the result fits two Doubles") func exactArithmetic() {
    let (a, b) = (CompensatedReal(0x1p52 + 1), CompensatedReal(0x1p-40))
    #expect((a + b - a).rounded == 0x1p-40)
    #expect((a * a - CompensatedReal(0x1p104)).rounded == 0x1p53 + 1)
    #expect((a * b / a - b).rounded == 0)
    #expect(CompensatedReal(0).binaryExponent == nil)
    #expect(CompensatedReal(-5).binaryExponent == 2)
    #expect((CompensatedReal(1) - CompensatedReal(0x1p-80)).binaryExponent == -1)
    // The exponent is unlimited.
    let tiny = CompensatedReal(.leastNonzeroMagnitude).scaled(byPowerOfTwo: -5000)
    #expect(tiny.binaryExponent == -6074)
    #expect(tiny.rounded == 0)
    #expect((tiny / tiny).rounded == 1)
  }
}
