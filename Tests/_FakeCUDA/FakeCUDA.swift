// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// A libcuda for tests, with two GPUs whose memory is the host's and whose kernels run on the host.
// Work is done at once, in the call that queues it. Tests load it before the library opens
// libcuda.so.1, whose name it has. It exports what CUDADriver uses, and functions for tests:
//
//     fake_cuda_fail(function, calls, status)   lets a function fail, after a number of calls
//     fake_cuda_count(function)                 how often a function was called
//     fake_cuda_stream(stream)                  work on any other stream is an error
//     fake_cuda_capture(flag)                   whether streams are captured in a graph

import Foundation
import _HostGPU
import _LossKernels
import _LossKernelsCUDA

public typealias Status = Int32
public typealias Handle = UnsafeMutableRawPointer?
public typealias Out<Value> = UnsafeMutablePointer<Value>

/// The errors, with the driver's names.
enum Failure: Status, CaseIterable {
  case CUDA_ERROR_INVALID_VALUE = 1
  case CUDA_ERROR_OUT_OF_MEMORY = 2
  case CUDA_ERROR_NO_DEVICE = 100
  case CUDA_ERROR_INVALID_CONTEXT = 201
  case CUDA_ERROR_INVALID_PTX = 218
  case CUDA_ERROR_NOT_FOUND = 500
  case CUDA_ERROR_ILLEGAL_ADDRESS = 700
}

/// What the driver holds. Every function takes the lock.
final class FakeCUDA: @unchecked Sendable {
  static let shared = FakeCUDA()
  static let deviceCount = 2
  let lock = NSRecursiveLock()
  var counts: [String: Int] = [:]
  var failing: (name: String, calls: Int, status: Status)?
  /// Allocated memory: its size and its GPU.
  var memory: [UInt64: (byteCount: Int, device: Int)] = [:]
  /// The entry points of modules.
  var modules: [[String]] = []
  /// The stream that work may be queued on.
  var stream: Handle = nil
  var isCapturing = false
  var names: [Status: UnsafeMutablePointer<CChar>] = [:]

  /// The contexts of the calling thread: their GPUs.
  var contexts: [Int] {
    get { Thread.current.threadDictionary["contexts"] as? [Int] ?? [] }
    set { Thread.current.threadDictionary["contexts"] = newValue }
  }

  /// The GPU of an address.
  func device(of address: UInt64) -> Int? {
    memory.first { $0.key <= address && address < $0.key + UInt64($0.value.byteCount) }?.value
      .device
  }

  func allocate(_ byteCount: Int, _ address: Out<UInt64>) -> Failure? {
    guard let device = contexts.last else { return .CUDA_ERROR_INVALID_CONTEXT }
    guard byteCount > 0 else { return .CUDA_ERROR_INVALID_VALUE }
    guard byteCount < 1 << 32 else { return .CUDA_ERROR_OUT_OF_MEMORY }
    let start = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 256)
    memset(start, 0xA5, byteCount)
    address.pointee = UInt64(UInt(bitPattern: start))
    memory[address.pointee] = (byteCount, device)
    return nil
  }

  func free(_ address: UInt64) -> Failure? {
    guard memory.removeValue(forKey: address) != nil else { return .CUDA_ERROR_INVALID_VALUE }
    UnsafeMutableRawPointer(bitPattern: UInt(address))?.deallocate()
    return nil
  }
}

/// Counts a call, lets it fail if a test asks for it, and else runs `body`.
func call(_ name: StaticString, _ body: (FakeCUDA) -> Failure?) -> Status {
  let fake = FakeCUDA.shared
  return fake.lock.withLock {
    fake.counts["\(name)", default: 0] += 1
    if let failing = fake.failing, failing.name == "\(name)" {
      if failing.calls == 0 {
        fake.failing = nil
        return failing.status
      }
      fake.failing?.calls -= 1
    }
    return body(fake)?.rawValue ?? 0
  }
}

@_cdecl("fake_cuda_fail")
public func fake_cuda_fail(_ name: UnsafePointer<CChar>, _ calls: Int32, _ status: Int32) {
  FakeCUDA.shared.lock.withLock {
    FakeCUDA.shared.failing = (String(cString: name), Int(calls), status)
  }
}

