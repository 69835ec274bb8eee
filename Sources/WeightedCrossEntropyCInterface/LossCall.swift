import WeightedCrossEntropy

/// The arguments that every function has, checked, and what the functions do with them.
///
/// It passes addresses on as they are, without `Span`: C may ask for results in place of an input, which no exclusive
/// span can say.
struct LossCall<Scalar: LossScalar> {
  private let loss: WeightedCrossEntropyLoss<Scalar>
  private let name: UnsafePointer<CChar>?
  private let shape: [Int]?
  private let inputs: LossInputs<Scalar>

  init(
    _ count: Int64, _ logits: UnsafePointer<Scalar>?, _ targets: UnsafePointer<Scalar>?,
    _ weights: UnsafePointer<Scalar>?, _ options: UnsafePointer<wce_options>?
  ) throws(CallError) {
    let count = try CallBuffer.count(count, of: Scalar.self, named: "count")
    try CallBuffer.check(logits, count: count, named: "logits")
    try CallBuffer.check(targets, count: count, named: "targets")
    if let weights { try CallBuffer.check(weights, count: count, named: "weights") }
    let read = try CallOptions<Scalar>(options, count: count)
    (loss, name, shape) = (read.loss, read.name, read.shape)
    inputs = LossInputs(
      logits: logits ?? LossInputs.nowhere, targets: targets ?? LossInputs.nowhere, weights: weights,
      count: count)
  }

  /// Writes a quantity of each element.
  func evaluate(
    _ quantity: ElementwiseQuantity, of reduction: wce_reduction, into output: UnsafeMutablePointer<Scalar>?
  ) throws(CallError) {
    let reduction = try Self.reduction(reduction)
    let output = try self.output(output, named: "the output")
    try CallError.converting(named: name) { () throws(LossError) in
      try loss.evaluate(quantity, of: reduction, inputs, shape: shape, into: output)
    }
  }

  /// Writes each element's loss and derivative.
  func evaluateLossWithGradient(
    losses: UnsafeMutablePointer<Scalar>?, gradient: UnsafeMutablePointer<Scalar>?
  ) throws(CallError) {
    let gradient = try output(gradient, named: "gradient")
    let losses = try output(losses, named: "losses", inPlace: false)
    guard !CallBuffer.overlap(losses, gradient) else {
      throw CallError(WCE_ERROR_OVERLAP, "losses and gradient overlap")
    }
    try CallError.converting(named: name) { () throws(LossError) in
      try loss.evaluateLossWithGradient(inputs, shape: shape, losses: losses, gradient: gradient)
    }
  }

  /// Writes the reduced loss and, where there is a `gradient`, its derivative in each logit.
  func reduce(
    _ reduction: wce_reduction, into value: UnsafeMutablePointer<Scalar>?,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(CallError) {
    guard let reduction = try Self.reduction(reduction) else {
      throw CallError(WCE_ERROR_ARGUMENT, "WCE_REDUCTION_NONE does not give one number")
    }
    guard let value else { throw CallError(WCE_ERROR_NULL_POINTER, "value is null") }
    try CallBuffer.check(value, count: 1, named: "value")
    guard let gradient else {
      value.pointee = try CallError.converting(named: name) { () throws(LossError) in
        try loss.reduce(reduction, inputs, shape: shape)
      }
      return
    }
    let output = try output(gradient, named: "gradient")
    guard !CallBuffer.overlap(UnsafeMutableBufferPointer(start: value, count: 1), output) else {
      throw CallError(WCE_ERROR_OVERLAP, "value lies in gradient")
    }
    value.pointee = try CallError.converting(named: name) { () throws(LossError) in
      guard isInput(gradient) else {
        return try loss.reduce(reduction, inputs, shape: shape, gradient: output)
      }
      // A block whose sum overflows is summed again from its inputs, which a gradient in their place would have replaced.
      let sum = try loss.reduce(reduction, inputs, shape: shape)
      try loss.evaluate(.gradient, of: reduction, inputs, shape: shape, into: output)
      return sum
    }
  }

  /// An output's buffer, checked: it shares memory with no input unless it is at the input's address and may be.
  private func output(
    _ start: UnsafeMutablePointer<Scalar>?, named name: StaticString, inPlace: Bool = true
  ) throws(CallError) -> UnsafeMutableBufferPointer<Scalar> {
    try CallBuffer.check(start, count: inputs.count, named: name)
    let output = UnsafeMutableBufferPointer(start: start, count: inputs.count)
    try checkOverlap(output, named: name, with: inputs.logits, named: "logits", inPlace)
    try checkOverlap(output, named: name, with: inputs.targets, named: "targets", inPlace)
    if let weights = inputs.weights {
      try checkOverlap(output, named: name, with: weights, named: "weights", inPlace)
    }
    return output
  }

  private func checkOverlap(
    _ output: UnsafeMutableBufferPointer<Scalar>, named name: StaticString,
    with input: UnsafePointer<Scalar>, named inputName: StaticString, _ inPlace: Bool
  ) throws(CallError) {
    let input = UnsafeMutableBufferPointer(start: UnsafeMutablePointer(mutating: input), count: inputs.count)
    if inPlace && output.baseAddress == input.baseAddress { return }
    guard !CallBuffer.overlap(output, input) else {
      throw CallError(
        WCE_ERROR_OVERLAP,
        "\(name) and \(inputName) overlap" + (inPlace ? " and are not at the same address" : ""))
    }
  }

  private func isInput(_ output: UnsafeMutablePointer<Scalar>) -> Bool {
    let output = UnsafePointer(output)
    return output == inputs.logits || output == inputs.targets || output == inputs.weights
  }

  /// nil for no reduction.
  private static func reduction(_ reduction: wce_reduction) throws(CallError) -> LossReduction? {
    switch reduction {
    case WCE_REDUCTION_NONE: nil
    case WCE_REDUCTION_SUM: .sum
    case WCE_REDUCTION_MEAN: .mean
    case WCE_REDUCTION_WEIGHTED_MEAN: .weightedMean
    default: throw CallError(WCE_ERROR_ARGUMENT, "there is no reduction \(reduction.rawValue)")
    }
  }
}
