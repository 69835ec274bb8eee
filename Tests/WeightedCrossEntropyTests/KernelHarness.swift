// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// The kernels of a table.
enum KernelName: CaseIterable, Sendable {
  case loss, gradient, secondDerivative, targetDerivative, positiveWeightDerivative
  case lossWithGradient, lossSum, lossSumWithGradient

  /// Runs the kernel. Returns the sum, if it computes one.
  func run<Scalar: KernelScalar>(
    _ table: KernelTable<Scalar>, _ arguments: KernelArguments<Scalar>, isGeneral: Bool
  ) -> PartialSum? {
    func elementwise(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>)
      -> PartialSum?
    {
      (isGeneral ? forms.general : forms.plain)(arguments)
      return nil
    }
    func summing(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) -> PartialSum? {
      (isGeneral ? forms.general : forms.plain)(arguments)
    }
    return switch self {
    case .loss: elementwise(table.loss)
    case .gradient: elementwise(table.gradient)
    case .secondDerivative: elementwise(table.secondDerivative)
    case .targetDerivative: elementwise(table.targetDerivative)
    case .positiveWeightDerivative: elementwise(table.positiveWeightDerivative)
    case .lossWithGradient: elementwise(table.lossWithGradient)
    case .lossSum: summing(table.lossSum)
    case .lossSumWithGradient: summing(table.lossSumWithGradient)
    }
  }

  /// Whether it writes a result for each element.
  var writesOutput: Bool { self != .lossSum }

  /// Whether it returns the sum of the losses.
  var sums: Bool { self == .lossSum || self == .lossSumWithGradient }
}

/// The optional inputs of the general form.
struct KernelOptions: OptionSet, CustomTestStringConvertible, CustomStringConvertible, Sendable {
  let rawValue: Int
  static let positiveWeights = KernelOptions(rawValue: 1)
  static let weights = KernelOptions(rawValue: 2)
  static let smoothing = KernelOptions(rawValue: 4)
  static let all = KernelOptions([.positiveWeights, .weights, .smoothing])
  static let everySubset = (0..<8).map(KernelOptions.init)

  var description: String {
    let names = [
      ("positive weights", Self.positiveWeights), ("weights", .weights), ("smoothing", .smoothing),
    ]
    return isEmpty ? "no options" : names.filter { contains($0.1) }.map(\.0).joined(separator: ", ")
  }
  var testDescription: String { description }
}

extension PartialSum {
  /// Whether the error of this sum of non-negative terms is within the documented bound of
  /// `WideSum` or `CompensatedSum`.
  func isClose<Scalar: LossScalar>(to exact: ExactSum, ofTermsOf _: Scalar.Type) -> Bool {
    var difference = exact
    difference.add(-high)
    difference.add(-low)
    let bound = Scalar.significandBitCount < 30 ? 0x1p-44 : 0x1p-87
    return !isScaled && difference.value.magnitude <= bound * exact.value
  }
}

/// The results of a kernel. Buffers that it does not write keep the blank value.
struct KernelResult<Scalar: LossScalar>: CustomTestStringConvertible {
  var output, losses: [Scalar]
  var sum: PartialSum?

  var testDescription: String { "\(output.prefix(3))…, \(losses.prefix(3))…, \(sum as Any)" }

  /// Whether two results have the same bits. All NaNs are considered equal.
  func isSame(as other: Self) -> Bool {
    func parts(_ sum: PartialSum?) -> [Double] {
      sum.map { [$0.high, $0.low, $0.isScaled ? 1 : 0] } ?? []
    }
    return areSame(output, other.output) && areSame(losses, other.losses)
      && areSame(parts(sum), parts(other.sum))
  }
}

/// Inputs of kernels: numbers of all magnitudes, and some masked elements.
struct KernelSample<Scalar: LossScalar> {
  var logits, targets, positiveWeights, weights: [Scalar]

  /// Elements of which the first include infinities, NaN and other special numbers.
  init(count: Int, seed: UInt64) {
    self.init(ordinary: count, seed: seed)
    let specials: [Scalar] = [
      .infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude,
    ]
    for (index, special) in specials.enumerated() where 5 * index + 2 < count {
      logits[5 * index + 2] = special
    }
    if count > 3 { targets[3] = .nan }
  }

  /// Elements whose sums of losses fit a Double.
  init(summable count: Int, seed: UInt64) {
    self.init(ordinary: count, seed: seed)
    logits = logits.map { $0.magnitude < 1e30 ? $0 : $0 / .greatestFiniteMagnitude }
  }

  private init(ordinary count: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    logits = generator.logits(count)
    targets = generator.targets(count)
    positiveWeights = generator.uniform(count, in: 0...10)
    weights = generator.weights(count)
  }

  /// Both kinds of samples.
  static func both(count: Int, seed: UInt64) -> [KernelSample] {
    [KernelSample(count: count, seed: seed), KernelSample(summable: count, seed: seed)]
  }

  /// The arguments of a kernel for buffers and options.
  static func arguments(
    logits: UnsafeMutablePointer<Scalar>, targets: UnsafeMutablePointer<Scalar>,
    positiveWeights: UnsafeMutablePointer<Scalar>, weights: UnsafeMutablePointer<Scalar>,
    output: UnsafeMutablePointer<Scalar>?, losses: UnsafeMutablePointer<Scalar>?, count: Int,
    options: KernelOptions, positiveWeight: Scalar = 3, divisor: Scalar = 7
  ) -> KernelArguments<Scalar> {
    let isSmoothed = options.contains(.smoothing)
    return KernelArguments(
      logits: logits, targets: targets,
      positiveWeights: options.contains(.positiveWeights) ? UnsafePointer(positiveWeights) : nil,
      weights: options.contains(.weights) ? UnsafePointer(weights) : nil, output: output,
      losses: losses, count: count, positiveWeight: positiveWeight,
      targetScale: isSmoothed ? 0.75 : 1, targetOffset: isSmoothed ? 0.125 : 0, divisor: divisor)
  }

  /// The results of a kernel for a range of the elements, copied into separate buffers.
  func output(
    _ kernel: KernelName, _ table: KernelTable<Scalar>, _ range: Range<Int>,
    _ options: KernelOptions, isGeneral: Bool = true, positiveWeight: Scalar = 3,
    divisor: Scalar = 7
  ) -> KernelResult<Scalar> {
    let count = range.count
    var buffer: [Scalar] = []
    for input in [logits, targets, positiveWeights, weights] { buffer += input[range] }
    buffer += blankArray(count: 2 * count)
    let sum = buffer.withUnsafeMutableBufferPointer { buffer in
      let base = buffer.baseAddress!
      let arguments = Self.arguments(
        logits: base, targets: base + count, positiveWeights: base + 2 * count,
        weights: base + 3 * count, output: kernel.writesOutput ? base + 4 * count : nil,
        losses: kernel == .lossWithGradient ? base + 5 * count : nil, count: count,
        options: options, positiveWeight: positiveWeight, divisor: divisor)
      return kernel.run(table, arguments, isGeneral: isGeneral)
    }
    return KernelResult(
      output: Array(buffer[(4 * count)..<(5 * count)]), losses: Array(buffer[(5 * count)...]),
      sum: sum)
  }

  /// The results of a kernel for each element computed alone.
  func singles(_ kernel: KernelName, _ table: KernelTable<Scalar>, _ options: KernelOptions) -> (
    output: [Scalar], losses: [Scalar]
  ) {
    let parts = logits.indices.map { output(kernel, table, $0..<$0 + 1, options) }
    return (parts.map { $0.output[0] }, parts.map { $0.losses[0] })
  }
}
