// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _HostGPU
import _LossKernels
import _LossKernelsCUDA
import _TestSupport

/// A type of elements whose arithmetic the CPU has.
protocol TestedStorage: GPUStorage where Scalar: LossScalar {}
extension Float32Storage: TestedStorage {}
extension Float64Storage: TestedStorage {}
extension Float16Storage: TestedStorage {}
extension BFloat16Storage: TestedStorage {}

/// The optional inputs of the general form.
struct GPUOptions: OptionSet, CustomTestStringConvertible, Sendable {
  let rawValue: Int
  static let classes = GPUOptions(rawValue: 1)
  static let weights = GPUOptions(rawValue: 2)
  static let smoothing = GPUOptions(rawValue: 4)
  static let everySubset = (0..<8).map(GPUOptions.init)

  var testDescription: String {
    let names = [("classes", Self.classes), ("weights", .weights), ("smoothing", .smoothing)]
    return isEmpty ? "plain" : names.filter { contains($0.1) }.map(\.0).joined(separator: ", ")
  }
}

/// Inputs in memory, and the results that the CPU computes from them.
struct GPUSample<Storage: TestedStorage> {
  typealias Scalar = Storage.Scalar
  /// Three classes along the middle axis of a tensor of shape [_, 3, 5], of which the sample is a
  /// part.
  static var run: Int { 5 }
  static var firstIndex: Int { 7 }
  var logits, targets, weights: [Storage.Bits]
  let classWeights: [Scalar] = [0.5, 3, 9]

  /// - Parameter isSummable: Whether the sum of the losses is finite. Otherwise some logits are
  ///   special numbers.
  init(count: Int, seed: UInt64, isSummable: Bool) {
    var generator = SeededGenerator(seed: seed)
    var numbers: [Scalar] = generator.logits(count)
    if isSummable {
      numbers = numbers.map { $0.magnitude < 1e4 ? $0 : $0 / .greatestFiniteMagnitude }
    } else {
      let specials: [Scalar] = [.infinity, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude]
      for (index, special) in specials.enumerated() where 7 * index + 2 < count {
        numbers[7 * index + 2] = special
      }
    }
    logits = numbers.map { Storage.bits($0) }
    targets = generator.targets(count, as: Scalar.self).map { Storage.bits($0) }
    weights = generator.weights(count, as: Scalar.self).map { Storage.bits($0) }
  }

  /// The results of a call. Outputs that it does not write are blank.
  struct Result {
    var output, losses: [Storage.Bits]
    var value: Storage.Bits?
  }

  /// An array for results that are not written.
  func blank(_ count: Int) -> [Storage.Bits] {
    [Storage.Bits](repeating: Storage.bits(-12345), count: count)
  }

  /// The results of the CPU, in `Scalar`, rounded to the type in memory.
  func onCPU(
    _ quantity: GPUQuantity, of reduction: LossReduction?, count: Int, _ options: GPUOptions,
    _ set: InstructionSet
  ) throws -> Result {
    let loss = try WeightedCrossEntropyLoss<Scalar>(
      positiveWeight: 3, labelSmoothing: options.contains(.smoothing) ? 0.25 : 0,
      instructionSet: set)
    var (output, losses) = ([Scalar](repeating: -12345, count: count), [Scalar]())
    losses = output
    var value: Scalar?
    func numbers(_ bits: [Storage.Bits]) -> [Scalar] {
      bits.prefix(count).map { Storage.number($0) }
    }
    let (x, z, w, q) = (numbers(logits), numbers(targets), numbers(weights), classWeights)
    try x.withUnsafeBufferPointer { x in
      try z.withUnsafeBufferPointer { z in
        try w.withUnsafeBufferPointer { w in
          try q.withUnsafeBufferPointer { q in
            let inputs = LossInputs(
              InPlaceStorage(), logits: x.baseAddress, targets: z.baseAddress,
              weights: options.contains(.weights) ? w.baseAddress : nil, count: count,
              classes: options.contains(.classes)
                ? ClassLayout(weights: q, run: Self.run, firstIndex: Self.firstIndex) : nil)
            try output.withUnsafeMutableBufferPointer { output in
              try losses.withUnsafeMutableBufferPointer { losses in
                switch quantity {
                case .lossWithGradient:
                  try loss.evaluateLossWithGradient(inputs, losses: losses, gradient: output)
                case .lossSum: value = try loss.reduce(reduction ?? .sum, inputs)
                case .lossSumWithGradient:
                  value = try loss.reduce(reduction ?? .sum, inputs, gradient: output)
                default:
                  try loss.evaluate(quantity.elementwise, of: reduction, inputs, into: output)
                }
              }
            }
          }
        }
      }
    }
    return Result(
      output: output.map { Storage.bits($0) }, losses: losses.map { Storage.bits($0) },
      value: value.map { Storage.bits($0) })
  }