@_cdecl("fake_cuda_count")
public func fake_cuda_count(_ name: UnsafePointer<CChar>) -> Int32 {
  FakeCUDA.shared.lock.withLock { Int32(FakeCUDA.shared.counts[String(cString: name)] ?? 0) }
}

@_cdecl("fake_cuda_stream")
public func fake_cuda_stream(_ stream: Handle) {
  FakeCUDA.shared.lock.withLock { FakeCUDA.shared.stream = stream }
}

@_cdecl("fake_cuda_capture")
public func fake_cuda_capture(_ flag: Bool) {
  FakeCUDA.shared.lock.withLock { FakeCUDA.shared.isCapturing = flag }
}

@_cdecl("cuInit")
public func cuInit(_ flags: UInt32) -> Status { call("cuInit") { _ in nil } }

@_cdecl("cuDeviceGetCount")
public func cuDeviceGetCount(_ count: Out<Int32>) -> Status {
  call("cuDeviceGetCount") { _ in
    count.pointee = Int32(FakeCUDA.deviceCount)
    return nil
  }
}

@_cdecl("cuDeviceGetName")
public func cuDeviceGetName(_ name: Out<CChar>, _ length: Int32, _ device: Int32) -> Status {
  call("cuDeviceGetName") { _ in
    strncpy(name, "Fake GPU \(device)", Int(length))
    return nil
  }
}

@_cdecl("cuDeviceGetAttribute")
public func cuDeviceGetAttribute(_ value: Out<Int32>, _ attribute: Int32, _ device: Int32)
  -> Status
{
  call("cuDeviceGetAttribute") { _ in
    value.pointee = attribute == 75 ? 9 : 0
    return nil
  }
}

@_cdecl("cuDeviceTotalMem_v2")
public func cuDeviceTotalMem_v2(_ bytes: Out<Int>, _ device: Int32) -> Status {
  call("cuDeviceTotalMem_v2") { _ in
    bytes.pointee = 1 << 32
    return nil
  }
}

@_cdecl("cuDevicePrimaryCtxRetain")
public func cuDevicePrimaryCtxRetain(_ context: Out<Handle>, _ device: Int32) -> Status {
  call("cuDevicePrimaryCtxRetain") { _ in
    context.pointee = UnsafeMutableRawPointer(bitPattern: 100 + Int(device))
    return nil
  }
}

@_cdecl("cuCtxPushCurrent_v2")
public func cuCtxPushCurrent_v2(_ context: Handle) -> Status {
  call("cuCtxPushCurrent_v2") { fake in
    fake.contexts.append(Int(bitPattern: context) - 100)
    return nil
  }
}

@_cdecl("cuCtxPopCurrent_v2")
public func cuCtxPopCurrent_v2(_ context: Out<Handle>) -> Status {
  call("cuCtxPopCurrent_v2") { fake in
    fake.contexts.popLast() == nil ? .CUDA_ERROR_INVALID_CONTEXT : nil
  }
}

@_cdecl("cuPointerGetAttribute")
public func cuPointerGetAttribute(
  _ data: UnsafeMutableRawPointer, _ attribute: Int32, _ address: UInt64
) -> Status {
  call("cuPointerGetAttribute") { fake in
    guard attribute == 9, let device = fake.device(of: address) else {
      return .CUDA_ERROR_INVALID_VALUE
    }
    data.storeBytes(of: Int32(device), as: Int32.self)
    return nil
  }
}

