// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// A weighted mean and its derivatives do not depend on the scale of the weights.
@Suite struct WeightScaleTests {
  /// Powers of two that scale weights of at most 8 to the ends of the type's range: their sum is
  /// near the greatest finite number, or they are subnormal.
  static func scales<Scalar: LossScalar>(_: Scalar.Type) -> [Scalar] {
    [
      Scalar.greatestFiniteMagnitude.binade / 512, 0x1p30, 0x1p-30, Scalar.leastNormalMagnitude,
      Scalar.leastNonzeroMagnitude,
    ]
  }

  @Test(
    "Scaling all weights does not change any bit of a weighted mean or its derivatives",
    arguments: Variant.all)
  func scaledWeights(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      // Whole vectors and a remainder; integer weights, so that scaling is exact.
      let count = 53
      var generator = SeededGenerator(seed: 901)
      let logits: [Scalar] = generator.uniform(count, in: -90...90)
      let targets: [Scalar] = generator.targets(count)
      let weights: [Scalar] = generator.uniform(count, in: Scalar(0)...8).map { $0.rounded() }
      for smoothing: Scalar in [0, 0.125] {
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: 3, labelSmoothing: smoothing, instructionSet: variant.set)
        func results(_ weights: [Scalar]) throws -> [[Scalar]] {
          let of = LossReduction.weightedMean
          let (value, gradient) = try loss.valueWithGradient(
            of: of, logits: logits, targets: targets, weights: weights)
          return try [
            [value, loss.value(of: of, logits: logits, targets: targets, weights: weights)],
            gradient,
            loss.gradient(of: of, logits: logits, targets: targets, weights: weights),
            loss.secondDerivative(of: of, logits: logits, targets: targets, weights: weights),
            loss.targetDerivative(of: of, logits: logits, targets: targets, weights: weights),
            loss.positiveWeightDerivative(
              of: of, logits: logits, targets: targets, weights: weights),
          ]
        }
        let expected = try results(weights)
        for scale in Self.scales(Scalar.self) {
          let scaled = try results(weights.map { $0 * scale })
          // With tiny weights the weighted losses are subnormal.
          let skipped = scale < 0x1p-60 ? 1 : 0
          for (scaled, expected) in zip(scaled, expected).dropFirst(skipped) {
            #expect(areSame(scaled, expected), "\(scale): \(differences(scaled, expected))")
          }
        }
      }
    }
    try check(variant.type)
  }

  @Test("The derivatives of a weighted mean have the documented accuracy", arguments: Variant.all)
  func accuracy(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      var generator = SeededGenerator(seed: 902)
      let logits: [Scalar] = generator.uniform(1000, in: -80...80)
      let targets = generator.targets(1000, as: Scalar.self).map { $0.rounded() }
      let weights: [Scalar] = generator.uniform(1000, in: Scalar(1)...8)
      let gradient = try loss.gradient(
        of: .weightedMean, logits: logits, targets: targets, weights: weights)
      let reference = LossReference<Wide>(positiveWeight: 3)
      let sum = weights.reduce(Wide(0)) { $0 + Wide(Double($1)) }
      // The error of σ, and the roundings of the sum of weights, the ratio and the product.
      let bound = MaximumError.softGradient + 1.5
      for index in logits.indices {
        let element = reference(
          .gradient, logit: Double(logits[index]), target: Double(targets[index]))
        let exact = ExactValue(element.value * (Wide(Double(weights[index])) / sum))
        #expect(gradient[index].ulps(from: exact) <= bound)
      }
    }
    try check(variant.type)
  }

  @Test("A weighted loss is the loss times the weight, rounded once", arguments: Variant.all)
  func weightedLosses(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      var generator = SeededGenerator(seed: 903)
      let (logits, targets): ([Scalar], [Scalar]) = (generator.logits(500), generator.targets(500))
      let weights: [Scalar] = generator.uniform(500, in: Scalar(0.1)...8)
      let plain = try loss(logits: logits, targets: targets)
      let weighted = try loss(logits: logits, targets: targets, weights: weights)
      #expect(areSame(weighted, zip(plain, weights).map { $0 * $1 }))
      // Therefore a loss above the greatest finite number is infinite for any weight.
      let heavy = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .uniform(.greatestFiniteMagnitude), instructionSet: variant.set)
      #expect(try heavy(logits: [-100], targets: [1], weights: [1e-10]) == [.infinity])
    }
    try check(variant.type)
  }

  @Test("A quotient of sums includes their low parts and is rounded once") func quotients() {
    var generator = SeededGenerator(seed: 904)
    let numbers: [Double] = generator.uniform(4000, in: Double(1)...2)
    let low: [Double] = generator.uniform(4000, in: -0x1p-54...0x1p-54)
    for index in stride(from: 0, to: 4000, by: 2) {
      let (a, b) = (
        PartialSum(high: numbers[index], low: low[index]),
        PartialSum(high: numbers[index + 1], low: low[index + 1])
      )
      let exact = ExactValue((Wide(a.high) + Wide(a.low)) / (Wide(b.high) + Wide(b.low)))
      #expect(a.divided(by: b).ulps(from: exact) <= 0.51)
      let scaled = PartialSum(high: b.high * 0x1p-64, low: b.low * 0x1p-64, isScaled: true)
      #expect(a.divided(by: scaled) == a.divided(by: b))
    }
    #expect(PartialSum(high: .infinity).divided(by: PartialSum(high: 2)) == .infinity)
    #expect(PartialSum(high: 0).divided(by: PartialSum(high: 2)) == 0)
    let least = Double.leastNonzeroMagnitude
    #expect(PartialSum(high: least).divided(by: PartialSum(high: 1)) == least)
    // The reciprocal of a divisor may overflow.
    #expect(PartialSum(high: 3 * least).divided(by: PartialSum(high: 2 * least)) == 1.5)
    #expect(PartialSum(high: 0x1p1023).divided(by: PartialSum(high: 0x1p-10)) == .infinity)
  }

  @Test("A quotient at the ends of Double's range is the same as by division")
  func extremeQuotients() {
    var generator = SeededGenerator(seed: 905)
    let numbers: [Double] = generator.uniform(200, in: Double(1)...2)
    let scales = [
      0x1p-1022, 0x1p-1021, 0x1p-990, 0x1p-60, 0x1p-1, 1, 0x1p60, 0x1p990, 0x1p1022, 0x1p1023,
    ]
    for index in stride(from: 0, to: numbers.count, by: 2) {
      for scale in scales {
        for divisorScale in scales {
          let (a, b) = (numbers[index] * scale, numbers[index + 1] * divisorScale)
          let quotient = PartialSum(high: a).divided(by: PartialSum(high: b))
          // A subnormal quotient is rounded twice.
          #expect(
            quotient == a / b
              || (quotient.isSubnormal && (quotient - a / b).magnitude == .leastNonzeroMagnitude))
        }
        // Quotients around the greatest finite number.
        let divisor = numbers[index] / 2
        let greatest = divisor * .greatestFiniteMagnitude
        for dividend in [greatest.nextDown, greatest, greatest.nextUp] {
          #expect(
            PartialSum(high: dividend).divided(by: PartialSum(high: divisor)) == dividend / divisor)
        }
      }
    }
  }
}