  /// The results of the kernels of the GPU, run on the host.
  ///
  /// - Parameters:
  ///   - offsets: By how many elements the logits, targets, weights, outputs and losses are beside
  ///     an address that is a multiple of 16 bytes.
  ///   - isInPlace: Whether the output is the buffer of the logits.
  func onGPU(
    _ quantity: GPUQuantity, of reduction: LossReduction?, count: Int, _ options: GPUOptions,
    offsets: [Int] = [0, 0, 0, 0, 0], isInPlace: Bool = false, isReversed: Bool = false
  ) -> Result {
    // Each buffer has blank elements before and after it.
    let room = 32
    var buffers = [logits, targets, weights, blank(count), blank(count)].enumerated().map {
      Memory<Storage.Bits>(
        blank(room / 2 + offsets[$0.offset]) + $0.element.prefix(count)
          + blank(room - offsets[$0.offset]))
    }
    if isInPlace { buffers[3] = buffers[0] }
    let addresses = buffers.enumerated().map { $0.element.address + room / 2 + offsets[$0.offset] }
    let classes = Memory(classWeights)
    let value = Memory(blank(1))
    var arguments = GPUArguments<Scalar>(
      count: count, denominator: reduction == .mean ? Double(count) : 1)
    arguments.positiveWeight = 3
    if options.contains(.smoothing) {
      (arguments.targetScale, arguments.targetOffset) = (0.75, 0.125)
    }
    arguments.logits = UnsafeRawPointer(addresses[0])
    arguments.targets = UnsafeRawPointer(addresses[1])
    if options.contains(.weights) { arguments.weights = UnsafeRawPointer(addresses[2]) }
    if options.contains(.classes) {
      arguments.classes = GPUClasses(
        weights: UnsafeRawPointer(classes.address), run: Self.run, count: 3,
        firstIndex: Self.firstIndex)
    }
    if quantity != .lossSum { arguments.output = UnsafeMutableRawPointer(addresses[3]) }
    if quantity == .lossWithGradient {
      arguments.losses = UnsafeMutableRawPointer(addresses[4])
    }
    if quantity.isSum { arguments.result = UnsafeMutableRawPointer(value.address) }
    let call = GPUCall(Storage.type, arguments, dividesByWeights: reduction == .weightedMean)
    let workspace = Memory([UInt8](repeating: 0xA5, count: call.workspaceByteCount(quantity)))
    call.perform(quantity, workspace: UnsafeMutableRawPointer(workspace.address)) {
      $0.initializeMemory(as: UInt8.self, repeating: 0, count: $1)
    } launch: { kernel, arguments in
      withUnsafePointer(to: arguments) {
        kernel.runOnHost(
          $0, groups: kernel.groupCount(arguments.count), isReversed: isReversed)
      }
    }
    for (index, buffer) in buffers.enumerated() {
      let (start, all) = (room / 2 + offsets[index], buffer.elements)
      #expect((all[..<start] + all[(start + count)...]).allSatisfy { $0 == blank(1)[0] })
    }
    func result(_ index: Int) -> [Storage.Bits] {
      Array(buffers[index].elements[(room / 2 + offsets[index])...].prefix(count))
    }
    return Result(
      output: result(3), losses: result(4), value: quantity.isSum ? value.elements[0] : nil)
  }
}

/// Elements at an address that is a multiple of 16 bytes.
final class Memory<Element: BitwiseCopyable> {
  let address: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    address = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 16
    ).initializeMemory(as: Element.self, from: elements, count: count)
  }

  deinit { address.deallocate() }

  var elements: [Element] { Array(UnsafeBufferPointer(start: address, count: count)) }
}

extension GPUQuantity {
  /// The quantity of the CPU.
  fileprivate var elementwise: ElementwiseQuantity {
    switch self {
    case .gradient: .gradient
    case .secondDerivative: .secondDerivative
    case .targetDerivative: .targetDerivative
    case .positiveWeightDerivative: .positiveWeightDerivative
    default: .loss
    }
  }
}

/// The instruction set with fused multiply-add of this processor; nil if it has none.
let fusedSet: InstructionSet? = {
  #if arch(arm64)
    .baseline
  #else
    InstructionSet.available.last { $0 != .baseline }
  #endif
}()

extension TestedStorage {
  /// The name of the type.
  static var type: GPUStorageType {
    switch self {
    case is Float32Storage.Type: .f32
    case is Float64Storage.Type: .f64
    case is Float16Storage.Type: .f16
    default: .bf16
    }
  }

  /// Whether two arrays hold the same bits; every NaN counts as the same.
  static func areSame(_ a: [Bits], _ b: [Bits]) -> Bool {
    _TestSupport.areSame(a.map { number($0) }, b.map { number($0) })
  }
}
