// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA
import _LossKernelsCUDA
import _TestSupport

/// Calls on a GPU, with a driver that runs the kernels on the host: the results, the errors, and
/// what is asked of the driver. Without fused multiply-add the CPU has other bits.
@Suite(.serialized, .enabled(if: InstructionSet.available.last != .baseline))
struct CUDATests {
  init() { FakeDriver.load() }

  /// Inputs on the host and on a GPU.
  struct Inputs<Element: DeviceElement> {
    var numbers: [[Element.Scalar]]
    var buffers: [DeviceMemory<Element>]
    var output, losses, value: DeviceMemory<Element>

    init(
      count: Int, device: Int = 0, _ encode: (Element.Scalar) -> Element,
      _ decode: (Element) -> Element.Scalar
    ) throws {
      var generator = SeededGenerator(seed: 21)
      let rows: [[Element.Scalar]] = [
        generator.uniform(count, in: -20...20), generator.targets(count), generator.weights(count),
      ]
      let elements = rows.map { $0.map(encode) }
      numbers = elements.map { $0.map(decode) }
      buffers = try elements.map { try DeviceMemory(copying: $0, device: device) }
      output = try DeviceMemory(count: count, device: device)
      losses = try DeviceMemory(count: count, device: device)
      value = try DeviceMemory(count: 1, device: device)
    }

    var logits: DeviceBuffer<Element> { buffers[0].buffer }
    var targets: DeviceBuffer<Element> { buffers[1].buffer }
    var weights: DeviceBuffer<Element> { buffers[2].buffer }
  }

