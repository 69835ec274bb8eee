// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

/// Shapes, and the class weight of each element.
@Suite struct ShapeTests {
  @Test("A scalar and an empty array are valid", arguments: Variant.all)
  func scalarAndEmpty(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 3, instructionSet: variant.set)
      let scalar = try loss(logits: [0], targets: [1], shape: [])
      #expect(scalar.count == 1)
      #expect(try loss.value(of: .mean, logits: [0], targets: [1], shape: []) == scalar[0])
      #expect(try loss.gradient(logits: [0], targets: [1], shape: []) == [-1.5])
      for shape in [[0], [0, 3], [3, 0], [2, 0, 5]] {
        #expect(try loss(logits: [], targets: [], shape: shape) == [])
        #expect(try loss.gradient(logits: [], targets: [], weights: [], shape: shape) == [])
        #expect(try loss.lossWithGradient(logits: [], targets: [], shape: shape).losses == [])
        #expect(try loss.value(of: .sum, logits: [], targets: [], shape: shape) == 0)
        #expect(throws: LossError.self) {
          try loss.value(of: .mean, logits: [], targets: [], shape: shape)
        }
      }
    }
    try check(variant.type)
  }

  @Test("Calls on arrays and on spans give the same results", arguments: LossReduction.allCases)
  func forms(_ reduction: LossReduction) throws {
    var generator = SeededGenerator(seed: 701)
    let (x, z, w): ([Float], [Float], [Float]) = (
      generator.logits(70), generator.targets(70), generator.weights(70)
    )
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 2, labelSmoothing: 0.25)
    func span(_ body: (inout MutableSpan<Float>) throws -> Void) rethrows -> [Float] {
      var output = [Float](repeating: -1, count: 70)
      var view = output.mutableSpan
      try body(&view)
      return output
    }
    let losses = try loss(logits: x, targets: z, weights: w)
    let gradient = try loss.gradient(of: reduction, logits: x, targets: z, weights: w)
    let pairs = [
      (losses, try span { try loss(logits: x.span, targets: z.span, weights: w.span, into: &$0) }),
      (
        gradient,
        try span {
          try loss.gradient(
            of: reduction, logits: x.span, targets: z.span, weights: w.span, into: &$0)
        }
      ),
      (
        try loss.secondDerivative(of: reduction, logits: x, targets: z, weights: w),
        try span {
          try loss.secondDerivative(
            of: reduction, logits: x.span, targets: z.span, weights: w.span, into: &$0)
        }
      ),
      (
        try loss.targetDerivative(of: reduction, logits: x, targets: z, weights: w),
        try span {
          try loss.targetDerivative(
            of: reduction, logits: x.span, targets: z.span, weights: w.span, into: &$0)
        }
      ),
      (
        try loss.positiveWeightDerivative(of: reduction, logits: x, targets: z, weights: w),
        try span {
          try loss.positiveWeightDerivative(
            of: reduction, logits: x.span, targets: z.span, weights: w.span, into: &$0)
        }
      ),
    ]
    for (array, span) in pairs { #expect(array == span) }
    let value = try loss.value(of: reduction, logits: x, targets: z, weights: w)
    #expect(
      value == (try loss.value(of: reduction, logits: x.span, targets: z.span, weights: w.span)))
    let fused = try loss.valueWithGradient(of: reduction, logits: x, targets: z, weights: w)
    #expect(fused.value == value && fused.gradient == gradient)
    var spanValue: Float = -1
    let spanGradient = try span {
      spanValue = try loss.valueWithGradient(
        of: reduction, logits: x.span, targets: z.span, weights: w.span, into: &$0)
    }
    #expect(spanValue == value && spanGradient == gradient)
    let both = try loss.lossWithGradient(logits: x, targets: z, weights: w)
    #expect(both.losses == losses)
    #expect(both.gradient == (try loss.gradient(logits: x, targets: z, weights: w)))
  }

  @Test(
    "Class weights along every axis give the results of single elements with these weights",
    arguments: Variant.all)
  func classes(on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      var generator = SeededGenerator(seed: 702)
      // Shapes with long and short runs of a class. The last is longer than a block.
      for shape in [[7], [3, 5], [2, 3, 4], [3, 1, 2, 5], [3, 3000], [3000, 3]] {
        let count = shape.reduce(1, *)
        let logits: [Scalar] = generator.uniform(count, in: -9...9)
        let targets: [Scalar] = generator.targets(count)
        for axis in -shape.count..<shape.count {
          let resolved = axis < 0 ? axis + shape.count : axis
          let weights: [Scalar] = generator.uniform(shape[resolved], in: 0...9)
          let loss = try WeightedCrossEntropyLoss<Scalar>(
            positiveWeight: .perClass(weights, axis: axis), threads: 1, instructionSet: variant.set)
          let losses = try loss(logits: logits, targets: targets, shape: shape)
          let gradient = try loss.gradient(logits: logits, targets: targets, shape: shape)
          let expected = try (0..<count).map { index in
            // The index along the axis, by division by the lengths of the axes after it.
            var rest = index
            for length in shape[(resolved + 1)...].reversed() { rest /= length }
            let single = try WeightedCrossEntropyLoss<Scalar>(
              positiveWeight: .uniform(weights[rest % shape[resolved]]), instructionSet: variant.set
            )
            let (x, z) = ([logits[index]], [targets[index]])
            return (
              try single(logits: x, targets: z)[0], try single.gradient(logits: x, targets: z)[0]
            )
          }
          #expect(areSame(losses, expected.map(\.0)), "shape \(shape), axis \(axis)")
          #expect(areSame(gradient, expected.map(\.1)), "shape \(shape), axis \(axis)")
          let sum = try loss.value(of: .sum, logits: logits, targets: targets, shape: shape)
          #expect(ExactSum(ofElements: losses).ulps(of: sum) <= 1)
        }
      }
    }
    try check(variant.type)
  }

  @Test(
    "A part of a tensor has the class weights of its position", arguments: [0, 1, 5, 4097, 8999])
  func parts(firstIndex: Int) throws {
    var generator = SeededGenerator(seed: 703)
    let shape = [1500, 3, 2]
    let (logits, targets): ([Double], [Double]) = (
      generator.uniform(9000, in: -9...9), generator.targets(9000)
    )
    let loss = try WeightedCrossEntropyLoss<Double>(
      positiveWeight: .perClass([0.5, 2, 7], axis: 1))
    let whole = try loss(logits: logits, targets: targets, shape: shape)
    let range = firstIndex..<min(9000, firstIndex + 5000)
    var output = [Double](repeating: -1, count: range.count)
    var view = output.mutableSpan
    try loss(
      logits: logits.span.extracting(range), targets: targets.span.extracting(range), shape: shape,
      firstIndex: firstIndex, into: &view)
    #expect(output == Array(whole[range]))
  }

  @Test("One class weight for each class of an array of rank 1")
  func classesOfAnArray() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: .perClass([1, 2, 4], axis: 0))
    let gradient = try loss.gradient(logits: [0, 0, 0], targets: [1, 1, 1])
    #expect(gradient == [-0.5, -1, -2])
  }

  @Test("Class weights work for an empty tensor whose other lengths have a product above Int.max")
  func hugeEmptyShapes() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 2], axis: 0))
    #expect(try loss(logits: [], targets: [], shape: [2, 1 << 40, 1 << 40, 0]) == [])
  }

  @Test("A tensor has as many elements as its shape holds")
  func tensors() throws {
    #expect(try Tensor<Float>(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]).shape == [2, 3])
    #expect(throws: LossError("Tensor", .elementCount(shape: [2, 3], expected: 6, received: 1))) {
      try Tensor<Float>(shape: [2, 3], elements: [1])
    }
    #expect(throws: LossError("Tensor", .invalidShape([-1, 3]))) {
      try Tensor<Float>(shape: [-1, 3], elements: [])
    }
    #expect(throws: LossError("Tensor", .invalidShape([1 << 40, 1 << 40]))) {
      try Tensor<Float>(shape: [1 << 40, 1 << 40], elements: [])
    }
    #expect(throws: LossError("Tensor", .invalidShape([-1, 0]))) {
      try Tensor<Float>(shape: [-1, 0], elements: [])
    }
    let literal: Tensor<Double> = [1, 2, 3]
    #expect(literal.shape == [3] && Tensor(literal.elements) == literal)
  }
}
