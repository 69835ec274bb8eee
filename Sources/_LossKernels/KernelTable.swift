// SPDX-License-Identifier: Apache-2.0
/// The kernels of one instruction set for one element type. Dispatch, tests and benchmarks use this
/// list.
///
/// It is a class, so that a call copies one reference instead of one per kernel.
public final class KernelTable<Scalar: KernelScalar>: Sendable {
  /// A kernel that writes one number for each element.
  public struct Elementwise: Sendable {
    /// The closure takes an address, because one that takes the generic structure would be called
    /// through an allocated thunk.
    @usableFromInline let body: @Sendable (UnsafePointer<KernelArguments<Scalar>>) -> Void

    @inlinable @inline(__always)
    init(_ body: @escaping @Sendable (UnsafePointer<KernelArguments<Scalar>>) -> Void) {
      self.body = body
    }

    @inlinable @inline(__always)
    public func callAsFunction(_ arguments: KernelArguments<Scalar>) {
      withUnsafePointer(to: arguments) { body($0) }
    }
  }

  /// A kernel that sums a block of elements.
  public struct Summing: Sendable {
    @usableFromInline let body: @Sendable (UnsafePointer<KernelArguments<Scalar>>) -> PartialSum

    @inlinable @inline(__always)
    init(_ body: @escaping @Sendable (UnsafePointer<KernelArguments<Scalar>>) -> PartialSum) {
      self.body = body
    }

    @inlinable @inline(__always)
    public func callAsFunction(_ arguments: KernelArguments<Scalar>) -> PartialSum {
      withUnsafePointer(to: arguments) { body($0) }
    }
  }

  /// The two forms of a kernel.
  public struct Forms<Kernel: Sendable>: Sendable {
    /// See `PlainForm`.
    public let plain: Kernel
    /// See `GeneralForm`.
    public let general: Kernel

    @inlinable @inline(__always)
    public init(plain: Kernel, general: Kernel) {
      self.plain = plain
      self.general = general
    }
  }

  public let loss: Forms<Elementwise>
  public let gradient: Forms<Elementwise>
  public let secondDerivative: Forms<Elementwise>
  public let targetDerivative: Forms<Elementwise>
  public let positiveWeightDerivative: Forms<Elementwise>
  /// Losses and gradients in one pass.
  public let lossWithGradient: Forms<Elementwise>
  public let lossSum: Forms<Summing>
  public let lossSumWithGradient: Forms<Summing>
  /// The sum of a block of numbers.
  public let sum: @Sendable (UnsafePointer<Scalar>, Int) -> PartialSum
  /// The conversions of the 16-bit formats.
  public let binary16, bfloat16: HalfConversion

  @inlinable @inline(__always)
  init(
    loss: Forms<Elementwise>, gradient: Forms<Elementwise>, secondDerivative: Forms<Elementwise>,
    targetDerivative: Forms<Elementwise>, positiveWeightDerivative: Forms<Elementwise>,
    lossWithGradient: Forms<Elementwise>, lossSum: Forms<Summing>,
    lossSumWithGradient: Forms<Summing>,
    sum: @escaping @Sendable (UnsafePointer<Scalar>, Int) -> PartialSum,
    binary16: HalfConversion, bfloat16: HalfConversion
  ) {
    self.loss = loss
    self.gradient = gradient
    self.secondDerivative = secondDerivative
    self.targetDerivative = targetDerivative
    self.positiveWeightDerivative = positiveWeightDerivative
    self.lossWithGradient = lossWithGradient
    self.lossSum = lossSum
    self.lossSumWithGradient = lossSumWithGradient
    self.sum = sum
    self.binary16 = binary16
    self.bfloat16 = bfloat16
  }

  /// Creates the kernels for a vector type. The target of each instruction set calls this once, so
  /// the closures are compiled in that target, with its instructions.
  ///
  /// It is a convenience initializer because embedded Swift, which builds the arm64 kernels for
  /// their tests, does not allow generic designated initializers in classes.
  @inlinable @inline(__always)
  public convenience init<V: LaneVector>(_ vector: V.Type) where V.Scalar == Scalar {
    self.init(
      loss: Self.forms(V.self, LossOperation.self),
      gradient: Self.forms(V.self, GradientOperation.self),
      secondDerivative: Self.forms(V.self, SecondDerivativeOperation.self),
      targetDerivative: Self.forms(V.self, TargetDerivativeOperation.self),
      positiveWeightDerivative: Self.forms(V.self, PositiveWeightDerivativeOperation.self),
      lossWithGradient: Forms(
        plain: Elementwise { KernelLoop<V, PlainForm>.lossWithGradient($0.pointee) },
        general: Elementwise { KernelLoop<V, GeneralForm>.lossWithGradient($0.pointee) }),
      lossSum: Forms(
        plain: Summing { KernelLoop<V, PlainForm>.lossSum($0.pointee) },
        general: Summing { KernelLoop<V, GeneralForm>.lossSum($0.pointee) }),
      lossSumWithGradient: Forms(
        plain: Summing { KernelLoop<V, PlainForm>.lossSumWithGradient($0.pointee) },
        general: Summing { KernelLoop<V, GeneralForm>.lossSumWithGradient($0.pointee) }),
      sum: { KernelLoop<V, PlainForm>.sum($0, $1) },
      // Every instruction set with a fused multiply-add here has instructions for binary16.
      binary16: V.isFused
        ? HalfConversion(V.self, NativeBinary16.self) : HalfConversion(V.self, Binary16.self),
      bfloat16: HalfConversion(V.self, BFloat16Format.self))
  }

  @inlinable @inline(__always)
  static func forms<V: LaneVector, Operation: ElementOperation>(
    _ vector: V.Type, _ operation: Operation.Type
  ) -> Forms<Elementwise> where V.Scalar == Scalar {
    Forms(
      plain: Elementwise { KernelLoop<V, PlainForm>.elementwise(Operation.self, $0.pointee) },
      general: Elementwise { KernelLoop<V, GeneralForm>.elementwise(Operation.self, $0.pointee) })
  }
}