  private func check<Element: DeviceElement>(
    _: Element.Type, _ encode: @escaping (Element.Scalar) -> Element,
    _ decode: @escaping (Element) -> Element.Scalar
  ) throws {
    typealias Scalar = Element.Scalar
    // More than one block.
    let inputs = try Inputs<Element>(count: 4995, encode, decode)
    let shape = [333, 3, 5]
    func expect(_ memory: DeviceMemory<Element>, _ expected: [Scalar]) throws {
      let found = try memory.elements().map(decode)
      let rounded = expected.map { decode(encode($0)) }
      #expect(areSame(found, rounded), "\(differences(found, rounded))")
    }
    for positiveWeight: PositiveWeight<Scalar> in [3, .perClass([0.5, 3, 9], axis: 1)] {
      for weighted in [false, true] {
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: positiveWeight, labelSmoothing: weighted ? 0.25 : 0)
        let (x, z, w) = (
          inputs.numbers[0], inputs.numbers[1], weighted ? inputs.numbers[2] : nil
        )
        let weights = weighted ? inputs.weights : nil
        let output = inputs.output
        try loss(
          logits: inputs.logits, targets: inputs.targets, weights: weights, shape: shape,
          into: output.buffer)
        try expect(output, try loss(logits: x, targets: z, weights: w, shape: shape))
        for reduction in [LossReduction.sum, .mean] + (weighted ? [.weightedMean] : []) {
          try loss.gradient(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: output.buffer)
          try expect(
            output,
            try loss.gradient(of: reduction, logits: x, targets: z, weights: w, shape: shape))
          try loss.secondDerivative(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: output.buffer)
          try expect(
            output,
            try loss.secondDerivative(
              of: reduction, logits: x, targets: z, weights: w, shape: shape))
          try loss.targetDerivative(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: output.buffer)
          try expect(
            output,
            try loss.targetDerivative(
              of: reduction, logits: x, targets: z, weights: w, shape: shape))
          try loss.positiveWeightDerivative(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: output.buffer)
          try expect(
            output,
            try loss.positiveWeightDerivative(
              of: reduction, logits: x, targets: z, weights: w, shape: shape))
          try loss.value(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: inputs.value.buffer)
          let expected = try loss.valueWithGradient(
            of: reduction, logits: x, targets: z, weights: w, shape: shape)
          try expect(inputs.value, [expected.value])
          let other = try DeviceMemory<Element>(count: 1)
          try loss.valueWithGradient(
            of: reduction, logits: inputs.logits, targets: inputs.targets, weights: weights,
            shape: shape, into: other.buffer, gradient: output.buffer)
          try expect(other, [expected.value])
          try expect(output, expected.gradient)
        }
        try loss.lossWithGradient(
          logits: inputs.logits, targets: inputs.targets, weights: weights, shape: shape,
          losses: inputs.losses.buffer, gradient: output.buffer)
        try expect(inputs.losses, try loss(logits: x, targets: z, weights: w, shape: shape))
        try expect(output, try loss.gradient(logits: x, targets: z, weights: w, shape: shape))
      }
    }
  }

  @Test("Every call gives the bits of the CPU")
  func results() throws {
    try check(Float.self, { $0 }, { $0 })
    try check(Double.self, { $0 }, { $0 })
    try check(Float16.self, { Float16($0) }, { Float($0) })
    try check(BFloat16.self, { BFloat16($0) }, { Float($0) })
  }

  /// The most complete call: two sums, their trees, and a workspace.
  private func weightedMean(
    _ inputs: Inputs<Float>, _ loss: WeightedCrossEntropyLoss<Float>
  ) throws {
    try loss.valueWithGradient(
      of: .weightedMean, logits: inputs.logits, targets: inputs.targets, weights: inputs.weights,
      shape: [3, 1665], into: inputs.value.buffer, gradient: inputs.output.buffer)
  }

  private static func floats(count: Int = 4995, device: Int = 0) throws -> Inputs<Float> {
    try Inputs(count: count, device: device, { $0 }, { $0 })
  }

  @Test("Calls wait for nothing, on any GPU and from several threads")
  func queueing() async throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 2, 3], axis: 0))
    let inputs = try [Self.floats(), Self.floats(device: 1)]
    let expected = try loss.valueWithGradient(
      of: .weightedMean, logits: inputs[0].numbers[0], targets: inputs[0].numbers[1],
      weights: inputs[0].numbers[2], shape: [3, 1665])
    let counted = [
      "cuStreamSynchronize", "cuMemFree_v2", "cuDevicePrimaryCtxRetain", "cuMemAllocFromPoolAsync",
      "cuMemFreeAsync",
    ]
    let before = counted.map(FakeDriver.count)
    try await withThrowingTaskGroup { group in
      for number in 0..<8 {
        group.addTask {
          for _ in 0..<5 { try weightedMean(inputs[number % 2], loss) }
        }
      }
      try await group.waitForAll()
    }
    let calls = zip(counted, before).map { FakeDriver.count($0) - $1 }
    #expect(calls[0] == 0 && calls[1] == 0 && calls[2] <= 2 && calls[3] == 40 && calls[4] == 40)
    for inputs in inputs {
      #expect(try inputs.value.elements() == [expected.value])
      #expect(try areSame(inputs.output.elements(), expected.gradient))
    }
  }

  @Test("All work is on the caller's stream")
  func stream() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 2, 3], axis: 0))
    let inputs = try Self.floats()
    let handle = UnsafeMutableRawPointer(bitPattern: 77)
    FakeDriver.use(handle)
    defer { FakeDriver.use(nil) }
    try loss.valueWithGradient(
      of: .weightedMean, logits: inputs.logits, targets: inputs.targets, weights: inputs.weights,
      shape: [3, 1665], into: inputs.value.buffer, gradient: inputs.output.buffer,
      on: CUDAStream(handle))
    #expect(throws: CUDAError.self) { try weightedMean(inputs, loss) }
    #expect(try inputs.value.elements(on: CUDAStream(handle)).count == 1)
  }

  @Test("A graph captures class weights of the GPU, and not those of the host")
  func capture() throws {
    let inputs = try Self.floats(count: 9)
    FakeDriver.capture(true)
    defer { FakeDriver.capture(false) }
    let uniform = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3)
    try uniform(logits: inputs.logits, targets: inputs.targets, into: inputs.output.buffer)
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: .perClass([1, 2, 3], axis: 0))
    let error = #expect(throws: CUDAError.self) {
      try loss(
        logits: inputs.logits, targets: inputs.targets, shape: [3, 3], into: inputs.output.buffer)
    }
    #expect(error?.code == .invalidAddress)
    #expect(
      error.map { "\($0)" }
        == "class weights on the host cannot be captured in a graph; copy them to the GPU first")
  }

  @Test("A missing and an old driver have one clear error")
  func noDriver() {
    let missing = #expect(throws: CUDAError.self) { try CUDADriver(library: "no such library") }
    #expect(missing.map { "\($0)" } == "no CUDA driver: libcuda.so.1 not found")
    #expect(missing?.code == .noDriver)
    let old = #expect(throws: CUDAError.self) { try CUDADriver(library: "libc.so.6") }
    #expect(
      old.map { "\($0)" } == "the CUDA driver is too old: it has no cuInit; install 11.2 or later")
    #expect(old?.code == .noDriver)
  }

  @Test("A gradient may replace an input, also where the sum is computed from it again")
  func inPlace() throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3)
    // The weighted losses exceed the range of Float, their mean does not.
    let (x, w) = ([Float](repeating: 1e30, count: 5000), [Float](repeating: 1e20, count: 5000))
    let z = [Float](repeating: 0, count: 5000)
    let expected = try loss.valueWithGradient(of: .weightedMean, logits: x, targets: z, weights: w)
    let memory = try [x, z, w].map { try DeviceMemory(copying: $0) }
    let value = try DeviceMemory<Float>(count: 1)
    try loss.valueWithGradient(
      of: .weightedMean, logits: memory[0].buffer, targets: memory[1].buffer,
      weights: memory[2].buffer, into: value.buffer, gradient: memory[0].buffer)
    #expect(expected.value.isFinite)
    #expect(try value.elements() == [expected.value])
    #expect(try areSame(memory[0].elements(), expected.gradient))
  }

  @Test("Nothing is done for no elements, and their sum is 0")
  func noElements() throws {
    let inputs = try Self.floats(count: 0)
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3)
    let launches = FakeDriver.count("cuLaunchKernel")
    let none = DeviceBuffer<Float>(address: 0, count: 0)
    try loss(logits: none, targets: none, into: none)
    #expect(FakeDriver.count("cuLaunchKernel") == launches)
    try loss.value(of: .sum, logits: none, targets: none, into: inputs.value.buffer)
    #expect(try inputs.value.elements() == [0])
    #expect(throws: (any Error).self) {
      try loss.value(of: .mean, logits: none, targets: none, into: inputs.value.buffer)
    }
  }

  @Test(
    "An error of the driver is thrown with its name, and the next call succeeds",
    arguments: [
      ("cuInit", 1), ("cuDeviceGetCount", 1), ("cuDevicePrimaryCtxRetain", 1),
      ("cuCtxPushCurrent_v2", 1), ("cuModuleLoadDataEx", 2), ("cuModuleGetFunction", 2),
      ("cuMemPoolCreate", 1), ("cuMemPoolSetAttribute", 1), ("cuMemAllocFromPoolAsync", 1),
      ("cuStreamIsCapturing", 1), ("cuMemcpyHtoDAsync_v2", 1), ("cuMemsetD8Async", 1),
      ("cuLaunchKernel", 2),
      ("cuMemFreeAsync", 1),
    ])
  func driverErrors(_ function: String, calls: Int32) throws {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3)
    let inputs = try Self.floats()
    var call = CUDACall(
      .f32, loss, count: 4995, logits: inputs.logits.address, targets: inputs.targets.address,
      weights: inputs.weights.address, stream: nil)
    call.classes = .onHost([1, 2, 3], run: 1665)
    let outputs = CUDACall<Float>.Outputs(
      output: inputs.output.buffer.address, value: inputs.value.buffer.address)
    let allocated = FakeDriver.count("cuMemAllocFromPoolAsync")
    let freed = FakeDriver.count("cuMemFreeAsync")
    // The first call of each runtime makes all calls of the driver, the weighted mean and its tree.
    for earlier in 0..<calls {
      let before = FakeDriver.count(function)
      FakeDriver.fail(function, after: earlier)
      let error = #expect(throws: CUDAError.self) {
        try call.perform(.lossSumWithGradient, of: .weightedMean, outputs, in: CUDARuntime())
      }
      #expect(error?.code == .driver)
      let name = function.replacing("_v2", with: "")
      #expect(error.map { "\($0)".hasPrefix("\(name): CUDA_ERROR_ILLEGAL_ADDRESS") } == true)
      #expect(FakeDriver.count(function) == before + earlier + 1)
    }
    let runtime = try CUDARuntime()
    let before = FakeDriver.count(function)
    try call.perform(.lossSumWithGradient, of: .weightedMean, outputs, in: runtime)
    if function.hasPrefix("cuM") || function.hasPrefix("cuL") {
      #expect(FakeDriver.count(function) == before + calls, "\(function) is called \(calls) times")
    }
    // A failed allocation allocates nothing; a failed release is one.
    #expect(
      FakeDriver.count("cuMemAllocFromPoolAsync") - allocated
        - (function == "cuMemAllocFromPoolAsync" ? calls : 0)
        == FakeDriver.count("cuMemFreeAsync") - freed)
  }

  @Test("Invalid arguments are errors")
  func arguments() throws {
    let inputs = try Self.floats(count: 9)
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3, name: "f")
    let (x, z, output) = (inputs.logits, inputs.targets, inputs.output.buffer)
    func error(_ body: () throws(CUDAError) -> Void) -> String {
      do throws(CUDAError) { try body() } catch { return "\(error)" }
      return ""
    }
    #expect(
      error { () throws(CUDAError) in try loss(logits: x, targets: z[0..<8], into: output) }
        == "f: logits and targets must have the same shape, received [9] and [8]")
    #expect(
      error { () throws(CUDAError) in try loss(logits: x, targets: z, into: output[0..<8]) }
        == "f: the output must have 9 elements like the logits, received 8")
    #expect(
      error { () throws(CUDAError) in
        try loss.gradient(of: .weightedMean, logits: x, targets: z, into: output)
      } == "f: a weighted mean needs weights")
    let host = [Float](repeating: 0, count: 9)
    host.withUnsafeBytes { bytes in
      let buffer = DeviceBuffer<Float>(
        address: UInt64(UInt(bitPattern: bytes.baseAddress)), count: 9)
      #expect(
        error { () throws(CUDAError) in try loss(logits: x, targets: buffer, into: output) }
          == "targets is not memory of a GPU")
    }
    #expect(
      error { () throws(CUDAError) in
        try loss(
          logits: DeviceBuffer(address: x.address + 2, count: 9), targets: z, into: output)
      } == "logits is not aligned to 4 bytes")
    #expect(
      error { () throws(CUDAError) in
        try loss(logits: DeviceBuffer(address: 0, count: 9), targets: z, into: output)
      } == "logits is null")
    let all = try DeviceMemory<Float>(count: 18)
    #expect(
      error { () throws(CUDAError) in
        try loss(logits: all.buffer[0..<9], targets: z, into: all.buffer[4..<13])
      } == "the output and logits overlap and are not the same buffer")
    let other = try Self.floats(count: 9, device: 1)
    #expect(
      error { () throws(CUDAError) in try loss(logits: x, targets: other.targets, into: output) }
        == "targets is memory of GPU 1, the first output of GPU 0")
    #expect(
      error { () throws(CUDAError) in _ = try DeviceMemory<Float>(count: 1, device: 2) }
        == "there is no GPU 2, but 2 from 0")
    #expect(
      error { () throws(CUDAError) in _ = try DeviceMemory<Float>(count: 1 << 40) }
        == "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY")
  }

  @Test("The GPUs of the computer")
  func devices() throws {
    let devices = try CUDADevice.all()
    #expect(devices.map(\.name) == ["Fake GPU 0", "Fake GPU 1"])
    #expect(devices[1].computeCapability == (9, 0) && devices[1].memoryByteCount == 1 << 32)
  }
}