@_cdecl("cuModuleLoadDataEx")
public func cuModuleLoadDataEx(
  _ module: Out<Handle>, _ image: UnsafePointer<CChar>, _ count: UInt32, _ options: Out<Int32>?,
  _ values: Out<UnsafeMutableRawPointer?>?
) -> Status {
  call("cuModuleLoadDataEx") { fake in
    guard !fake.contexts.isEmpty else { return .CUDA_ERROR_INVALID_CONTEXT }
    let entries = String(cString: image).matches(of: /\.entry (\w+)\(/).map { String($0.1) }
    guard !entries.isEmpty else { return .CUDA_ERROR_INVALID_PTX }
    fake.modules.append(entries)
    module.pointee = UnsafeMutableRawPointer(bitPattern: fake.modules.count)
    return nil
  }
}

@_cdecl("cuModuleGetFunction")
public func cuModuleGetFunction(
  _ function: Out<Handle>, _ module: Handle, _ name: UnsafePointer<CChar>
) -> Status {
  call("cuModuleGetFunction") { fake in
    let name = String(cString: name)
    guard let index = GPUKernel.all.firstIndex(where: { $0.name == name }),
      fake.modules[Int(bitPattern: module) - 1].contains(name), let device = fake.contexts.last
    else { return .CUDA_ERROR_NOT_FOUND }
    function.pointee = UnsafeMutableRawPointer(
      bitPattern: index * FakeCUDA.deviceCount + device + 1)
    return nil
  }
}

@_cdecl("cuLaunchKernel")
public func cuLaunchKernel(
  _ function: Handle, _ groups: UInt32, _ groupsY: UInt32, _ groupsZ: UInt32, _ threads: UInt32,
  _ threadsY: UInt32, _ threadsZ: UInt32, _ shared: UInt32, _ stream: Handle,
  _ parameters: Out<UnsafeMutableRawPointer?>?, _ extra: Out<UnsafeMutableRawPointer?>?
) -> Status {
  call("cuLaunchKernel") { fake in
    let number = Int(bitPattern: function) - 1
    let kernel = GPUKernel.all[number / FakeCUDA.deviceCount]
    let device = number % FakeCUDA.deviceCount
    guard fake.contexts.last == device else { return .CUDA_ERROR_INVALID_CONTEXT }
    guard stream == fake.stream else { return .CUDA_ERROR_INVALID_VALUE }
    let isDouble = kernel.storage == .f64
    let size =
      isDouble
      ? MemoryLayout<GPUArguments<Double>>.size : MemoryLayout<GPUArguments<Float>>.size
    guard let extra, extra[0] == UnsafeMutableRawPointer(bitPattern: 1), let arguments = extra[1],
      extra[2] == UnsafeMutableRawPointer(bitPattern: 2), extra[4] == nil,
      extra[3]?.load(as: Int.self) == size, threads == GPULayout.threadCount, groups > 0,
      groupsY == 1, groupsZ == 1, threadsY == 1, threadsZ == 1, shared >= kernel.sharedByteCount
    else { return .CUDA_ERROR_INVALID_VALUE }
    // The addresses are those of this GPU.
    let addresses =
      isDouble
      ? arguments.load(as: GPUArguments<Double>.self).addresses
      : arguments.load(as: GPUArguments<Float>.self).addresses
    guard addresses.allSatisfy({ fake.device(of: $0) == device }) else {
      return .CUDA_ERROR_ILLEGAL_ADDRESS
    }
    kernel.runOnHost(arguments, groups: Int(groups))
    return nil
  }
}

extension GPUArguments {
  /// The addresses that are not null.
  var addresses: [UInt64] {
    [
      logits, targets, weights, UnsafeRawPointer(output), UnsafeRawPointer(losses),
      UnsafeRawPointer(sums), UnsafeRawPointer(counters), UnsafeRawPointer(total),
      UnsafeRawPointer(result),
      UnsafeRawPointer(denominatorSum), classes.weights,
    ].compactMap { $0 }.map { UInt64(UInt(bitPattern: $0)) }
  }
}

@_cdecl("cuStreamSynchronize")
public func cuStreamSynchronize(_ stream: Handle) -> Status {
  call("cuStreamSynchronize") { _ in nil }
}

@_cdecl("cuStreamIsCapturing")
public func cuStreamIsCapturing(_ stream: Handle, _ status: Out<Int32>) -> Status {
  call("cuStreamIsCapturing") { fake in
    status.pointee = fake.isCapturing ? 1 : 0
    return nil
  }
}

@_cdecl("cuGetErrorName")
public func cuGetErrorName(_ status: Status, _ name: Out<UnsafePointer<CChar>?>) -> Status {
  call("cuGetErrorName") { fake in
    guard let failure = Failure(rawValue: status) else { return .CUDA_ERROR_INVALID_VALUE }
    let text = fake.names[status] ?? strdup("\(failure)")
    fake.names[status] = text
    name.pointee = UnsafePointer(text)
    return nil
  }
}
