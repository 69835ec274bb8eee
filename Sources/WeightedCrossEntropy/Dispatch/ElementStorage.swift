// SPDX-License-Identifier: Apache-2.0
package import _LossKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the elements of a call are stored in memory.
package protocol ElementStorage: Sendable {
  /// An element in memory.
  associatedtype Element: BitwiseCopyable
  /// The type of the arithmetic.
  associatedtype Scalar: LossScalar
  /// Memory for a block of elements in the type of the arithmetic.
  associatedtype Scratch

  /// Passes `body` memory for blocks of at most `capacity` elements.
  func withScratch<Result>(capacity: Int, _ body: (Scratch) -> Result) -> Result
  /// Runs `body` on the inputs in the type of the arithmetic, then stores what it wrote.
  func withKernelArguments<Result>(
    _ arguments: CallArguments<Element, Scalar>, _ kernels: KernelTable<Scalar>,
    _ scratch: Scratch, _ body: (KernelArguments<Scalar>) -> Result
  ) -> Result
  /// The element weights in the type of the arithmetic.
  func weights(
    _ arguments: CallArguments<Element, Scalar>, _ kernels: KernelTable<Scalar>, _ scratch: Scratch
  ) -> UnsafePointer<Scalar>?
  /// The element nearest to a number.
  func element(rounding number: Double) -> Element
}

/// Elements of the type of the arithmetic, which the kernels access in the caller's memory.
package struct InPlaceStorage<Scalar: LossScalar>: ElementStorage {
  package typealias Element = Scalar
  package typealias Scratch = Void

  @inlinable @inline(__always)
  package init() {}

  @inline(__always)
  package func withScratch<Result>(capacity: Int, _ body: (Scratch) -> Result) -> Result {
    body(())
  }

  @inline(__always)
  package func withKernelArguments<Result>(
    _ arguments: KernelArguments<Scalar>, _ kernels: KernelTable<Scalar>, _ scratch: Scratch,
    _ body: (KernelArguments<Scalar>) -> Result
  ) -> Result { body(arguments) }

  @inline(__always)
  package func weights(
    _ arguments: KernelArguments<Scalar>, _ kernels: KernelTable<Scalar>, _ scratch: Scratch
  ) -> UnsafePointer<Scalar>? { arguments.weights }

  @inline(__always)
  package func element(rounding number: Double) -> Scalar { Scalar(number) }
}

/// Elements of a 16-bit format. A block is converted to Float in memory that stays in the cache.
package enum HalfStorage: ElementStorage {
  case binary16, bfloat16

  package typealias Element = UInt16
  package typealias Scalar = Float

  /// A buffer for each input and output.
  package struct Scratch {
    fileprivate let logits, targets, weights, output, losses: UnsafeMutablePointer<Float>
  }

  private func conversion(_ kernels: KernelTable<Float>) -> HalfConversion {
    switch self {
    case .binary16: kernels.binary16
    case .bfloat16: kernels.bfloat16
    }
  }

  package func withScratch<Result>(capacity: Int, _ body: (Scratch) -> Result) -> Result {
    // At least one element, so that there is an address.
    let length = max(capacity, 1)
    func withPair(_ body: (_ first: UnsafeMutablePointer<Float>) -> Result) -> Result {
      BlockScratch.with(capacity: 2 * length) { body($0.baseAddress.unsafelyUnwrapped) }
    }
    return withPair { inputs in
      withPair { outputs in
        withPair { weights in
          body(
            Scratch(
              logits: inputs, targets: inputs + length, weights: weights, output: outputs,
              losses: outputs + length))
        }
      }
    }
  }

  package func withKernelArguments<Result>(
    _ arguments: CallArguments<UInt16, Float>, _ kernels: KernelTable<Float>, _ scratch: Scratch,
    _ body: (KernelArguments<Float>) -> Result
  ) -> Result {
    let (conversion, count) = (conversion(kernels), arguments.count)
    conversion.read(arguments.logits, count, scratch.logits)
    conversion.read(arguments.targets, count, scratch.targets)
    let result = body(
      KernelArguments(
        logits: scratch.logits, targets: scratch.targets,
        positiveWeights: arguments.positiveWeights, weights: weights(arguments, kernels, scratch),
        output: arguments.output.map { _ in scratch.output },
        losses: arguments.losses.map { _ in scratch.losses }, count: count,
        positiveWeight: arguments.positiveWeight, targetScale: arguments.targetScale,
        targetOffset: arguments.targetOffset, divisor: arguments.divisor))
    func store(_ source: UnsafeMutablePointer<Float>, _ destination: UnsafeMutablePointer<UInt16>?)
    {
      guard let destination, conversion.write(source, count, destination) else { return }
      feraiseexcept(FE_OVERFLOW)
    }
    store(scratch.output, arguments.output)
    store(scratch.losses, arguments.losses)
    return result
  }

  package func weights(
    _ arguments: CallArguments<UInt16, Float>, _ kernels: KernelTable<Float>, _ scratch: Scratch
  ) -> UnsafePointer<Float>? {
    guard let weights = arguments.weights else { return nil }
    conversion(kernels).read(weights, arguments.count, scratch.weights)
    return UnsafePointer(scratch.weights)
  }

  package func element(rounding number: Double) -> UInt16 {
    let (bits, infinity): (UInt16, UInt16) =
      switch self {
      case .binary16: (Binary16.bits(rounding: number), 0x7C00)
      case .bfloat16: (BFloat16Format.bits(rounding: number), 0x7F80)
      }
    if bits & 0x7FFF == infinity && number.isFinite { feraiseexcept(FE_OVERFLOW) }
    return bits
  }
}
