// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite struct ULPTests {
  /// log 2, the loss of logit 0.
  private let logarithmOfTwo = LossReference<Wide>(positiveWeight: 1)(.loss, logit: 0, target: 0)

  @Test("Neighbouring numbers are 1 ULP apart") func neighbours() {
    let nearest = Float(0.6931472)
    #expect(nearest.ulps(from: logarithmOfTwo) < 0.5)
    #expect((0.5...1.5).contains(nearest.nextUp.ulps(from: logarithmOfTwo)))
    #expect((0.5...1.5).contains(nearest.nextDown.ulps(from: logarithmOfTwo)))
    let exact = 0.6931471805599453
    #expect(exact.ulps(from: logarithmOfTwo) < 0.5)
    #expect((99...101).contains((exact + 100 * exact.ulp).ulps(from: logarithmOfTwo)))
  }

  @Test("The error of NaN is infinite") func nan() {
    #expect(Float.nan.ulps(from: logarithmOfTwo) == .infinity)
  }

  @Test("The unit of subnormal values is the least subnormal number") func subnormals() {
    let exact = LossReference<Wide>(positiveWeight: 1)(.loss, logit: -100, target: 0)
    // e^-100 is 26.55 times the least subnormal number.
    let least = Float.leastNonzeroMagnitude
    #expect(abs((27 * least).ulps(from: exact) - 0.45) < 0.01)
    #expect(abs(Float(0).ulps(from: exact) - 26.55) < 0.01)
  }

  @Test("Infinity is exact above the range, and 1 ULP from the greatest number") func overflow() {
    let loss = LossReference<Wide>(positiveWeight: 3)
    let beyond = loss(.loss, logit: -3e38, target: 1)
    #expect(Float.infinity.ulps(from: beyond) == 0)
    #expect((-Float.infinity).ulps(from: beyond) > 1e6)
    let greatest = loss(.loss, logit: Double(Float.greatestFiniteMagnitude), target: 0)
    #expect(Float.infinity.ulps(from: greatest) == 1)
    #expect(Float.greatestFiniteMagnitude.ulps(from: greatest) == 0)
  }

  @Test("The unit of a difference is the one of its larger operand") func differences() {
    let gradient = LossReference<Wide>(positiveWeight: 1)(.gradient, logit: 0, target: 0.5)
    #expect(gradient.value.rounded == 0)
    #expect(gradient.scale.rounded == 0.25)
    #expect(Float(0x1p-25).ulps(from: gradient) == 1)
  }

  @Test("The worst error is the one of the wrong result") func worstError() {
    let logits: [Double] = [-1, 0, 1, 2]
    let targets: [Double] = [0, 1, 0, 1]
    var results = zip(logits, targets).map { logit, target in
      LossReference<Wide>(positiveWeight: 2)(.loss, logit: logit, target: target).value.rounded
    }
    #expect(
      WorstError(of: results, .loss, logits: logits, targets: targets, positiveWeight: 2).ulps
        <= 0.5)
    results[2] += 8 * results[2].ulp
    let worst = WorstError(of: results, .loss, logits: logits, targets: targets, positiveWeight: 2)
    #expect(worst.index == 2)
    #expect((7.5...8.5).contains(worst.ulps))
    results[1] = .nan
    #expect(
      WorstError(of: results, .loss, logits: logits, targets: targets, positiveWeight: 2).ulps
        == .infinity)
    results.removeLast()
    #expect(
      WorstError(of: results, .loss, logits: logits, targets: targets, positiveWeight: 2).ulps
        == .infinity)
  }

  @Test("The reference gives values known from the definitions") func referenceValues() {
    // From the published form (1 - z) x + (1 + (q - 1) z) log(1 + e^-x), which is accurate here.
    let reference = LossReference<Wide>(positiveWeight: 3, labelSmoothing: 0.5)
    let loss = reference(.loss, logit: 1.5, target: 1).value.rounded
    #expect(abs(loss - 0.87853319495688185) < 1e-15)
    #expect(reference(.gradient, logit: 0, target: 1).value.rounded == -1)
    #expect(reference(.secondDerivative, logit: 0, target: 1).value.rounded == 0.625)
    let logarithm = 0.6931471805599453
    #expect(
      abs(reference(.targetDerivative, logit: 0, target: 1).value.rounded - logarithm) < 1e-15)
    let inWeight = reference(.positiveWeightDerivative, logit: 0, target: 1).value.rounded
    #expect(abs(inWeight - 0.75 * logarithm) < 1e-15)
  }
}
