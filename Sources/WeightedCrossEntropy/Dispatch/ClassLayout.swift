// SPDX-License-Identifier: Apache-2.0
/// The positive weight of each element of a call, for class weights along an axis of a row-major
/// tensor.
package struct ClassLayout<Scalar: LossScalar> {
  /// The weight of each class. The memory is valid during the call.
  package let weights: UnsafeBufferPointer<Scalar>
  /// The number of consecutive elements that share a class: the product of the lengths of the axes
  /// after the class axis.
  package let run: Int
  /// The position in the tensor of the first element of the call.
  let firstIndex: Int

  /// A layout of class weights that are finite and at least 0.
  package init(weights: UnsafeBufferPointer<Scalar>, run: Int, firstIndex: Int = 0) {
    self.weights = weights
    self.run = run
    self.firstIndex = firstIndex
  }

  /// The address of the weights of `count` elements, if these are consecutive class weights.
  ///
  /// - Parameter start: The first element, counted from the first of the call.
  func weightsInPlace(from start: Int, count: Int) -> UnsafePointer<Scalar>? {
    guard run == 1, let base = weights.baseAddress else { return nil }
    let label = (firstIndex + start) % weights.count
    return label + count <= weights.count ? base + label : nil
  }

  /// Writes the weights of `count` elements to `destination`.
  ///
  /// - Parameter start: The first element, counted from the first of the call.
  func copyWeights(from start: Int, count: Int, to destination: UnsafeMutableBufferPointer<Scalar>)
  {
    guard let base = destination.baseAddress, let first = weights.baseAddress, count > 0 else {
      return
    }
    let index = firstIndex + start
    var (label, left) = (index / run % weights.count, run - index % run)
    var written = 0
    let period = min(run * weights.count, count)
    if run == 1 {
      // From the class of the first element to the last class, then from the first class on.
      written = min(weights.count - label, period)
      base.update(from: first + label, count: written)
      (base + written).update(from: first, count: period - written)
      written = period
    }
    while written < period {
      let length = min(left, period - written)
      (base + written).update(repeating: first[label], count: length)
      written += length
      label = label + 1 == weights.count ? 0 : label + 1
      left = run
    }
    // The rest repeats the period: copy the written part, which doubles it each time.
    while written < count {
      let length = min(written, count - written)
      (base + written).update(from: base, count: length)
      written += length
    }
  }
}
