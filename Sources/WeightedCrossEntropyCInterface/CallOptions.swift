import WeightedCrossEntropy

/// The options of a call, read and checked.
struct CallOptions<Scalar: LossScalar> {
  let loss: WeightedCrossEntropyLoss<Scalar>
  /// What errors call the operation, NUL-terminated; null is the library's name.
  let name: UnsafePointer<CChar>?
  /// The shape of the elements, where there are class weights along one of its axes.
  let shape: [Int]?

  /// Reads the options of a call on `count` elements; null is the defaults.
  init(_ pointer: UnsafePointer<wce_options>?, count: Int) throws(CallError) {
    guard let pointer else {
      (loss, name, shape) = (try Self.loss(1, smoothing: 0, threads: nil, name: nil), nil, nil)
      return
    }
    try CallBuffer.checkAlignment(of: pointer, for: wce_options.self, named: "options")
    let known = Int64(MemoryLayout<wce_options>.size)
    // Only the size may be read before it is known to be right.
    let size = UnsafeRawPointer(pointer).load(as: Int64.self)
    guard size == known else {
      throw CallError(
        WCE_ERROR_SIZE,
        "the options' struct_size must be \(known), received \(size): start from WCE_OPTIONS_INIT")
    }
    let options = pointer.pointee
    name = options.name.map { UnsafePointer($0) }
    try Self.check(options, count: count)
    let positiveWeight: PositiveWeight<Scalar>
    if let weights = options.class_weights {
      let lengths = options.shape.map { shape in (0..<Int(options.rank)).map { Int(clamping: shape[$0]) } }
      let axis = Int(clamping: options.axis)
      let classCount = try Self.classCount(options, axis: axis, of: lengths ?? [count], name: name)
      let classes = try Self.buffer(of: weights, count: classCount)
      if count == 0 {
        // No elements may have more classes than memory has room for a copy of.
        try Self.check(classes, name: name)
        positiveWeight = 1
      } else {
        positiveWeight = .perClass(Array(classes), axis: axis)
      }
      shape = lengths
    } else {
      guard options.class_count == 0 else {
        throw CallError(
          WCE_ERROR_NULL_POINTER, "the class weights are null and their count is \(options.class_count)")
      }
      positiveWeight = .uniform(Scalar(options.positive_weight))
      shape = nil
    }
    loss = try Self.loss(
      positiveWeight, smoothing: Scalar(options.label_smoothing),
      // The library says what is wrong with a negative number.
      threads: options.threads == 0 ? nil : Int(clamping: options.threads), name: name)
  }

  private static func loss(
    _ positiveWeight: PositiveWeight<Scalar>, smoothing: Scalar, threads: Int?, name: UnsafePointer<CChar>?
  ) throws(CallError) -> WeightedCrossEntropyLoss<Scalar> {
    try CallError.converting(named: name) { () throws(LossError) in
      try WeightedCrossEntropyLoss(
        positiveWeight: positiveWeight, labelSmoothing: smoothing, threads: threads)
    }
  }

  /// Checks that the shape, where there is one, holds `count` elements.
  private static func check(_ options: wce_options, count: Int) throws(CallError) {
    guard let shape = options.shape else {
      guard options.rank == 0 else {
        throw CallError(WCE_ERROR_NULL_POINTER, "the shape is null and its rank is \(options.rank)")
      }
      return
    }
    guard options.rank >= 0 && options.rank <= WCE_MAXIMUM_RANK else {
      throw CallError(
        WCE_ERROR_SIZE, "the rank must lie in [0, \(WCE_MAXIMUM_RANK)], received \(options.rank)")
    }
    try CallBuffer.checkAlignment(of: shape, for: Int64.self, named: "shape")
    let lengths = UnsafeBufferPointer(start: shape, count: Int(options.rank))
    guard Shape.count(lengths.lazy.map { Int(clamping: $0) }) == count else {
      throw CallError(
        WCE_ERROR_SIZE,
        "the shape \(Shape.description(lengths.map { Int(clamping: $0) })) does not hold \(count) elements")
    }
  }

  /// The number of classes, which must be the length of the axis.
  private static func classCount(
    _ options: wce_options, axis: Int, of shape: [Int], name: UnsafePointer<CChar>?
  ) throws(CallError) -> Int {
    let resolved = axis < 0 ? axis + shape.count : axis
    let problem: LossError.Problem
    if !shape.indices.contains(resolved) {
      problem = .axisOutOfRange(axis: axis, shape: shape)
    } else if Int64(shape[resolved]) != options.class_count {
      problem = .classCount(axis: axis, shape: shape, weights: Int(clamping: options.class_count))
    } else {
      return shape[resolved]
    }
    throw CallError(problem, name: name)
  }

  /// The class weights where they lie.
  private static func buffer(
    of weights: UnsafeRawPointer, count: Int
  ) throws(CallError) -> UnsafeBufferPointer<Scalar> {
    let count = try CallBuffer.count(Int64(count), of: Scalar.self, named: "class_count")
    let start = weights.assumingMemoryBound(to: Scalar.self)
    try CallBuffer.check(start, count: count, named: "class_weights")
    return UnsafeBufferPointer(start: start, count: count)
  }

  /// Checks class weights as a loss does that is made of a copy of them.
  private static func check(
    _ weights: UnsafeBufferPointer<Scalar>, name: UnsafePointer<CChar>?
  ) throws(CallError) {
    guard let index = weights.firstIndex(where: { !($0.isFinite && $0 >= 0) }) else { return }
    throw CallError(.invalidPositiveWeight(value: "\(weights[index])", index: index), name: name)
  }
}
