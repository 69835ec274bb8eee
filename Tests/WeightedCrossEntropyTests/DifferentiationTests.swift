// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyDifferentiation
import _Differentiation
import _TestSupport

@Suite("Automatic differentiation")
struct DifferentiationTests {
  @Test func scalarGradientIsTheDerivative() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let slope = gradient(at: 0.5) { loss(logit: $0, target: 1) }
    #expect(slope == loss.gradient(logit: 0.5, target: 1))
    // TensorFlow's automatic gradient is 0 here.
    #expect(gradient(at: 0) { loss(logit: $0, target: 1) } == -1.5)
    let (inLogit, inTarget) = gradient(at: 0.5, 0.25) { loss(logit: $0, target: $1) }
    #expect(inLogit == loss.gradient(logit: 0.5, target: 0.25))
    #expect(inTarget == loss.targetDerivative(logit: 0.5, target: 0.25))
  }

  @Test func scalarGradientInFloat() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3, labelSmoothing: 0.25)
    #expect(
      gradient(at: Float(2)) { loss(logit: $0, target: 0) }
        == loss.gradient(logit: 2, target: 0))
  }

  @Test("The chain rule passes through the loss")
  func chainRule() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let (value, pullback) = valueWithPullback(at: 0.7) { 2 * loss(logit: $0 * $0, target: 1) }
    #expect(value == 2 * loss(logit: 0.7 * 0.7, target: 1))
    #expect(abs(pullback(1) - 2 * 2 * 0.7 * loss.gradient(logit: 0.7 * 0.7, target: 1)) < 1e-15)
  }

  @Test("Differentiating twice gives the second derivative")
  func secondDerivative() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    for logit in [-3, -0.1, 0, 0.4, 20] {
      let second = gradient(at: logit) { loss.gradient(logit: $0, target: 0.25) }
      #expect(second == loss.secondDerivative(logit: logit, target: 0.25))
    }
  }

  @Test(
    "The gradient of a reduction is that of the fused kernel", arguments: LossReduction.allCases)
  func arrayGradient(_ reduction: LossReduction) throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let (x, z, w): ([Double], [Double], [Double]) = ([-1, 0, 2], [0, 1, 0.5], [1, 0, 2])
    let (value, pullback) = valueWithPullback(at: x) {
      loss.differentiableValue(of: reduction, logits: $0, targets: z, weights: w)
    }
    #expect(value == (try loss.value(of: reduction, logits: x, targets: z, weights: w)))
    let expected = try loss.gradient(of: reduction, logits: x, targets: z, weights: w)
    #expect(pullback(2).base == expected.map { 2 * $0 })
    #expect(
      gradient(at: x) {
        loss.differentiableValue(of: reduction, logits: $0, targets: z, weights: w)
      }.base
        == expected)
    let (inLogits, inTargets) = gradient(at: x, z) {
      loss.differentiableValue(of: reduction, logits: $0, targets: $1, weights: w)
    }
    #expect(inLogits.base == expected)
    #expect(
      inTargets.base
        == (try loss.targetDerivative(of: reduction, logits: x, targets: z, weights: w)))
  }

  @Test("An error that other calls throw stops the program in a differentiable call")
  func preconditions() async {
    await #expect(processExitsWith: .failure) {
      let loss = try WeightedCrossEntropyLoss<Double>()
      print(loss.differentiableValue(of: .mean, logits: [0, 1], targets: [0]))
    }
  }

  /// A logistic model: a weight and a bias.
  struct Model: Differentiable {
    var weight = 0.0
    var bias = 0.0

    @differentiable(reverse)
    func callAsFunction(_ feature: Double) -> Double { weight * feature + bias }
  }

  @Test("A model learns from all-zero weights")
  func training() throws {
    // Two overlapping classes, one in ten positive.
    var generator = SeededGenerator(seed: 901)
    let noise = generator.uniform(300, in: -1.5...1.5)
    let samples = noise.enumerated().map { index, noise in
      let target: Double = index % 10 == 0 ? 1 : 0
      return (feature: (target == 1 ? 1 : -1) + noise, target: target)
    }
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 9)

    @differentiable(reverse)
    func meanLoss(_ model: Model) -> Double {
      var sum = 0.0
      for index in withoutDerivative(at: samples.indices) {
        let (feature, target) = withoutDerivative(at: samples[index])
        sum = sum + loss(logit: model(feature), target: target)
      }
      return sum / withoutDerivative(at: Double(samples.count))
    }

    // With zero parameters every logit is 0. The gradient of each positive must be -q/2; in
    // TensorFlow it is 0.
    var model = Model()
    let first = gradient(at: model, of: meanLoss)
    let expected = samples.map { $0.target == 1 ? -4.5 : 0.5 }.reduce(0, +) / 300
    #expect(abs(first.bias - expected) < 1e-12)
    #expect(first.weight < -0.5)

    let start = meanLoss(model)
    for _ in 0..<400 {
      let slope = gradient(at: model, of: meanLoss)
      model.weight -= 0.5 * slope.weight
      model.bias -= 0.5 * slope.bias
    }
    let end = meanLoss(model)
    #expect(end < 0.6 * start)
    let last = gradient(at: model, of: meanLoss)
    #expect(last.weight.magnitude < 0.01 && last.bias.magnitude < 0.01)
    // It finds most of the positives; an unweighted model of so few positives would not.
    let positives = samples.filter { $0.target == 1 }
    let recall = Double(positives.count { model($0.feature) > 0 }) / Double(positives.count)
    #expect(recall > 0.75)
  }

  @Test("Gradient descent on the logits of an array finds the targets")
  func arrayDescent() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 2)
    let targets: [Float] = [0, 1, 0.5]
    var logits: [Float] = [0, 0, 0]
    for _ in 0..<400 {
      let slope = gradient(at: logits) {
        loss.differentiableValue(of: .sum, logits: $0, targets: targets)
      }
      logits = zip(logits, slope.base).map { $0 - 0.5 * $1 }
    }
    #expect(logits[0] < -3 && logits[1] > 3)
    // (1 - z) σ(x) = q z σ(-x), so that e^x = 2.
    #expect(abs(logits[2] - 0.6931472) < 1e-4)
  }
}
