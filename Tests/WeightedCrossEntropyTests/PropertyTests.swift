// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// Mathematical properties of the loss, on seeded random input.
@Suite struct PropertyTests {
  /// Elements of moderate size, for which differences of losses are accurate.
  private static func elements<Scalar: LossScalar>(_ count: Int, seed: UInt64) -> (
    logits: [Scalar], targets: [Scalar]
  ) {
    var generator = SeededGenerator(seed: seed)
    return (generator.uniform(count, in: -12...12), generator.targets(count))
  }

  @Test(
    "Every derivative agrees with finite differences",
    arguments: InstructionSet.available)
  func finiteDifferences(on set: InstructionSet) throws {
    let (logits, targets): ([Double], [Double]) = Self.elements(400, seed: 401)
    let step = 0x1p-17
    func loss(_ positiveWeight: Double = 3.5) throws -> WeightedCrossEntropyLoss<Double> {
      try WeightedCrossEntropyLoss(
        positiveWeight: .uniform(positiveWeight), labelSmoothing: 0.125, instructionSet: set)
    }
    func slopes(_ high: [Double], _ low: [Double]) -> [Double] {
      zip(high, low).map { ($0 - $1) / (2 * step) }
    }
    func compare(_ derivative: [Double], _ slopes: [Double], _ what: Comment) {
      for (derivative, slope) in zip(derivative, slopes) {
        #expect(abs(derivative - slope) < 1e-8 * (1 + derivative.magnitude), what)
      }
    }
    let fixed = try loss()
    let (up, down) = (logits.map { $0 + step }, logits.map { $0 - step })
    compare(
      try fixed.gradient(logits: logits, targets: targets),
      slopes(try fixed(logits: up, targets: targets), try fixed(logits: down, targets: targets)),
      "in the logit")
    compare(
      try fixed.secondDerivative(logits: logits, targets: targets),
      slopes(
        try fixed.gradient(logits: up, targets: targets),
        try fixed.gradient(logits: down, targets: targets)),
      "of the derivative in the logit")
    compare(
      try fixed.targetDerivative(logits: logits, targets: targets),
      slopes(
        try fixed(logits: logits, targets: targets.map { $0 + step }),
        try fixed(logits: logits, targets: targets.map { $0 - step })), "in the target")
    compare(
      try fixed.positiveWeightDerivative(logits: logits, targets: targets),
      slopes(
        try loss(3.5 + step)(logits: logits, targets: targets),
        try loss(3.5 - step)(logits: logits, targets: targets)
      ), "in the positive weight")
  }

