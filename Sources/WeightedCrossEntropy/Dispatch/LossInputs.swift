// SPDX-License-Identifier: Apache-2.0
/// The inputs of one call: the addresses of the elements, and the positive weight of each class.
///
/// The kernels take addresses because a vector load has no bounds-checked form. The addresses of
/// empty buffers are never read.
package struct LossInputs<Storage: ElementStorage> {
  package typealias Element = Storage.Element

  package let storage: Storage
  package let logits: UnsafePointer<Element>
  package let targets: UnsafePointer<Element>
  package let weights: UnsafePointer<Element>?
  package let count: Int
  /// The positive weights of the classes; nil if all elements have the loss's uniform weight.
  package let classes: ClassLayout<Storage.Scalar>?

  @_specialize(exported:true,where Storage == InPlaceStorage<Float>)
  @_specialize(exported:true,where Storage == InPlaceStorage<Double>)
  @_specialize(exported:true,where Storage == HalfStorage)
  @inline(__always)
  package init(
    _ storage: Storage, logits: UnsafePointer<Element>?, targets: UnsafePointer<Element>?,
    weights: UnsafePointer<Element>?, count: Int, classes: ClassLayout<Storage.Scalar>?
  ) {
    self.storage = storage
    self.logits = logits ?? Self.placeholder
    self.targets = targets ?? Self.placeholder
    self.weights = weights
    self.count = count
    self.classes = classes
  }

  /// The address of an empty buffer, which is never read.
  fileprivate static var placeholder: UnsafePointer<Element> {
    UnsafePointer(bitPattern: MemoryLayout<Element>.alignment).unsafelyUnwrapped
  }
}

extension WeightedCrossEntropyLoss {
  /// Checks the inputs of a call and passes them to `body`.
  @inline(__always)
  func withInputs<Result>(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?, shape: [Int]?,
    firstIndex: Int, _ body: (LossInputs<InPlaceStorage<Scalar>>) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    try checkCounts(logits.count, targets: targets.count, weights: weights?.count)
    let run = try classRun(shape: shape, count: logits.count, firstIndex: firstIndex)
    return try withCheckedInputs(
      logits, targets, weights, classRun: run, firstIndex: firstIndex, body)
  }

  /// Checks that the inputs have as many elements as the logits.
  @inline(__always)
  package func checkCounts(_ logits: Int, targets: Int, weights: Int?) throws(LossError) {
    guard targets == logits else {
      throw error(.shapeMismatch(other: "targets", logits: [logits], received: [targets]))
    }
    if let weights, weights != logits {
      throw error(.shapeMismatch(other: "weights", logits: [logits], received: [weights]))
    }
  }

  /// Passes `body` the inputs, which must be valid.
  ///
  /// - Parameter classRun: The number of consecutive elements that share a class weight; nil if the
  ///   positive weight is uniform.
  @inline(__always)
  func withCheckedInputs<Result, Failure: Error>(
    _ logits: Span<Scalar>, _ targets: Span<Scalar>, _ weights: Span<Scalar>?, classRun: Int?,
    firstIndex: Int, _ body: (LossInputs<InPlaceStorage<Scalar>>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try logits.withUnsafeBufferPointer { (logits) throws(Failure) in
      try targets.withUnsafeBufferPointer { (targets) throws(Failure) in
        func call(
          _ weights: UnsafePointer<Scalar>?, _ classes: ClassLayout<Scalar>?
        ) throws(Failure) -> Result {
          try body(
            LossInputs(
              InPlaceStorage(), logits: logits.baseAddress, targets: targets.baseAddress,
              weights: weights, count: logits.count, classes: classes))
        }
        func call(_ weights: UnsafePointer<Scalar>?) throws(Failure) -> Result {
          guard let classRun, case .perClass(let classWeights, axis: _) = positiveWeight else {
            return try call(weights, nil)
          }
          return try classWeights.withUnsafeBufferPointer { (classWeights) throws(Failure) in
            try call(
              weights,
              ClassLayout(weights: classWeights, run: classRun, firstIndex: firstIndex))
          }
        }
        guard let weights else { return try call(nil) }
        return try weights.withUnsafeBufferPointer { (weights) throws(Failure) in
          try call(weights.baseAddress ?? LossInputs<InPlaceStorage<Scalar>>.placeholder)
        }
      }
    }
  }

  /// The number of consecutive elements that share a class weight; nil if the positive weight is
  /// uniform.
  ///
  /// - Parameters:
  ///   - shape: The shape of the whole tensor; nil is one axis that ends with the last element of
  ///     the call.
  ///   - count: The number of elements of the call.
  ///   - firstIndex: The position of its first element in the tensor.
  /// - Throws: `LossError` if the class weights do not fit the shape, or the elements do not lie in
  ///   it. With a uniform weight neither the shape nor the position matters.
  @inline(__always)
  package func classRun(shape: [Int]?, count: Int, firstIndex: Int) throws(LossError) -> Int? {
    guard case .perClass(let weights, axis: let axis) = positiveWeight else { return nil }
    try checkFirstIndex(firstIndex, count: count)
    let end = firstIndex + count
    let run = try Shape.classRun(
      axis: axis, rank: shape?.count ?? 1, classes: weights.count, operation: name
    ) { shape?[$0] ?? end }
    guard let shape else { return run }
    guard let total = Shape.count(shape) else { throw error(.invalidShape(shape)) }
    guard end <= total else {
      throw error(.elementCount(shape: shape, expected: total, received: end))
    }
    return run
  }

  /// Checks that a whole tensor has as many elements as its shape holds.
  func checkShape(_ shape: [Int], holdsExactly count: Int) throws(LossError) {
    guard let total = Shape.count(shape) else { throw error(.invalidShape(shape)) }
    guard count == total else {
      throw error(.elementCount(shape: shape, expected: total, received: count))
    }
  }

  /// Checks that the positions of the elements of a call fit an `Int`.
  func checkFirstIndex(_ firstIndex: Int, count: Int) throws(LossError) {
    guard firstIndex >= 0, firstIndex <= Int.max - count else {
      throw error(.invalidFirstIndex(firstIndex, count: count))
    }
  }
}
