import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyDifferentiation
import _Differentiation

@Suite("Automatic differentiation")
struct DifferentiationTests {
  @Test func scalarGradientIsTheDerivative() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let slope = gradient(at: 0.5) { loss.value(logit: $0, target: 1) }
    #expect(slope == loss.derivative(logit: 0.5, target: 1))
    // TensorFlow's automatic gradient gives 0 here.
    #expect(gradient(at: 0) { loss.value(logit: $0, target: 1) } == -1.5)
    let (inLogit, inTarget) = gradient(at: 0.5, 0.25) { loss.value(logit: $0, target: $1) }
    #expect(inLogit == loss.derivative(logit: 0.5, target: 0.25))
    #expect(inTarget == loss.targetDerivative(logit: 0.5, target: 0.25))
  }

  @Test func arrayGradient() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let x: [Double] = [-1, 0, 2], z: [Double] = [0, 1, 0.5]
    let (value, pullback) = valueWithPullback(at: x) { loss.differentiable(.mean, logits: $0, targets: z) }
    #expect(value == (try loss.mean(logits: x, targets: z)))
    #expect(pullback(2).base == (try loss.gradient(of: .mean, logits: x, targets: z)).map { 2 * $0 })
  }
}
