// SPDX-License-Identifier: Apache-2.0
import Synchronization
import _CUDAModules
import _LossKernelsCUDA

/// The driver with what the library keeps for each GPU: the primary context, the loaded kernels and
/// a pool of memory for workspaces. It may be used from several threads.
package final class CUDARuntime: Sendable {
  /// The runtime of the process. It is created at its first use.
  package static let shared: Result<CUDARuntime, CUDAError> = {
    do throws(CUDAError) { return .success(try CUDARuntime()) } catch { return .failure(error) }
  }()

  let driver: CUDADriver
  private let devices: [Device]

  /// Opens the driver. Only tests create a runtime beside the one of the process.
  package init() throws(CUDAError) {
    driver = try CUDADriver()
    var count: Int32 = 0
    try driver.check(driver.deviceCount(&count), "cuDeviceGetCount")
    devices = (0..<count).map { Device(number: $0) }
  }

  /// The number of GPUs.
  var deviceCount: Int { devices.count }

  /// What belongs to one GPU.
  fileprivate final class Device: Sendable {
    let number: Int32
    let state = Mutex(State())

    init(number: Int32) { self.number = number }
  }

  fileprivate struct State: Sendable {
    // Handles as numbers, which are Sendable.
    var context: UInt?
    var pool: UInt?
    var modules: [String: UInt] = [:]
    /// The functions by the index of the kernel; 0 if it is not loaded.
    var functions = [UInt](repeating: 0, count: GPUKernel.indexCount)
  }

  /// A GPU in the context of which calls are made.
  struct Session {
    fileprivate let runtime: CUDARuntime
    fileprivate let device: Device
    var driver: CUDADriver { runtime.driver }
  }

  /// Runs `body` with the primary context of a GPU as the current one.
  func with<Result>(
    device number: Int, _ body: (Session) throws(CUDAError) -> Result
  ) throws(CUDAError) -> Result {
    let device = devices[number]
    let context = try device.state.withLock { (state) throws(CUDAError) -> UInt in
      if let context = state.context { return context }
      var handle: CUDADriver.Handle = nil
      try driver.check(
        driver.retainPrimaryContext(&handle, device.number), "cuDevicePrimaryCtxRetain")
      let context = UInt(bitPattern: handle)
      state.context = context
      return context
    }
    try driver.check(
      driver.pushContext(UnsafeMutableRawPointer(bitPattern: context)), "cuCtxPushCurrent")
    defer {
      var popped: CUDADriver.Handle = nil
      _ = driver.popContext(&popped)
    }
    return try body(Session(runtime: self, device: device))
  }

  /// The GPU of an address; nil if it is not memory of a GPU.
  package func device(of address: UInt64) -> Int? {
    var number: Int32 = 0
    // CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL
    guard driver.pointerAttribute(&number, 9, address) == 0, number >= 0, number < devices.count
    else { return nil }
    return Int(number)
  }
}

