// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// The checked arguments of a call from C.
///
/// It holds addresses, not spans, because an output may be the buffer of an input. It cannot be
/// copied, because copies take a good part of the time of a short call.
struct LossCall<Storage: ElementStorage>: ~Copyable {
  typealias Element = Storage.Element
  typealias Scalar = Storage.Scalar

  private let options: CallOptions<Scalar>
  private let inputs: LossInputs<Storage>

  init(
    _ storage: Storage, _ count: Int64, _ logits: UnsafePointer<Element>?,
    _ targets: UnsafePointer<Element>?, _ weights: UnsafePointer<Element>?,
    _ options: UnsafePointer<wce_options>?
  ) throws(CallError) {
    let count = try CallBuffer.count(count, of: Element.self, named: "count")
    try CallBuffer.check(logits, count: count, named: "logits")
    try CallBuffer.check(targets, count: count, named: "targets")
    if let weights { try CallBuffer.check(weights, count: count, named: "weights") }
    self.options = try CallOptions(options, count: count)
    inputs = LossInputs(
      storage, logits: logits, targets: targets, weights: weights, count: count,
      classes: self.options.classes)
  }

  /// Writes a quantity of each element.
  func evaluate(
    _ quantity: ElementwiseQuantity, of reduction: wce_reduction,
    into output: UnsafeMutablePointer<Element>?
  ) throws(CallError) {
    let reduction = try LossReduction.named(reduction)
    let output = try self.output(output, named: "the output")
    try CallError.converting(named: options.name) { () throws(LossError) in
      try options.loss.evaluate(quantity, of: reduction, inputs, into: output)
    }
  }

  /// Writes the loss of each element and its derivative in the logit.
  func evaluateLossWithGradient(
    losses: UnsafeMutablePointer<Element>?, gradient: UnsafeMutablePointer<Element>?
  ) throws(CallError) {
    let gradient = try output(gradient, named: "gradient")
    let losses = try output(losses, named: "losses", inPlace: false)
    guard !CallBuffer.overlap(.init(losses), .init(gradient)) else {
      throw CallError(WCE_ERROR_OVERLAP, "losses and gradient overlap")
    }
    try CallError.converting(named: options.name) { () throws(LossError) in
      try options.loss.evaluateLossWithGradient(inputs, losses: losses, gradient: gradient)
    }
  }

  /// Writes the reduced loss.
  func reduce(
    _ reduction: wce_reduction, into value: UnsafeMutablePointer<Element>?
  ) throws(CallError) {
    let (reduction, value) = try checked(reduction, value)
    value.pointee = try CallError.converting(named: options.name) { () throws(LossError) in
      try options.loss.reduce(reduction, inputs)
    }
  }

  /// Writes the reduced loss and its derivative in each logit.
  func reduce(
    _ reduction: wce_reduction, into value: UnsafeMutablePointer<Element>?,
    gradient: UnsafeMutablePointer<Element>?
  ) throws(CallError) {
    let (reduction, value) = try checked(reduction, value)
    let output = try output(gradient, named: "gradient")
    let reduced = UnsafeBufferPointer(start: value, count: 1)
    guard !CallBuffer.overlap(.init(reduced), .init(output)) else {
      throw CallError(WCE_ERROR_OVERLAP, "value and gradient overlap")
    }
    value.pointee = try CallError.converting(named: options.name) { () throws(LossError) in
      guard isInput(output) else {
        return try options.loss.reduce(reduction, inputs, gradient: output)
      }
      // If the sum of a block overflows, it is computed again from the inputs, which the gradient
      // would have overwritten.
      let sum = try options.loss.reduce(reduction, inputs)
      try options.loss.evaluate(.gradient, of: reduction, inputs, into: output)
      return sum
    }
  }

  /// The reduction and the output of a reduced loss.
  private func checked(
    _ reduction: wce_reduction, _ value: UnsafeMutablePointer<Element>?
  ) throws(CallError) -> (LossReduction, UnsafeMutablePointer<Element>) {
    guard let reduction = try LossReduction.named(reduction) else { throw .reductionNone }
    guard let value else { throw CallError(WCE_ERROR_NULL_POINTER, "value is null") }
    try CallBuffer.check(value, count: 1, named: "value")
    try checkOverlap(.init(start: value, count: 1), named: "value", inPlace: true)
    return (reduction, value)
  }

  /// Checks an output.
  private func output(
    _ start: UnsafeMutablePointer<Element>?, named name: StaticString, inPlace: Bool = true
  ) throws(CallError) -> UnsafeMutableBufferPointer<Element> {
    try CallBuffer.check(start, count: inputs.count, named: name)
    let output = UnsafeMutableBufferPointer(start: start, count: inputs.count)
    try checkOverlap(UnsafeBufferPointer(output), named: name, inPlace: inPlace)
    return output
  }

  /// Checks that an output does not overlap an input.
  ///
  /// - Parameter inPlace: Whether the output may be the buffer of an input.
  private func checkOverlap(
    _ output: UnsafeBufferPointer<Element>, named name: StaticString, inPlace: Bool
  ) throws(CallError) {
    func check<Input>(
      _ start: UnsafePointer<Input>?, count: Int, named inputName: StaticString
    ) throws(CallError) {
      let output = UnsafeRawBufferPointer(output)
      let input = UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: count))
      if inPlace && output.baseAddress == input.baseAddress && output.count == input.count {
        return
      }
      guard CallBuffer.overlap(output, input) else { return }
      throw CallError(
        WCE_ERROR_OVERLAP,
        "\(name) and \(inputName) overlap" + (inPlace ? " and are not the same buffer" : ""))
    }
    try check(inputs.logits, count: inputs.count, named: "logits")
    try check(inputs.targets, count: inputs.count, named: "targets")
    try check(inputs.weights, count: inputs.weights == nil ? 0 : inputs.count, named: "weights")
    if let classes = inputs.classes?.weights {
      try check(classes.baseAddress, count: classes.count, named: "class_weights")
    }
  }

  private func isInput(_ output: UnsafeMutableBufferPointer<Element>) -> Bool {
    let start = UnsafePointer(output.baseAddress)
    return start == inputs.logits || start == inputs.targets || start == inputs.weights
      || UnsafeRawPointer(start) == UnsafeRawPointer(inputs.classes?.weights.baseAddress)
  }
}

extension LossReduction {
  /// The reduction of a call; nil is none.
  static func named(_ reduction: wce_reduction) throws(CallError) -> LossReduction? {
    switch reduction {
    case WCE_REDUCTION_NONE: nil
    case WCE_REDUCTION_SUM: .sum
    case WCE_REDUCTION_MEAN: .mean
    case WCE_REDUCTION_WEIGHTED_MEAN: .weightedMean
    default: throw CallError(WCE_ERROR_ARGUMENT, "unknown reduction \(reduction.rawValue)")
    }
  }
}
