// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA

/// The checked options of a call.
struct CallOptions<Scalar: LossScalar> {
  let loss: WeightedCrossEntropyLoss<Scalar>
  /// The name of the operation in errors, NUL-terminated; null is the default name.
  let name: UnsafePointer<CChar>?
  /// The class weights, used in place; nil if the positive weight is uniform.
  let classes: ClassLayout<Scalar>?

  /// Reads the options of a call on `count` elements; null is the defaults.
  ///
  /// - Parameter runtime: The class weights may be memory of its GPUs, where they are not checked.
  init(
    _ pointer: UnsafePointer<wce_options>?, count: Int, on runtime: CUDARuntime? = nil
  ) throws(CallError) {
    guard let pointer else {
      (loss, name, classes) = (try Self.loss(1, smoothing: 0, threads: nil, name: nil), nil, nil)
      return
    }
    let options = try Self.read(pointer)
    // An empty name is the default name.
    name = options.name.flatMap { $0.pointee == 0 ? nil : UnsafePointer($0) }
    try Self.check(options, count: count)
    let positiveWeight: Double
    if let weights = options.class_weights {
      classes = try Self.classes(weights, options, count: count, name: name, runtime)
      positiveWeight = 1
    } else {
      guard options.class_count == 0 else {
        throw CallError(
          WCE_ERROR_NULL_POINTER,
          "class_weights is null and class_count is \(options.class_count)")
      }
      classes = nil
      positiveWeight = options.positive_weight
    }
    loss = try Self.loss(
      positiveWeight, smoothing: options.label_smoothing,
      // The loss rejects a negative number.
      threads: options.threads == 0 ? nil : Int(clamping: options.threads), name: name)
  }

  /// A copy of the caller's options. Options that the caller's header did not have keep their
  /// defaults.
  private static func read(_ pointer: UnsafePointer<wce_options>) throws(CallError) -> wce_options {
    try CallBuffer.checkAlignment(of: pointer, for: wce_options.self, named: "options")
    // Only the size may be read before it is checked.
    let size = UnsafeRawPointer(pointer).load(as: Int64.self)
    // The size of `wce_options` in each released header. If a version adds options, at the end of
    // the structure, add a case here.
    switch size {
    case 80: break
    default:
      throw CallError(
        WCE_ERROR_SIZE, "struct_size must be 80, received \(size); start from WCE_OPTIONS_INIT")
    }
    var options = wce_options()
    options.positive_weight = 1
    options.axis = -1
    withUnsafeMutableBytes(of: &options) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(size)))
    }
    return options
  }

  /// A loss with the caller's numbers. They are checked before they are rounded to `Scalar`,
  /// because rounding can move a number into its range.
  private static func loss(
    _ positiveWeight: Double, smoothing: Double, threads: Int?, name: UnsafePointer<CChar>?
  ) throws(CallError) -> WeightedCrossEntropyLoss<Scalar> {
    let nearest = Scalar(positiveWeight)
    guard positiveWeight >= 0 && nearest.isFinite else {
      let bits = MemoryLayout<Scalar>.size * 8
      let hint =
        positiveWeight.isFinite && !nearest.isFinite ? ", which is infinite in \(bits) bits" : ""
      throw CallError(
        .invalidPositiveWeight(value: "\(positiveWeight)\(hint)", index: nil), name: name)
    }
    guard smoothing >= 0 && smoothing <= 1 else {
      throw CallError(.invalidLabelSmoothing("\(smoothing)"), name: name)
    }
    return try CallError.converting(named: name) { () throws(LossError) in
      try WeightedCrossEntropyLoss(
        positiveWeight: .uniform(nearest), labelSmoothing: Scalar(smoothing), threads: threads)
    }
  }

  /// Checks that the shape, if there is one, holds `count` elements.
  private static func check(_ options: wce_options, count: Int) throws(CallError) {
    guard let shape = options.shape else {
      guard options.rank == 0 else {
        throw CallError(WCE_ERROR_NULL_POINTER, "shape is null and rank is \(options.rank)")
      }
      return
    }
    guard options.rank >= 0 && options.rank <= WCE_MAXIMUM_RANK else {
      throw CallError(
        WCE_ERROR_SIZE, "rank must lie in [0, \(WCE_MAXIMUM_RANK)], received \(options.rank)")
    }
    try CallBuffer.checkAlignment(of: shape, for: Int64.self, named: "shape")
    let lengths = UnsafeBufferPointer(start: shape, count: Int(options.rank))
    guard Shape.count(lengths) == count else {
      throw CallError(
        WCE_ERROR_SIZE,
        "the shape \(Shape.description(lengths.map { Int(clamping: $0) })) does not hold "
          + "\(count) elements"
      )
    }
  }

  /// The class weights, one for each class along the axis.
  private static func classes(
    _ weights: UnsafeRawPointer, _ options: wce_options, count: Int, name: UnsafePointer<CChar>?,
    _ runtime: CUDARuntime?
  ) throws(CallError) -> ClassLayout<Scalar> {
    let run = try CallError.converting(named: name) { () throws(LossError) in
      try Shape.classRun(
        axis: Int(clamping: options.axis), rank: options.shape == nil ? 1 : Int(options.rank),
        classes: Int(clamping: options.class_count),
        operation: WeightedCrossEntropyLoss<Scalar>.defaultName
      ) { axis in options.shape.map { Int(clamping: $0[axis]) } ?? count }
    }
    let classCount = try CallBuffer.count(
      options.class_count, of: Scalar.self, named: "class_count")
    let start = weights.assumingMemoryBound(to: Scalar.self)
    try CallBuffer.check(start, count: classCount, named: "class_weights")
    let buffer = UnsafeBufferPointer(start: start, count: classCount)
    let isOnHost = runtime?.device(of: UInt64(UInt(bitPattern: weights))) == nil
    if isOnHost, let problem = PositiveWeight.invalid(among: buffer) {
      throw CallError(problem, name: name)
    }
    return ClassLayout(weights: buffer, run: run)
  }
}