  @Test(
    "The gradient of a reduction agrees with finite differences", arguments: LossReduction.allCases)
  func reducedFiniteDifferences(_ reduction: LossReduction) throws {
    var (logits, targets): ([Double], [Double]) = Self.elements(30, seed: 402)
    var generator = SeededGenerator(seed: 403)
    let weights: [Double] = generator.weights(30)
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 2)
    func value() throws -> Double {
      try loss.value(of: reduction, logits: logits, targets: targets, weights: weights)
    }
    let gradient = try loss.gradient(
      of: reduction, logits: logits, targets: targets, weights: weights)
    let second = try loss.secondDerivative(
      of: reduction, logits: logits, targets: targets, weights: weights)
    let inTarget = try loss.targetDerivative(
      of: reduction, logits: logits, targets: targets, weights: weights)
    let inWeight = try loss.positiveWeightDerivative(
      of: reduction, logits: logits, targets: targets, weights: weights)
    let step = 0x1p-16
    for index in logits.indices {
      let (logit, target) = (logits[index], targets[index])
      func slope(_ values: (Double, Double)) -> Double { (values.0 - values.1) / (2 * step) }
      logits[index] = logit + step
      let up = (
        try value(),
        try loss.gradient(of: reduction, logits: logits, targets: targets, weights: weights)[index]
      )
      logits[index] = logit - step
      let down = (
        try value(),
        try loss.gradient(of: reduction, logits: logits, targets: targets, weights: weights)[index]
      )
      logits[index] = logit
      #expect(abs(gradient[index] - slope((up.0, down.0))) < 1e-7)
      #expect(abs(second[index] - slope((up.1, down.1))) < 1e-7)
      targets[index] = target + step
      let high = try value()
      targets[index] = target - step
      #expect(abs(inTarget[index] - slope((high, try value()))) < 1e-7)
      targets[index] = target
    }
    // All elements share one positive weight, so its derivative is the sum over the elements.
    let (heavier, lighter) = (
      try WeightedCrossEntropyLoss<Double>(positiveWeight: .uniform(2 + step)),
      try WeightedCrossEntropyLoss<Double>(positiveWeight: .uniform(2 - step))
    )
    let difference =
      try heavier.value(of: reduction, logits: logits, targets: targets, weights: weights)
      - lighter.value(of: reduction, logits: logits, targets: targets, weights: weights)
    #expect(abs(inWeight.reduce(0, +) - difference / (2 * step)) < 1e-7)
  }

  @Test(
    "With a positive weight of 1, the loss is symmetric in the classes", arguments: Variant.all)
  func symmetry(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 404)
      let logits: [Scalar] = generator.logits(2000)
      // Targets whose complements are exact.
      let targets = generator.uniform(2000, in: Scalar(0)...1).map { ($0 * 1024).rounded() / 1024 }
      let complements = targets.map { 1 - $0 }
      let negatives = logits.map { -$0 }
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      let original = try loss(logits: logits, targets: targets)
      #expect(areSame(original, try loss(logits: negatives, targets: complements)))
      let gradient = try loss.gradient(logits: negatives, targets: complements).map { -$0 }
      #expect(try loss.gradient(logits: logits, targets: targets) == gradient)
      #expect(
        areSame(
          try loss.secondDerivative(logits: logits, targets: targets),
          try loss.secondDerivative(logits: negatives, targets: complements)))
    }
    try check(variant.type)
  }

  @Test(
    "The loss is linear in the target, the positive weight and the element weight",
    arguments: Variant.all)
  func linearity(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let (logits, targets): ([Scalar], [Scalar]) = Self.elements(1000, seed: 405)
      let zeros = [Scalar](repeating: 0, count: 1000)
      let ones = [Scalar](repeating: 1, count: 1000)
      func loss(_ positiveWeight: Scalar) throws -> WeightedCrossEntropyLoss<Scalar> {
        try WeightedCrossEntropyLoss(
          positiveWeight: .uniform(positiveWeight), instructionSet: variant.set)
      }
      func expect(_ a: Scalar, _ b: Scalar, _ what: Comment) {
        #expect(abs(a - b) <= 12 * Scalar.ulpOfOne * b.magnitude + 4 * .leastNonzeroMagnitude, what)
      }
      let mixed = try loss(2.5)(logits: logits, targets: targets)
      let (negative, positive) = (
        try loss(2.5)(logits: logits, targets: zeros), try loss(2.5)(logits: logits, targets: ones)
      )
      let (without, single) = (
        try loss(0)(logits: logits, targets: targets), try loss(1)(logits: logits, targets: targets)
      )
      let weighted = try loss(2.5)(
        logits: logits, targets: targets, weights: .init(repeating: 4, count: 1000))
      let doubled = try loss(5)(logits: logits, targets: ones)
      for index in logits.indices {
        let target = targets[index]
        expect(
          mixed[index], (1 - target) * negative[index] + target * positive[index], "in the target")
        expect(
          mixed[index], without[index] + 2.5 * (single[index] - without[index]),
          "in the positive weight")
        // Scaling by a power of two is exact.
        #expect(weighted[index] == 4 * mixed[index], "in the element weight")
        #expect(doubled[index] == 2 * positive[index], "of positives, in the positive weight")
      }
    }
    try check(variant.type)
  }

  @Test(
    "The loss is convex in the logit and never negative, and its derivative increases",
    arguments: Variant.all)
  func convexity(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 406)
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3.3, instructionSet: variant.set)
      let (first, second): ([Scalar], [Scalar]) = (
        generator.uniform(2000, in: -20...20), generator.uniform(2000, in: -20...20)
      )
      let targets: [Scalar] = generator.targets(2000)
      let middle = zip(first, second).map { ($0 + $1) / 2 }
      let (left, right) = (
        try loss(logits: first, targets: targets), try loss(logits: second, targets: targets)
      )
      for (index, value) in try loss(logits: middle, targets: targets).enumerated() {
        let chord = (left[index] + right[index]) / 2
        #expect(value <= chord + 8 * Scalar.ulpOfOne * chord)
      }
      let anywhere: [Scalar] = generator.logits(2000)
      #expect(try loss(logits: anywhere, targets: targets).allSatisfy { $0 >= 0 })
      #expect(try loss.secondDerivative(logits: anywhere, targets: targets).allSatisfy { $0 >= 0 })
      // The derivative for one target, at increasing logits.
      let sorted = anywhere.sorted()
      for target: Scalar in [0, 0.3, 1] {
        let slopes = try loss.gradient(
          logits: sorted, targets: .init(repeating: target, count: sorted.count))
        for (low, high) in zip(slopes, slopes.dropFirst()) {
          #expect(
            high >= low - 4 * Scalar.ulpOfOne
              * max(low.magnitude, high.magnitude, target > 0 && target < 1 ? 1 : 0))
        }
      }
    }
    try check(variant.type)
  }

  @Test("Label smoothing gives the loss of the smoothed target", arguments: Variant.all)
  func labelSmoothing(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let (logits, targets): ([Scalar], [Scalar]) = Self.elements(1000, seed: 407)
      for smoothing: Scalar in [0, 0.5, 1] {
        let smooth = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: 3, labelSmoothing: smoothing, instructionSet: variant.set)
        let plain = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: 3, instructionSet: variant.set)
        // For these targets and smoothings the smoothed target is exact.
        let coarse = targets.map { ($0 * 64).rounded() / 64 }
        let moved = coarse.map { $0 * (1 - smoothing) + smoothing / 2 }
        for quantity in LossQuantity.allCases where quantity != .targetDerivative {
          #expect(
            areSame(
              try smooth.arrays(quantity, logits: logits, targets: coarse),
              try plain.arrays(quantity, logits: logits, targets: moved)),
            "\(quantity), smoothing \(smoothing)")
        }
        // The scaling is exact too.
        let inTarget = try plain.targetDerivative(logits: logits, targets: moved).map {
          $0 * (1 - smoothing)
        }
        #expect(try smooth.targetDerivative(logits: logits, targets: coarse) == inTarget)
      }
    }
    try check(variant.type)
  }

  @Test("Small label smoothing does not lose digits", arguments: Variant.all)
  func littleLabelSmoothing(on variant: Variant) throws {
    // A direct computation of 1 - (z (1 - ε) + ε/2) would cancel most of them.
    let smoothing: Float = 1e-5
    let loss = try WeightedCrossEntropyLoss<Float>(
      labelSmoothing: smoothing, instructionSet: variant.set)
    let results = try loss(logits: [20, -20], targets: [1, 0])
    let expected = 20 * Double(smoothing) / 2 + 2.0611536e-9
    for result in results { #expect(abs(Double(result) - expected) < 1e-6 * expected) }
  }

  @Test("The formula also holds for targets outside [0, 1]", arguments: Variant.all)
  func targetsOutside(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 2, instructionSet: variant.set)
      let (logits, targets): ([Scalar], [Scalar]) = ([1, -1, 0.5], [2, -0.5, 1.5])
      let results = try loss(logits: logits, targets: targets)
      let reference = LossReference<Wide>(positiveWeight: 2)
      for index in results.indices {
        let exact = reference(.loss, logit: Double(logits[index]), target: Double(targets[index]))
        #expect(results[index].ulps(from: exact) <= 6)
      }
    }
    try check(variant.type)
  }
}
