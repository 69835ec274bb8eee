// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

extension GPUQuantity {
  /// Runs the kernel for one group. If the quantity is a constant, nothing else of the kernels
  /// remains in the caller.
  @inlinable @inline(__always)
  public func run<Form: KernelForm, Storage: GPUStorage>(
    _: Form.Type, _: Storage.Type, _ arguments: UnsafeRawPointer, _ group: some GPUGroup
  ) {
    typealias Elementwise = GPUElementwise<Storage, Form>
    typealias Sum = GPUSum<Storage, Form>
    let arguments = arguments.load(as: GPUArguments<Storage.Scalar>.self).located(by: group)
    switch self {
    case .loss: Elementwise.elementwise(LossOperation.self, arguments, group)
    case .gradient: Elementwise.elementwise(GradientOperation.self, arguments, group)
    case .secondDerivative:
      Elementwise.elementwise(SecondDerivativeOperation.self, arguments, group)
    case .targetDerivative:
      Elementwise.elementwise(TargetDerivativeOperation.self, arguments, group)
    case .positiveWeightDerivative:
      Elementwise.elementwise(PositiveWeightDerivativeOperation.self, arguments, group)
    case .lossWithGradient: Elementwise.lossWithGradient(arguments, group)
    case .lossSum: Sum.losses(arguments, group, writesGradient: false)
    case .lossSumWithGradient: Sum.losses(arguments, group, writesGradient: true)
    case .weightSum: Sum.weights(arguments, group)
    }
  }
}
