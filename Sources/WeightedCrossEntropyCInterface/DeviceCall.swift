// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA
import _LossKernelsCUDA

/// The arguments of a call from C on the memory of a GPU.
struct DeviceCall {
  let type: wce_cuda_type
  let count: Int64
  let logits, targets, weights: UnsafeRawPointer?
  let options: UnsafePointer<wce_options>?
  let stream: wce_cuda_stream?

  init(
    _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer?,
    _ targets: UnsafeRawPointer?, _ weights: UnsafeRawPointer?,
    _ options: UnsafePointer<wce_options>?, _ stream: wce_cuda_stream?
  ) {
    (self.type, self.count, self.logits, self.targets) = (type, count, logits, targets)
    (self.weights, self.options, self.stream) = (weights, options, stream)
  }

  /// Queues the kernels of a quantity of each element.
  func evaluate(
    _ quantity: GPUQuantity, of reduction: wce_reduction = WCE_REDUCTION_NONE,
    into output: UnsafeMutableRawPointer?, losses: UnsafeMutableRawPointer?? = nil
  ) throws(CallError) {
    try perform(
      quantity, of: LossReduction.named(reduction),
      output: Self.address(output), losses: losses.map(Self.address))
  }

  /// Queues the kernels of the reduced loss, and of its derivative in each logit if there is a
  /// gradient.
  func reduce(
    _ reduction: wce_reduction, into value: UnsafeMutableRawPointer?,
    gradient: UnsafeMutableRawPointer?? = nil
  ) throws(CallError) {
    guard let reduction = try LossReduction.named(reduction) else { throw .reductionNone }
    try perform(
      gradient == nil ? .lossSum : .lossSumWithGradient, of: reduction,
      output: gradient.map(Self.address), value: Self.address(value))
  }

  private static func address(_ pointer: UnsafeRawPointer?) -> UInt64 {
    UInt64(UInt(bitPattern: pointer))
  }

  private static func address(_ pointer: UnsafeMutableRawPointer?) -> UInt64 {
    address(UnsafeRawPointer(pointer))
  }

  private func perform(
    _ quantity: GPUQuantity, of reduction: LossReduction?, output: UInt64?, losses: UInt64? = nil,
    value: UInt64? = nil
  ) throws(CallError) {
    func perform<Scalar: DeviceScalar>(
      _: Scalar.Type, _ storage: GPUStorageType
    ) throws(CallError) {
      try self.perform(
        quantity, of: reduction, storage,
        CUDACall<Scalar>.Outputs(output: output, losses: losses, value: value))
    }
    switch type {
    case WCE_CUDA_F32: try perform(Float.self, .f32)
    case WCE_CUDA_F64: try perform(Double.self, .f64)
    case WCE_CUDA_F16: try perform(Float.self, .f16)
    case WCE_CUDA_BF16: try perform(Float.self, .bf16)
    default: throw CallError(WCE_ERROR_ARGUMENT, "unknown type \(type.rawValue)")
    }
  }

  private func perform<Scalar: DeviceScalar>(
    _ quantity: GPUQuantity, of reduction: LossReduction?, _ storage: GPUStorageType,
    _ outputs: CUDACall<Scalar>.Outputs
  ) throws(CallError) {
    let count = try CallBuffer.count(count, of: Scalar.self, named: "count")
    let runtime: CUDARuntime
    do throws(CUDAError) { runtime = try CUDARuntime.shared.get() } catch {
      throw CallError(error, name: nil)
    }
    let read = try CallOptions<Scalar>(options, count: count, on: runtime)
    var call = CUDACall(
      storage, read.loss, count: count, logits: Self.address(logits),
      targets: Self.address(targets), weights: weights.map(Self.address), stream: stream)
    if let classes = read.classes {
      let address = Self.address(UnsafeRawPointer(classes.weights.baseAddress))
      call.classes =
        runtime.device(of: address) == nil
        ? .onHost(Array(classes.weights), run: classes.run)
        : .onDevice(address, count: classes.weights.count, run: classes.run)
    }
    do throws(CUDAError) { try call.perform(quantity, of: reduction, outputs, in: runtime) } catch {
      throw CallError(error, name: read.name)
    }
  }
}
