// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
public import _LossKernelsCUDA

/// The types of the arithmetic on a GPU: `Float` and `Double`.
public protocol DeviceScalar: LossScalar, GPUScalar {}
extension Float: DeviceScalar {}
extension Double: DeviceScalar {}

/// A type of elements in the memory of a GPU: `Float`, `Double`, `Float16` or ``BFloat16``. The
/// arithmetic of the 16-bit types is that of Float, and each result is rounded once.
public protocol DeviceElement: BitwiseCopyable, Sendable {
  /// The type of the arithmetic.
  associatedtype Scalar: DeviceScalar
  static var _storage: GPUStorageType { get }
}

extension Float: DeviceElement {
  public typealias Scalar = Float
  public static var _storage: GPUStorageType { .f32 }
}

extension Double: DeviceElement {
  public typealias Scalar = Double
  public static var _storage: GPUStorageType { .f64 }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: DeviceElement {
    public typealias Scalar = Float
    public static var _storage: GPUStorageType { .f16 }
  }
#endif

/// A bfloat16 number: the upper half of a Float.
public struct BFloat16: DeviceElement, Hashable {
  public typealias Scalar = Float
  public static var _storage: GPUStorageType { .bf16 }
  /// The bits of the number.
  public var bitPattern: UInt16

  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// The nearest number; ties to even.
  public init(_ value: Float) { bitPattern = BFloat16Storage.bits(value) }
}

extension Float {
  /// The same number.
  public init(_ value: BFloat16) { self = BFloat16Storage.number(value.bitPattern) }
}

/// Consecutive elements in the memory of a GPU, which the caller owns. The buffer must exist until
/// the calls that use it have finished on their stream.
public struct DeviceBuffer<Element: DeviceElement>: Sendable {
  /// The `CUdeviceptr` of the first element.
  public var address: UInt64
  /// The number of elements.
  public var count: Int

  public init(address: UInt64, count: Int) {
    self.address = address
    self.count = count
  }

  /// The buffer of some of the elements.
  public subscript(range: Range<Int>) -> DeviceBuffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    return DeviceBuffer(
      address: address + UInt64(range.lowerBound * MemoryLayout<Element>.stride),
      count: range.count)
  }
}

/// Elements in the memory of a GPU, which are freed with the object.
///
///     let logits = try DeviceMemory<Float>(copying: [1.5, -0.5, -10])
///     let losses = try DeviceMemory<Float>(count: 3)
///     try loss(logits: logits.buffer, targets: targets.buffer, into: losses.buffer)
///     let numbers = try losses.elements()
///
/// Freeing waits for the GPU, so nothing that is queued loses its memory.
public final class DeviceMemory<Element: DeviceElement>: Sendable {
  /// The elements. The buffer is valid as long as this object.
  public let buffer: DeviceBuffer<Element>
  /// The number of the GPU.
  public let device: Int

  /// Allocates memory, whose contents are unspecified.
  ///
  /// - Parameters:
  ///   - count: The number of elements, at least 0.
  ///   - device: The number of the GPU.
  public init(count: Int, device: Int = 0) throws(CUDAError) {
    precondition(count >= 0, "a number of elements is at least 0")
    self.device = device
    let address = try CUDARuntime.with(device: device) { (session) throws(CUDAError) -> UInt64 in
      var address: UInt64 = 0
      // The driver does not allocate 0 bytes.
      let byteCount = max(count, 1) * MemoryLayout<Element>.stride
      try session.driver.check(session.driver.allocate(&address, byteCount), "cuMemAlloc")
      return address
    }
    buffer = DeviceBuffer(address: address, count: count)
  }

  /// Allocates memory and copies elements to it.
  public convenience init(copying elements: [Element], device: Int = 0) throws(CUDAError) {
    try self.init(count: elements.count, device: device)
    try copy(from: elements)
  }

  deinit {
    try? CUDARuntime.with(device: device) { (session) throws(CUDAError) in
      try session.driver.check(session.driver.free(buffer.address), "cuMemFree")
    }
  }

  /// Copies elements to the GPU, after what is queued on the stream, and waits for it.
  ///
  /// - Parameters:
  ///   - elements: As many elements as the buffer has.
  ///   - stream: The stream.
  public func copy(from elements: [Element], on stream: CUDAStream = .default) throws(CUDAError) {
    precondition(elements.count == buffer.count, "as many elements as the buffer has")
    let byteCount = elements.count * MemoryLayout<Element>.stride
    try elements.withUnsafeBufferPointer { (elements) throws(CUDAError) in
      guard let start = elements.baseAddress, byteCount > 0 else { return }
      try CUDARuntime.with(device: device) { (session) throws(CUDAError) in
        let driver = session.driver
        try driver.check(
          driver.copyToDevice(buffer.address, start, byteCount, stream.handle),
          "cuMemcpyHtoDAsync")
        try driver.check(driver.synchronizeStream(stream.handle), "cuStreamSynchronize")
      }
    }
  }

  /// Copies the elements to the host, after what is queued on the stream, and waits for it.
  public func elements(on stream: CUDAStream = .default) throws(CUDAError) -> [Element] {
    let byteCount = buffer.count * MemoryLayout<Element>.stride
    var failure: CUDAError?
    let elements = [Element](unsafeUninitializedCapacity: buffer.count) { copy, count in
      guard let start = copy.baseAddress, byteCount > 0 else { return }
      do throws(CUDAError) {
        try CUDARuntime.with(device: device) { (session) throws(CUDAError) in
          let driver = session.driver
          try driver.check(
            driver.copyToHost(start, buffer.address, byteCount, stream.handle),
            "cuMemcpyDtoHAsync")
          try driver.check(driver.synchronizeStream(stream.handle), "cuStreamSynchronize")
        }
        count = buffer.count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return elements
  }
}
