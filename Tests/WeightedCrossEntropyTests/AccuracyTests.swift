// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// The documented errors hold for all variants of the kernels and for calls on single elements. The
/// reference values are computed in a wider type.
@Suite struct AccuracyTests {
  /// A quantity, its targets, and its documented error.
  struct Claim: CustomTestStringConvertible, Sendable {
    var quantity: LossQuantity
    var targets: Targets
    var bound: Double
    /// Whether the claim is about σ alone. For a positive weight other than 1, the claim for soft
    /// targets applies.
    var isOfPlainSigmoids: Bool { quantity == .gradient && targets == .hard }
    var testDescription: String { "\(quantity), targets \(targets), at most \(bound) ULP" }
  }

  enum Targets { case hard, soft }

  static let claims = [
    Claim(quantity: .loss, targets: .hard, bound: MaximumError.loss),
    Claim(
      quantity: .loss, targets: .soft, bound: MaximumError.softLoss),
    Claim(
      quantity: .gradient, targets: .hard,
      bound: MaximumError.sigmoid),
    Claim(
      quantity: .gradient, targets: .soft,
      bound: MaximumError.softGradient),
    Claim(
      quantity: .secondDerivative, targets: .soft,
      bound: MaximumError.secondDerivative),
    Claim(
      quantity: .targetDerivative, targets: .soft,
      bound: MaximumError.targetDerivative),
    Claim(
      quantity: .positiveWeightDerivative, targets: .soft,
      bound: MaximumError.positiveWeightDerivative),
  ]

