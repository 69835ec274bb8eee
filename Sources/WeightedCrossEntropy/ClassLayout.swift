/// Which element of a row-major tensor has which positive weight, for weights per class along an axis.
struct ClassLayout<Scalar: LossScalar> {
  /// The weight of each class.
  let weights: [Scalar]
  /// The product of the lengths of the axes after the class axis: so many consecutive elements share a class.
  let inner: Int
  /// The position in the tensor of the first element of the call.
  let firstIndex: Int

  /// Writes the positive weights of `count` elements from `start` on, counted from the call's first.
  func copyWeights(from start: Int, count: Int, to destination: UnsafeMutableBufferPointer<Scalar>) {
    guard let base = destination.baseAddress, count > 0 else { return }
    let index = firstIndex + start
    var (label, left) = (index / inner % weights.count, inner - index % inner)
    var written = 0
    let period = min(inner * weights.count, count)
    while written < period {
      let run = min(left, period - written)
      (base + written).update(repeating: weights[label], count: run)
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
  /// The layout of the loss's weights in a shape; nil where there is one weight for all.
  ///
  /// - Parameter shape: the shape of the whole tensor; nil is a vector that ends with the call's last element.
  func classLayout(
    shape: [Int]?, count: Int, firstIndex: Int
  ) throws(LossError) -> ClassLayout<Scalar>? {
    guard case .perClass(let weights, axis: let axis) = positiveWeight else { return nil }
    try checkFirstIndex(firstIndex, count: count)
    guard let shape else {
      // Without an array for the shape, which would be on the heap.
      let length = firstIndex + count
      guard axis == 0 || axis == -1 else { throw error(.axisOutOfRange(axis: axis, shape: [length])) }
      guard length == weights.count else {
        throw error(.classCount(axis: axis, shape: [length], weights: weights.count))
      }
      return ClassLayout(weights: weights, inner: 1, firstIndex: firstIndex)
    }
    let resolved = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(resolved) else { throw error(.axisOutOfRange(axis: axis, shape: shape)) }
    guard shape[resolved] == weights.count else {
      throw error(.classCount(axis: axis, shape: shape, weights: weights.count))
    }
    // A part must lie within the tensor, or its elements have no class.
    guard let total = Shape.count(shape) else { throw error(.invalidShape(shape)) }
    guard firstIndex + count <= total else {
      throw error(.elementCount(shape: shape, expected: total, received: firstIndex + count))
    }
    var inner = 1
    // The product fits, as the total does, unless there are no elements and no use for it.
    for length in shape[(resolved + 1)...] { inner &*= length }
    return ClassLayout(weights: weights, inner: inner, firstIndex: firstIndex)
  }

  /// Checks that a call's elements have positions in a tensor.
  func checkFirstIndex(_ firstIndex: Int, count: Int) throws(LossError) {
    guard firstIndex >= 0, firstIndex <= Int.max - count else {
      throw error(.invalidFirstIndex(firstIndex, count: count))
    }
  }
}
