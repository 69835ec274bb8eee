// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// Infinities and NaN, for every variant and in calls on single elements.
@Suite struct EdgeCaseTests {
  /// One row of the table of limits.
  struct Limit: CustomTestStringConvertible, Sendable {
    var logit, target: Double
    var positiveWeight = 3.0
    var loss, gradient: Double
    var testDescription: String { "x = \(logit), z = \(target), q = \(positiveWeight)" }
  }

  static let limits = [
    Limit(logit: .infinity, target: 1, loss: 0, gradient: 0),
    Limit(logit: -.infinity, target: 0, loss: 0, gradient: 0),
    Limit(logit: .infinity, target: 0, loss: .infinity, gradient: 1),
    Limit(logit: .infinity, target: 0.25, loss: .infinity, gradient: 0.75),
    Limit(logit: -.infinity, target: 1, loss: .infinity, gradient: -3),
    Limit(logit: -.infinity, target: 0.25, loss: .infinity, gradient: -0.75),
    // Zero times infinity is zero.
    Limit(logit: -.infinity, target: 1, positiveWeight: 0, loss: 0, gradient: 0),
    Limit(logit: -.infinity, target: 0.25, positiveWeight: 0, loss: 0, gradient: 0),
    Limit(logit: .infinity, target: 0.25, positiveWeight: 0, loss: .infinity, gradient: 0.75),
    Limit(logit: .infinity, target: 1, positiveWeight: 0, loss: 0, gradient: 0),
  ]

  @Test("Infinite logits give the limits", arguments: limits, Variant.all)
  func infinities(_ limit: Limit, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .uniform(Scalar(limit.positiveWeight)), instructionSet: variant.set)
      let (logit, target) = (Scalar(limit.logit), Scalar(limit.target))
      func expect(_ quantity: LossQuantity, _ expected: Scalar) throws {
        #expect(
          try loss.arrays(quantity, logits: [logit], targets: [target]) == [expected], "\(quantity)"
        )
        #expect(
          loss.scalar(quantity, logit: logit, target: target) == expected, "\(quantity), single")
      }
      try expect(.loss, Scalar(limit.loss))
      try expect(.gradient, Scalar(limit.gradient))
      try expect(.secondDerivative, 0)
      try expect(.positiveWeightDerivative, limit.logit < 0 && limit.target > 0 ? .infinity : 0)
      if limit.logit > 0 { try expect(.targetDerivative, -.infinity) }
      if limit.logit < 0 {
        try expect(.targetDerivative, limit.positiveWeight == 0 ? 0 : .infinity)
      }
      // The reduced losses have the limits too.
      #expect(
        try loss.value(of: .sum, logits: [logit, 0], targets: [target, 0]).isInfinite
          == limit.loss.isInfinite)
      let (value, gradient) = try loss.valueWithGradient(
        of: .mean, logits: [logit], targets: [target])
      #expect(value == Scalar(limit.loss) && gradient == [Scalar(limit.gradient)])
    }
    try check(variant.type)
  }

  @Test(
    "With full smoothing the derivative in the target is 0, at infinity too", arguments: Variant.all
  )
  func targetDerivativeUnderFullSmoothing(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, labelSmoothing: 1, instructionSet: variant.set)
      let logits: [Scalar] = [-.infinity, -1, 0, 1, .infinity, .nan]
      let derivatives = try loss.targetDerivative(logits: logits, targets: [0, 1, 0, 1, 0, 1])
      #expect(derivatives[..<5] == [0, 0, 0, 0, 0])
      #expect(derivatives[5].isNaN)
      for logit in logits.dropLast() {
        #expect(loss.targetDerivative(logit: logit, target: 0) == 0)
      }
      // The derivative is finite even if it would overflow before the division.
      let heavy = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: .uniform(.greatestFiniteMagnitude), labelSmoothing: 0.875,
        instructionSet: variant.set
      )
      #expect(try heavy.targetDerivative(logits: [-4], targets: [1])[0].isFinite)
    }
    try check(variant.type)
  }

  @Test(
    "For a target of 0 the derivative in the positive weight is 0, at infinity too",
    arguments: Variant.all)
  func positiveWeightDerivativeOfNegatives(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      let logits: [Scalar] = [-.infinity, -1, 0, 1, .infinity]
      let zeros = [Scalar](repeating: 0, count: 5)
      #expect(try loss.positiveWeightDerivative(logits: logits, targets: zeros) == zeros)
    }
    try check(variant.type)
  }

  @Test("A NaN input gives a NaN result", arguments: LossQuantity.allCases, Variant.all)
  func notANumber(_ quantity: LossQuantity, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      for smoothing: Scalar in [0, 0.1] {
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: 3, labelSmoothing: smoothing, instructionSet: variant.set)
        // Every position in the vectors and in the remainder.
        for position in 0..<19 {
          var logits = [Scalar](repeating: 1, count: 19)
          let targets = [Scalar](repeating: 1, count: 19)
          logits[position] = .nan
          let results = try loss.arrays(quantity, logits: logits, targets: targets)
          #expect(results.indices.allSatisfy { results[$0].isNaN == ($0 == position) })
          #expect(loss.scalar(quantity, logit: .nan, target: 1).isNaN)
          #expect(try loss.value(of: .sum, logits: logits, targets: targets).isNaN)
          #expect(
            try loss.valueWithGradient(of: .mean, logits: logits, targets: targets).value.isNaN)
        }
        // Only the derivative in the target does not depend on the target.
        let ofTarget = try loss.arrays(quantity, logits: [1], targets: [.nan])[0]
        #expect(ofTarget.isNaN == (quantity != .targetDerivative))
      }
    }
    try check(variant.type)
  }

  @Test(
    "Results for numbers near the largest and the smallest are finite and correct",
    arguments: Variant.all)
  func extremes(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(instructionSet: variant.set)
      let greatest = Scalar.greatestFiniteMagnitude
      #expect(
        try loss(logits: [greatest, -greatest, greatest, -greatest], targets: [0, 1, 1, 0]) == [
          greatest, greatest, 0, 0,
        ])
      #expect(
        try loss.gradient(
          logits: [greatest, -greatest, greatest, -greatest], targets: [0, 1, 1, 0]) == [
            1, -1, 0, 0,
          ])
      let tiny = Scalar.leastNonzeroMagnitude
      #expect(
        try loss.gradient(logits: [tiny, -tiny, 0, -0.0], targets: [0, 1, 0, 1]) == [
          0.5, -0.5, 0.5, -0.5,
        ])
      #expect(
        try loss.secondDerivative(logits: [tiny, -tiny, 0, -0.0], targets: [0, 1, 0, 1]) == [
          0.25, 0.25, 0.25, 0.25,
        ])
    }
    try check(variant.type)
  }
}
