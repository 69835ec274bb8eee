// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions of NVIDIA's driver that the library calls, opened at run time: nothing of CUDA is
/// needed to build or to link.
///
/// A function whose name ends with a version keeps its signature for ever. Handles are addresses.
package struct CUDADriver: Sendable {
  typealias Status = Int32
  typealias Handle = UnsafeMutableRawPointer?
  typealias Out<Value> = UnsafeMutablePointer<Value>

  let initialize: @convention(c) @Sendable (UInt32) -> Status
  let deviceCount: @convention(c) @Sendable (Out<Int32>) -> Status
  let deviceName: @convention(c) @Sendable (Out<CChar>, Int32, Int32) -> Status
  let deviceAttribute: @convention(c) @Sendable (Out<Int32>, Int32, Int32) -> Status
  let deviceMemory: @convention(c) @Sendable (Out<Int>, Int32) -> Status
  let retainPrimaryContext: @convention(c) @Sendable (Out<Handle>, Int32) -> Status
  let pushContext: @convention(c) @Sendable (Handle) -> Status
  let popContext: @convention(c) @Sendable (Out<Handle>) -> Status
  let pointerAttribute: @convention(c) @Sendable (UnsafeMutableRawPointer, Int32, UInt64) -> Status
  let loadModule:
    @convention(c) @Sendable (
      Out<Handle>, UnsafePointer<CChar>, UInt32, Out<Int32>?, Out<UnsafeMutableRawPointer?>?
    ) -> Status
  let moduleFunction: @convention(c) @Sendable (Out<Handle>, Handle, UnsafePointer<CChar>) -> Status
  let launchKernel:
    @convention(c) @Sendable (
      Handle, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, Handle,
      Out<UnsafeMutableRawPointer?>?, Out<UnsafeMutableRawPointer?>?
    ) -> Status
  let createPool: @convention(c) @Sendable (Out<Handle>, UnsafeRawPointer) -> Status
  let setPoolAttribute: @convention(c) @Sendable (Handle, Int32, UnsafeMutableRawPointer) -> Status
  let allocateFromPool: @convention(c) @Sendable (Out<UInt64>, Int, Handle, Handle) -> Status
  let freeLater: @convention(c) @Sendable (UInt64, Handle) -> Status
  let allocate: @convention(c) @Sendable (Out<UInt64>, Int) -> Status
  let free: @convention(c) @Sendable (UInt64) -> Status
  let clear: @convention(c) @Sendable (UInt64, UInt8, Int, Handle) -> Status
  let copyToDevice: @convention(c) @Sendable (UInt64, UnsafeRawPointer, Int, Handle) -> Status
  let copyToHost: @convention(c) @Sendable (UnsafeMutableRawPointer, UInt64, Int, Handle) -> Status
  let synchronizeStream: @convention(c) @Sendable (Handle) -> Status
  let streamIsCapturing: @convention(c) @Sendable (Handle, Out<Int32>) -> Status
  let errorName: @convention(c) @Sendable (Status, Out<UnsafePointer<CChar>?>) -> Status

  /// The driver, or why there is none.
  package init(library name: String = "libcuda.so.1") throws(CUDAError) {
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      throw CUDAError(.driverNotFound)
    }
    func function<Function>(_ name: String) throws(CUDAError) -> Function {
      guard let symbol = dlsym(library, name) else { throw CUDAError(.driverTooOld(missing: name)) }
      return unsafeBitCast(symbol, to: Function.self)
    }
    initialize = try function("cuInit")
    deviceCount = try function("cuDeviceGetCount")
    deviceName = try function("cuDeviceGetName")
    deviceAttribute = try function("cuDeviceGetAttribute")
    deviceMemory = try function("cuDeviceTotalMem_v2")
    retainPrimaryContext = try function("cuDevicePrimaryCtxRetain")
    pushContext = try function("cuCtxPushCurrent_v2")
    popContext = try function("cuCtxPopCurrent_v2")
    pointerAttribute = try function("cuPointerGetAttribute")
    loadModule = try function("cuModuleLoadDataEx")
    moduleFunction = try function("cuModuleGetFunction")
    launchKernel = try function("cuLaunchKernel")
    createPool = try function("cuMemPoolCreate")
    setPoolAttribute = try function("cuMemPoolSetAttribute")
    allocateFromPool = try function("cuMemAllocFromPoolAsync")
    freeLater = try function("cuMemFreeAsync")
    allocate = try function("cuMemAlloc_v2")
    free = try function("cuMemFree_v2")
    clear = try function("cuMemsetD8Async")
    copyToDevice = try function("cuMemcpyHtoDAsync_v2")
    copyToHost = try function("cuMemcpyDtoHAsync_v2")
    synchronizeStream = try function("cuStreamSynchronize")
    streamIsCapturing = try function("cuStreamIsCapturing")
    errorName = try function("cuGetErrorName")
    try check(initialize(0), "cuInit")
  }

  /// Throws the error of a call, if there is one.
  ///
  /// - Parameter details: What else the driver says.
  @inline(__always)
  func check(
    _ status: Status, _ function: StaticString, details: @autoclosure () -> String = ""
  ) throws(CUDAError) {
    if status != 0 { throw error(status, function, details()) }
  }

  private func error(_ status: Status, _ function: StaticString, _ details: String) -> CUDAError {
    var name: UnsafePointer<CChar>?
    _ = errorName(status, &name)
    return CUDAError(
      .driver(
        function: "\(function)", name: name.map { String(cString: $0) } ?? "error \(status)",
        details: details))
  }
}
