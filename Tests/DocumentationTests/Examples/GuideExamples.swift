// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyDifferentiation
import _Differentiation

/// The examples of the guides.
@Suite("Examples of the guides")
struct GuideExamples {
  @Test func reproducibility() throws {
    let logits = (0..<30_000).map { Float($0 % 41 - 20) }
    let targets = (0..<30_000).map { Float($0 % 7 == 0 ? 1 : 0) }
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9, threads: 1)
    let mean = try loss.value(of: .mean, logits: logits, targets: targets)

    let onManyThreads = try WeightedCrossEntropyLoss<Float>(positiveWeight: 9, threads: 16)
    let same = try onManyThreads.value(of: .mean, logits: logits, targets: targets)

    var stream = try LossAccumulator(loss)
    let cut = logits.count / 3
    try stream.append(
      logits: logits.span.extracting(..<cut), targets: targets.span.extracting(..<cut))
    try stream.append(
      logits: logits.span.extracting(cut...), targets: targets.span.extracting(cut...))
    let streamed = try stream.value(of: .mean)  // mean == same, mean == streamed
    // end
    #expect(mean == same)
    #expect(mean == streamed)
  }

  @Test func tensorFlow() throws {
    // example
    let targets = try Tensor<Float>(shape: [3], elements: [1, 0.5, 0])
    let logits = try Tensor<Float>(shape: [3], elements: [1.5, -0.1, -10])
    let losses = try weightedCrossEntropy(targets: targets, logits: logits, positiveWeight: 1.5)
    // losses.elements is [0.30211994, 0.88049585, 4.53989e-05]
    // end
    try expectShown(losses.elements)
  }

  @Test func errorThatNamesBothShapes() throws {
    var printed = ""
    func print(_ error: any Error) { printed = "\(error)" }
    // example
    do {
      _ = try weightedCrossEntropy(
        targets: Tensor<Float>(shape: [3, 2], elements: [0, 1, 0, 1, 0, 1]),
        logits: Tensor<Float>(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]), positiveWeight: 3)
    } catch {
      print(error)
      // logistic_loss: logits and targets must have the same shape, received [2, 3] and [3, 2]
    }
    // end
    try expectShown(printed)
  }

  @Test func trainingStepInTheMemoryOfTheCaller() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 5, 20], axis: -1))
    let logits: [Float] = [0.5, -1, -3, 2, 0, -4]  // 2 rows of 3 classes
    let targets: [Float] = [1, 0, 0, 1, 1, 1]
    var gradient = [Float](repeating: 0, count: 6)
    var output = gradient.mutableSpan
    let value = try loss.valueWithGradient(
      of: .mean, logits: logits.span, targets: targets.span, shape: [2, 3], into: &output)
    // end
    let expected = try loss.valueWithGradient(
      of: .mean, logits: logits, targets: targets, shape: [2, 3])
    #expect(value == expected.value)
    #expect(gradient == expected.gradient)
  }

  @Test func automaticDifferentiation() throws {
    // example
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let slope = gradient(at: 0) { loss(logit: $0, target: 1) }  // -1.5

    let targets = [0, 1, 0.5]
    let (mean, gradients) = valueWithGradient(at: [-1.0, 0, 2]) {
      loss.differentiableValue(of: .mean, logits: $0, targets: targets)
    }
    // end
    try expectShown(slope)
    #expect(mean == (try loss.value(of: .mean, logits: [-1, 0, 2], targets: targets)))
    #expect(gradients.base == (try loss.gradient(of: .mean, logits: [-1, 0, 2], targets: targets)))
  }

  @Test func rateWithoutFeatures() throws {
    // example
    let q = 900.0 / 100
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: .uniform(q))
    let pull = 100 * loss.gradient(logit: 0, target: 1)
    let push = 900 * loss.gradient(logit: 0, target: 0)  // -450.0 and 450.0: the minimum
    let rate = 1 / (1 + exp(-(0 - log(q))))  // 0.1, from the logit 0 - log q
    // end
    #expect(pull == -450 && push == 450)
    try expectShown((rate * 1e12).rounded() / 1e12)
  }
}