  /// Random logits of all magnitudes, the ends of the range, and the neighbours of the multiples of
  /// (ln 2)/2, where the argument reduction of the exponential changes.
  static func logits<Scalar: LossScalar>(_ generator: inout SeededGenerator) -> [Scalar] {
    var logits: [Scalar] = generator.logits(6000)
    let halfLogarithm: Scalar = 0.34657359027997264
    for multiple in 0...(Scalar.significandBitCount < 30 ? 320 : 2160) {
      let center = Scalar(multiple) * halfLogarithm
      logits += [center, center.nextUp, center.nextDown, -center, -center.nextUp, -center.nextDown]
    }
    let special: [Scalar] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude, .ulpOfOne, 1, .greatestFiniteMagnitude,
      Scalar.subnormalLogit, Scalar.significandBitCount < 30 ? 103.9721 : 745.1332,
    ]
    return logits + special.flatMap { [$0, -$0, $0.nextDown, -$0.nextDown] }.filter(\.isFinite)
  }

  static func targets<Scalar: LossScalar>(
    _ kind: Targets, _ count: Int, _ generator: inout SeededGenerator
  ) -> [Scalar] {
    let targets: [Scalar] = generator.targets(count)
    return kind == .soft ? targets : targets.map { $0.rounded() }
  }

  /// The documented error of a claim for a positive weight. For a weight of 1, targets 0 and 1 and
  /// normal `e^-|x|` it is the largest error that the sweeps measured.
  ///
  /// A subnormal `e^-|x|` has an absolute error, which is multiplied by the weights.
  static func bound<Scalar: LossScalar>(
    _ claim: Claim, _ positiveWeight: Scalar, at logit: Scalar, on set: InstructionSet
  ) -> Double {
    guard logit.magnitude < Scalar.subnormalLogit else {
      return claim.bound + Double(1 + positiveWeight) / 2
    }
    guard claim.targets == .hard, positiveWeight == 1 else { return claim.bound }
    return claim.quantity == .loss
      ? WorstFound.loss(Scalar.self, set.rawValue) : WorstFound.sigmoid(Scalar.self)
  }

  static let positiveWeights = [1, 3, 0.25, 9.7]

  @Test("Errors of array calls are within the documented bounds", arguments: claims, Variant.all)
  func arrays(_ claim: Claim, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 101)
      let logits: [Scalar] = Self.logits(&generator)
      for (weight, smoothing) in Self.positiveWeights.flatMap({ [($0, 0), ($0, 0.1)] }) {
        if claim.targets == .hard && smoothing != 0 { continue }
        if claim.isOfPlainSigmoids && weight != 1 { continue }
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: .uniform(Scalar(weight)), labelSmoothing: Scalar(smoothing),
          instructionSet: variant.set)
        let targets: [Scalar] = Self.targets(claim.targets, logits.count, &generator)
        for isFar in [false, true] {
          let chosen = logits.indices.filter {
            (logits[$0].magnitude < Scalar.subnormalLogit) != isFar
          }
          let (x, z) = (chosen.map { logits[$0] }, chosen.map { targets[$0] })
          let worst = WorstError(
            of: try loss.arrays(claim.quantity, logits: x, targets: z), claim.quantity, logits: x,
            targets: z, positiveWeight: Scalar(weight), labelSmoothing: Scalar(smoothing))
          let added = smoothing == 0 ? 0 : MaximumError.smoothing
          let bound = Self.bound(claim, Scalar(weight), at: x[worst.index], on: variant.set) + added
          #expect(worst.ulps <= bound, "\(worst)")
        }
      }
    }
    try check(variant.type)
  }

  @Test(
    "Errors of calls on single elements are within the documented bounds", arguments: claims,
    Precision.allCases)
  func singleElements(_ claim: Claim, in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 102)
      let logits: [Scalar] = generator.logits(2000)
      let near = logits.filter { $0.magnitude < Scalar.subnormalLogit }
      let targets: [Scalar] = Self.targets(claim.targets, near.count, &generator)
      let weight: Scalar = claim.isOfPlainSigmoids ? 1 : 3
      let loss = try WeightedCrossEntropyLoss<Scalar>(positiveWeight: .uniform(weight))
      let results = zip(near, targets).map { loss.scalar(claim.quantity, logit: $0, target: $1) }
      let worst = WorstError(
        of: results, claim.quantity, logits: near, targets: targets, positiveWeight: weight)
      #expect(worst.ulps <= Self.bound(claim, weight, at: 0, on: .baseline), "\(worst)")
    }
    try check(precision.type)
  }

  @Test(
    "In a sweep of Float logits in [-110, 110] the errors of the loss and σ are within the bounds",
    arguments: InstructionSet.available)
  func sweep(on set: InstructionSet) throws {
    let loss = try WeightedCrossEntropyLoss<Float>(instructionSet: set)
    // All exponents are sampled equally. The stride is prime, so the low bits vary.
    let logits = stride(from: 0, through: Float(110).bitPattern, by: 19_997).flatMap {
      [Float(bitPattern: $0), -Float(bitPattern: $0)]
    }
    for target: Float in [0, 1] {
      let targets = [Float](repeating: target, count: logits.count)
      let ofLoss = WorstError(
        of: try loss(logits: logits, targets: targets), .loss, logits: logits, targets: targets,
        positiveWeight: 1)
      #expect(ofLoss.ulps <= WorstFound.loss(Float.self, set.rawValue), "\(ofLoss)")
      let ofGradient = WorstError(
        of: try loss.gradient(logits: logits, targets: targets), .gradient, logits: logits,
        targets: targets, positiveWeight: 1)
      #expect(ofGradient.ulps <= WorstFound.sigmoid(Float.self), "\(ofGradient)")
    }
  }

  @Test("The documented bounds are at least the measured errors, and at most 3 or 4 ULP")
  func bounds() {
    for set in InstructionSet.allCases {
      #expect(
        WorstFound.loss(Float.self, set.rawValue)
          <= MaximumError.loss)
      #expect(
        WorstFound.loss(Double.self, set.rawValue)
          <= MaximumError.loss)
    }
    #expect(WorstFound.sigmoid(Float.self) <= MaximumError.sigmoid)
    #expect(WorstFound.sigmoid(Double.self) <= MaximumError.sigmoid)
    #expect(MaximumError.loss <= 3)
    #expect(MaximumError.softLoss <= 4)
    #expect(MaximumError.sigmoid <= 3)
  }

  @Test(
    "The derivative in the target is exactly -x for a positive weight of 1", arguments: Variant.all)
  func targetDerivativeIsTheLogit(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 103)
      let logits: [Scalar] = generator.logits(2000)
      let targets: [Scalar] = generator.targets(2000)
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      #expect(try loss.targetDerivative(logits: logits, targets: targets) == logits.map { -$0 })
    }
    try check(variant.type)
  }

  @Test("Subnormal results are accurate", arguments: InstructionSet.available)
  func subnormals(on set: InstructionSet) throws {
    let float = try WeightedCrossEntropyLoss<Float>(instructionSet: set)
    let double = try WeightedCrossEntropyLoss<Double>(instructionSet: set)
    #expect(
      try float(logits: [-100, -103.2, -103.9, -104], targets: [0, 0, 0, 0]) == [
        27 * 0x1p-149, 0x1p-149, 0x1p-149, 0,
      ])
    #expect(
      try float.gradient(logits: [-100, 100], targets: [0, 1]) == [27 * 0x1p-149, -27 * 0x1p-149])
    #expect(
      try double(logits: [-745, -745.2], targets: [0, 0]) == [.leastNonzeroMagnitude, 0])
    #expect(float(logit: -100, target: 0) == 27 * 0x1p-149)
  }
}
