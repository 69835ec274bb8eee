// SPDX-License-Identifier: Apache-2.0
/// Which element of a row-major tensor has which positive weight, for weights per class along an axis.
package struct ClassLayout<Scalar: LossScalar> {
  /// The weight of each class, where they lie while the call lasts.
  package let weights: UnsafeBufferPointer<Scalar>
  /// The product of the lengths of the axes after the class axis: so many consecutive elements share a class.
  let inner: Int
  /// The position in the tensor of the first element of the call.
  let firstIndex: Int

  /// A layout of weights that are finite and at least 0.
  package init(weights: UnsafeBufferPointer<Scalar>, inner: Int, firstIndex: Int = 0) {
    self.weights = weights
    self.inner = inner
    self.firstIndex = firstIndex
  }

  /// The positive weights of `count` elements from `start` on, counted from the call's first, if they lie in a row.
  func weightsInPlace(from start: Int, count: Int) -> UnsafePointer<Scalar>? {
    guard inner == 1, let base = weights.baseAddress else { return nil }
    let label = (firstIndex + start) % weights.count
    return label + count <= weights.count ? base + label : nil
  }

  /// Writes the positive weights of `count` elements from `start` on, counted from the call's first.
  func copyWeights(from start: Int, count: Int, to destination: UnsafeMutableBufferPointer<Scalar>)
  {
    guard let base = destination.baseAddress, let first = weights.baseAddress, count > 0 else {
      return
    }
    let index = firstIndex + start
    var (label, left) = (index / inner % weights.count, inner - index % inner)
    var written = 0
    let period = min(inner * weights.count, count)
    if inner == 1 {
      // The weights from the first element's on, then those before.
      written = min(weights.count - label, period)
      base.update(from: first + label, count: written)
      (base + written).update(from: first, count: period - written)
      written = period
    }
    while written < period {
      let run = min(left, period - written)
      (base + written).update(repeating: first[label], count: run)
      written += run
      label = label + 1 == weights.count ? 0 : label + 1
      left = inner
    }
    // What follows is what stands at the start, once, then twice as much at a time.
    while written < count {
      let run = min(written, count - written)
      (base + written).update(from: base, count: run)
      written += run
    }
  }
}

extension WeightedCrossEntropyLoss {
  /// Calls `body` with the layout of a call's class weights; nil where there is one weight for all.
  ///
  /// - Parameter shape: the shape of the whole tensor; nil is a vector that ends with the call's last element.
  func withClassLayout<Result>(
    of inputs: LossInputs<Scalar>, shape: [Int]?, firstIndex: Int,
    _ body: (ClassLayout<Scalar>?) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    guard case .perClass(let weights, axis: let axis) = positiveWeight else {
      return try body(inputs.classes)
    }
    let inner = try innerCount(
      of: weights, axis: axis, shape: shape, count: inputs.count, firstIndex: firstIndex)
    return try weights.withUnsafeBufferPointer { (weights) throws(LossError) in
      try body(ClassLayout(weights: weights, inner: inner, firstIndex: firstIndex))
    }
  }

  /// Checks that the loss's class weights, where it has any, fit the shape of the elements, and these fit into it.
  func checkClasses(shape: [Int]?, count: Int) throws(LossError) {
    guard case .perClass(let weights, axis: let axis) = positiveWeight else { return }
    _ = try innerCount(of: weights, axis: axis, shape: shape, count: count, firstIndex: 0)
  }

  /// How many consecutive elements share one of the class weights, which must fit the shape.
  private func innerCount(
    of weights: [Scalar], axis: Int, shape: [Int]?, count: Int, firstIndex: Int
  ) throws(LossError) -> Int {
    try checkFirstIndex(firstIndex, count: count)
    let length = firstIndex + count
    let inner = try Shape.innerCount(
      after: axis, rank: shape?.count ?? 1, classes: weights.count, operation: name
    ) { shape?[$0] ?? length }
    guard let shape else { return inner }
    // A part must lie within the tensor, or its elements have no class.
    guard let total = Shape.count(shape) else { throw error(.invalidShape(shape)) }
    guard length <= total else {
      throw error(.elementCount(shape: shape, expected: total, received: length))
    }
    return inner
  }

  /// Checks that a call's elements have positions in a tensor.
  func checkFirstIndex(_ firstIndex: Int, count: Int) throws(LossError) {
    guard firstIndex >= 0, firstIndex <= Int.max - count else {
      throw error(.invalidFirstIndex(firstIndex, count: count))
    }
  }
}