extension CUDARuntime.Session {
  /// Queues a kernel on a stream.
  func launch<Scalar>(
    _ kernel: GPUKernel, _ arguments: GPUArguments<Scalar>, on stream: CUDADriver.Handle
  ) throws(CUDAError) {
    let function = try function(kernel)
    let groups = UInt32(kernel.groupCount(arguments.count))
    var arguments = arguments
    var size = MemoryLayout<GPUArguments<Scalar>>.size
    let status = withUnsafeMutablePointer(to: &arguments) { arguments in
      withUnsafeMutablePointer(to: &size) { size in
        // CU_LAUNCH_PARAM_BUFFER_POINTER, CU_LAUNCH_PARAM_BUFFER_SIZE, CU_LAUNCH_PARAM_END
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: 5) { extra in
          extra.initialize(repeating: nil)
          extra[0] = UnsafeMutableRawPointer(bitPattern: 1)
          extra[1] = UnsafeMutableRawPointer(arguments)
          extra[2] = UnsafeMutableRawPointer(bitPattern: 2)
          extra[3] = UnsafeMutableRawPointer(size)
          return driver.launchKernel(
            function, groups, 1, 1, UInt32(GPULayout.threadCount), 1, 1,
            UInt32(kernel.sharedByteCount), stream, nil,
            extra.baseAddress)
        }
      }
    }
    try driver.check(status, "cuLaunchKernel")
  }

  /// A kernel of the current context, which is loaded on its first use.
  private func function(_ kernel: GPUKernel) throws(CUDAError) -> CUDADriver.Handle {
    let function = try device.state.withLock { (state) throws(CUDAError) -> UInt in
      let loaded = state.functions[kernel.index]
      if loaded != 0 { return loaded }
      let module: UInt
      if let loaded = state.modules[kernel.module] {
        module = loaded
      } else {
        module = try load(kernel.module)
        state.modules[kernel.module] = module
      }
      var handle: CUDADriver.Handle = nil
      try driver.check(
        driver.moduleFunction(
          &handle, UnsafeMutableRawPointer(bitPattern: module), kernel.name),
        "cuModuleGetFunction")
      state.functions[kernel.index] = UInt(bitPattern: handle)
      return UInt(bitPattern: handle)
    }
    return UnsafeMutableRawPointer(bitPattern: function)
  }

  /// Compiles a module for the GPU.
  private func load(_ name: String) throws(CUDAError) -> UInt {
    var length = 0
    guard let start = cuda_module_text(name, &length) else {
      throw CUDAError(.driver(function: "cuModuleLoadDataEx", name: "no module", details: name))
    }
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    var handle: CUDADriver.Handle = nil
    var log = [CChar](repeating: 0, count: 4096)
    let status = log.withUnsafeMutableBytes { log in
      // CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
      var options: [Int32] = [5, 6]
      var values = [log.baseAddress, UnsafeMutableRawPointer(bitPattern: log.count)]
      return driver.loadModule(&handle, text, 2, &options, &values)
    }
    try driver.check(
      status, "cuModuleLoadDataEx",
      details: "\(name) " + String(decoding: log.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    return UInt(bitPattern: handle)
  }

  /// Passes `body` memory that is allocated and freed in the order of the stream, so that nothing
  /// waits.
  func withWorkspace(
    byteCount: Int, on stream: CUDADriver.Handle,
    _ body: (UInt64) throws(CUDAError) -> Void
  ) throws(CUDAError) {
    guard byteCount > 0 else { return try body(0) }
    var address: UInt64 = 0
    try driver.check(
      driver.allocateFromPool(&address, byteCount, try pool(), stream), "cuMemAllocFromPoolAsync")
    var failure: CUDAError?
    do throws(CUDAError) { try body(address) } catch { failure = error }
    let status = driver.freeLater(address, stream)
    if let failure { throw failure }
    try driver.check(status, "cuMemFreeAsync")
  }

  /// A pool that keeps its memory: the default pool would return it whenever a stream is waited
  /// for.
  private func pool() throws(CUDAError) -> CUDADriver.Handle {
    let pool = try device.state.withLock { (state) throws(CUDAError) -> UInt in
      if let pool = state.pool { return pool }
      // CUmemPoolProps: CU_MEM_ALLOCATION_TYPE_PINNED, no handles to export,
      // CU_MEM_LOCATION_TYPE_DEVICE and its number; the rest is 0.
      var properties: [Int32] = [1, 0, 1, device.number]
      properties += [Int32](repeating: 0, count: 18)
      var handle: CUDADriver.Handle = nil
      try driver.check(driver.createPool(&handle, &properties), "cuMemPoolCreate")
      var threshold = UInt64.max
      // CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
      try driver.check(driver.setPoolAttribute(handle, 4, &threshold), "cuMemPoolSetAttribute")
      state.pool = UInt(bitPattern: handle)
      return UInt(bitPattern: handle)
    }
    return UnsafeMutableRawPointer(bitPattern: pool)
  }
}
