// SPDX-License-Identifier: Apache-2.0
package import WeightedCrossEntropy
package import _LossKernelsCUDA
import _LossKernels

/// A checked call on a GPU: the addresses and the options. Every public call, in Swift and in C,
/// uses it.
package struct CUDACall<Scalar: DeviceScalar> {
  /// A buffer of `count` elements, with its name in errors.
  package struct Buffer {
    var name: StaticString
    var address: UInt64
    var byteCount: Int

    package init(_ name: StaticString, _ address: UInt64, byteCount: Int) {
      (self.name, self.address, self.byteCount) = (name, address, byteCount)
    }
  }

  /// Class weights on the GPU, or on the host, from where they are copied.
  package enum Classes {
    case onDevice(UInt64, count: Int, run: Int)
    case onHost([Scalar], run: Int)
  }

  package var storage: GPUStorageType
  package var loss: WeightedCrossEntropyLoss<Scalar>
  package var count: Int
  package var logits, targets: UInt64
  package var weights: UInt64?
  package var classes: Classes?
  package var firstIndex = 0
  package var stream: UnsafeMutableRawPointer?

  package init(
    _ storage: GPUStorageType, _ loss: WeightedCrossEntropyLoss<Scalar>, count: Int,
    logits: UInt64, targets: UInt64, weights: UInt64?, stream: UnsafeMutableRawPointer?
  ) {
    (self.storage, self.loss, self.count, self.stream) = (storage, loss, count, stream)
    (self.logits, self.targets, self.weights) = (logits, targets, weights)
  }

  /// Where the results are written.
  package struct Outputs {
    /// The result of an elementwise quantity, or the gradient.
    package var output: UInt64?
    package var losses: UInt64?
    /// The reduced loss: one element.
    package var value: UInt64?

    package init(output: UInt64? = nil, losses: UInt64? = nil, value: UInt64? = nil) {
      (self.output, self.losses, self.value) = (output, losses, value)
    }
  }

  /// Queues the kernels of a quantity. Without an error all of them are queued; with one, the
  /// outputs are unspecified.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func perform(
    _ quantity: GPUQuantity, of reduction: LossReduction?, _ outputs: Outputs,
    in runtime: CUDARuntime? = nil
  ) throws(CUDAError) {
    try checkReduction(reduction)
    // The number of groups, of at least 512 elements each, must fit 32 bits.
    guard count <= 1 << 40 else { throw CUDAError(.tooManyElements(count)) }
    let size = count * storage.byteCount
    // The outputs come first.
    var buffers: [Buffer] = []
    buffers.reserveCapacity(6)
    if let value = outputs.value {
      buffers.append(Buffer("value", value, byteCount: storage.byteCount))
    }
    if let output = outputs.output {
      let name: StaticString =
        outputs.value == nil && outputs.losses == nil ? "the output" : "gradient"
      buffers.append(Buffer(name, output, byteCount: size))
    }
    if let losses = outputs.losses {
      buffers.append(Buffer("losses", losses, byteCount: size))
    }
    let outputCount = buffers.count
    buffers.append(Buffer("logits", logits, byteCount: size))
    buffers.append(Buffer("targets", targets, byteCount: size))
    if let weights { buffers.append(Buffer("weights", weights, byteCount: size)) }
    try checkOverlap(buffers, outputCount: outputCount, losses: outputs.losses)
    // Without elements an elementwise call does nothing.
    if count == 0 && outputs.value == nil { return }
    let runtime = if let runtime { runtime } else { try CUDARuntime.shared.get() }
    var device: Int?
    for buffer in buffers where buffer.byteCount > 0 { try check(buffer, in: runtime, &device) }
    if case .onDevice(let address, let count, _) = classes, count > 0 {
      try check(
        Buffer(
          "class_weights", address, byteCount: count * MemoryLayout<Scalar>.stride), in: runtime,
        &device, alignment: MemoryLayout<Scalar>.alignment)
    }
    guard let device else { return }
    try runtime.with(device: device) { (session) throws(CUDAError) in
      // The sum of a block may be computed again from the inputs, so the gradient must not have
      // replaced one.
      let isInPlace = buffers[outputCount...].contains { $0.address == outputs.output }
      if quantity == .lossSumWithGradient && isInPlace && count > 0 {
        try launch(.lossSum, of: reduction, Outputs(value: outputs.value), session)
        try launch(.gradient, of: reduction, Outputs(output: outputs.output), session)
      } else {
        try launch(quantity, of: reduction, outputs, session)
      }
    }
  }

  private func launch(
    _ quantity: GPUQuantity, of reduction: LossReduction?, _ outputs: Outputs,
    _ session: CUDARuntime.Session
  ) throws(CUDAError) {
    var arguments = GPUArguments<Scalar>(
      count: count, denominator: reduction == .mean ? Double(count) : 1)
    func pointer(_ address: UInt64?) -> UnsafeMutableRawPointer? {
      address.flatMap { UnsafeMutableRawPointer(bitPattern: UInt($0)) }
    }
    arguments.logits = UnsafeRawPointer(pointer(logits))
    arguments.targets = UnsafeRawPointer(pointer(targets))
    arguments.weights = UnsafeRawPointer(pointer(weights))
    arguments.output = pointer(outputs.output)
    arguments.losses = pointer(outputs.losses)
    arguments.result = pointer(outputs.value)
    arguments.positiveWeight = loss.kernelConstants.positiveWeight
    arguments.targetScale = loss.kernelConstants.targetScale
    arguments.targetOffset = loss.kernelConstants.targetOffset
    var call = GPUCall(storage, arguments, dividesByWeights: reduction == .weightedMean)
    let sums = call.workspaceByteCount(quantity)
    var hostClasses: [Scalar] = []
    if case .onHost(let weights, _) = classes { hostClasses = weights }
    let classBytes = hostClasses.count * MemoryLayout<Scalar>.stride
    try session.withWorkspace(byteCount: sums + classBytes, on: stream) {
      (workspace) throws(CUDAError) in
      switch classes {
      case .onHost(_, let run):
        // A graph would copy the weights whenever it is launched, from memory that is gone.
        var isCapturing: Int32 = 0
        try session.driver.check(
          session.driver.streamIsCapturing(stream, &isCapturing), "cuStreamIsCapturing")
        guard isCapturing == 0 else { throw CUDAError(.capturedClassWeights) }
        let address = workspace + UInt64(sums)
        try hostClasses.withUnsafeBufferPointer { (weights) throws(CUDAError) in
          guard let start = weights.baseAddress else { return }
          try session.driver.check(
            session.driver.copyToDevice(address, start, classBytes, stream), "cuMemcpyHtoDAsync")
        }
        call.arguments.classes = GPUClasses(
          weights: pointer(address), run: run, count: hostClasses.count, firstIndex: firstIndex)
      case .onDevice(let address, let count, let run):
        call.arguments.classes = GPUClasses(
          weights: pointer(address), run: run, count: count, firstIndex: firstIndex)
      case nil: break
      }
      try call.perform(quantity, workspace: pointer(workspace)) {
        (start, byteCount) throws(CUDAError) in
        let address = UInt64(UInt(bitPattern: start))
        try session.driver.check(
          session.driver.clear(address, 0, byteCount, stream), "cuMemsetD8Async")
      } launch: { (kernel, arguments) throws(CUDAError) in
        try session.launch(kernel, arguments, on: stream)
      }
    }
  }

  /// The errors of a reduction that do not depend on values on the GPU.
  private func checkReduction(_ reduction: LossReduction?) throws(CUDAError) {
    if reduction == .weightedMean && weights == nil {
      throw CUDAError(.loss(LossError(loss.name, .missingWeights)))
    }
    if count == 0 && (reduction == .mean || reduction == .weightedMean) {
      throw CUDAError(.loss(LossError(loss.name, .emptyMean)))
    }
  }

  /// Checks that a buffer is aligned memory of the GPU of the call, which is that of the first.
  private func check(
    _ buffer: Buffer, in runtime: CUDARuntime, _ device: inout Int?, alignment: Int? = nil
  ) throws(CUDAError) {
    guard buffer.address != 0 else {
      throw CUDAError(.nullPointer(buffer: buffer.name.description))
    }
    let alignment = alignment ?? storage.byteCount
    guard buffer.address % UInt64(alignment) == 0 else {
      throw CUDAError(.unaligned(buffer: buffer.name.description, alignment: alignment))
    }
    guard let found = runtime.device(of: buffer.address) else {
      throw CUDAError(.notOnDevice(buffer: buffer.name.description))
    }
    if let device, device != found {
      throw CUDAError(
        .otherDevice(buffer: buffer.name.description, device: found, expected: device))
    }
    device = found
  }

  /// Checks that outputs, the first of the buffers, overlap nothing. The output of an elementwise
  /// quantity or a gradient may be the buffer of an input.
  private func checkOverlap(
    _ buffers: [Buffer], outputCount: Int, losses: UInt64?
  ) throws(CUDAError) {
    func overlap(_ a: Buffer, _ b: Buffer) -> Bool {
      a.byteCount > 0 && b.byteCount > 0 && a.address < b.address &+ UInt64(b.byteCount)
        && b.address < a.address &+ UInt64(a.byteCount)
    }
    for index in 0..<outputCount {
      let output = buffers[index]
      for other in (index + 1)..<buffers.count where overlap(output, buffers[other]) {
        let isInPlace =
          other >= outputCount && output.address == buffers[other].address
          && output.byteCount == buffers[other].byteCount && output.address != losses
        if !isInPlace {
          throw CUDAError(.overlap(output.name.description, buffers[other].name.description))
        }
      }
      if case .onDevice(let address, let count, _) = classes {
        let weights = Buffer(
          "class_weights", address, byteCount: count * MemoryLayout<Scalar>.stride)
        if overlap(output, weights) {
          throw CUDAError(.overlap(output.name.description, "class_weights"))
        }
      }
    }
  }
}
