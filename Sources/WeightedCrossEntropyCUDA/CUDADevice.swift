// SPDX-License-Identifier: Apache-2.0
/// A GPU with a CUDA driver.
public struct CUDADevice: Hashable, Sendable {
  /// The number of the GPU, from 0.
  public let index: Int
  /// The name, such as "NVIDIA H100".
  public let name: String
  /// The compute capability, such as 9.0.
  public let computeCapability: (major: Int, minor: Int)
  /// The size of its memory in bytes.
  public let memoryByteCount: Int

  /// The GPUs of this computer.
  ///
  /// - Throws: `CUDAError` if there is no driver, or the driver finds no GPU.
  public static func all() throws(CUDAError) -> [CUDADevice] {
    let runtime = try CUDARuntime.shared.get()
    var devices: [CUDADevice] = []
    for index in 0..<runtime.deviceCount { devices.append(try CUDADevice(index, runtime)) }
    return devices
  }

  private init(_ index: Int, _ runtime: CUDARuntime) throws(CUDAError) {
    let driver = runtime.driver
    let number = Int32(index)
    var characters = [CChar](repeating: 0, count: 256)
    try driver.check(driver.deviceName(&characters, 256, number), "cuDeviceGetName")
    func attribute(_ attribute: Int32) throws(CUDAError) -> Int {
      var value: Int32 = 0
      try driver.check(driver.deviceAttribute(&value, attribute, number), "cuDeviceGetAttribute")
      return Int(value)
    }
    var bytes = 0
    try driver.check(driver.deviceMemory(&bytes, number), "cuDeviceTotalMem")
    self.index = index
    name = String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
    computeCapability = (try attribute(75), try attribute(76))
    memoryByteCount = bytes
  }

  public static func == (a: CUDADevice, b: CUDADevice) -> Bool { a.index == b.index }

  public func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

/// A stream of the caller, on which calls are queued. The library never waits for one.
public struct CUDAStream: @unchecked Sendable {
  /// The `CUstream` or `cudaStream_t`.
  public let handle: UnsafeMutableRawPointer?

  /// A stream that the caller has created.
  public init(_ handle: UnsafeMutableRawPointer?) { self.handle = handle }

  /// The default stream.
  public static let `default` = CUDAStream(nil)

  /// Waits until everything that is queued has finished.
  ///
  /// - Parameter device: The number of the GPU of the stream.
  public func synchronize(device: Int = 0) throws(CUDAError) {
    try CUDARuntime.with(device: device) { (session) throws(CUDAError) in
      try session.driver.check(
        session.driver.synchronizeStream(handle), "cuStreamSynchronize")
    }
  }
}

extension CUDARuntime {
  /// Runs `body` with the primary context of a GPU of the caller's choice.
  static func with<Result>(
    device: Int, _ body: (Session) throws(CUDAError) -> Result
  ) throws(CUDAError) -> Result {
    let runtime = try shared.get()
    guard (0..<runtime.deviceCount).contains(device) else {
      throw CUDAError(.noDevice(device, count: runtime.deviceCount))
    }
    return try runtime.with(device: device, body)
  }
}
