// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of the driver that allocate, free, set and copy memory.

import Foundation

@_cdecl("cuMemPoolCreate")
public func cuMemPoolCreate(_ pool: Out<Handle>, _ properties: UnsafeRawPointer) -> Status {
  call("cuMemPoolCreate") { _ in
    let numbers = UnsafeRawBufferPointer(start: properties, count: 16).bindMemory(to: Int32.self)
    guard Array(numbers[..<3]) == [1, 0, 1] else { return .CUDA_ERROR_INVALID_VALUE }
    pool.pointee = UnsafeMutableRawPointer(bitPattern: 200 + Int(numbers[3]))
    return nil
  }
}

@_cdecl("cuMemPoolSetAttribute")
public func cuMemPoolSetAttribute(
  _ pool: Handle, _ attribute: Int32, _ value: UnsafeMutableRawPointer
) -> Status { call("cuMemPoolSetAttribute") { _ in nil } }

@_cdecl("cuMemAllocFromPoolAsync")
public func cuMemAllocFromPoolAsync(
  _ address: Out<UInt64>, _ byteCount: Int, _ pool: Handle, _ stream: Handle
) -> Status {
  call("cuMemAllocFromPoolAsync") { fake in
    guard fake.contexts.last == Int(bitPattern: pool) - 200 else {
      return .CUDA_ERROR_INVALID_CONTEXT
    }
    guard stream == fake.stream else { return .CUDA_ERROR_INVALID_VALUE }
    return fake.allocate(byteCount, address)
  }
}

@_cdecl("cuMemFreeAsync")
public func cuMemFreeAsync(_ address: UInt64, _ stream: Handle) -> Status {
  call("cuMemFreeAsync") {
    $0.stream == stream ? $0.free(address) : .CUDA_ERROR_INVALID_VALUE
  }
}

@_cdecl("cuMemAlloc_v2")
public func cuMemAlloc_v2(_ address: Out<UInt64>, _ byteCount: Int) -> Status {
  call("cuMemAlloc_v2") { $0.allocate(byteCount, address) }
}

@_cdecl("cuMemFree_v2")
public func cuMemFree_v2(_ address: UInt64) -> Status { call("cuMemFree_v2") { $0.free(address) } }

/// Sets or copies memory of a GPU on a stream: `body` gets its address on the host.
private func transfer(
  _ name: StaticString, _ device: UInt64, on stream: Handle,
  _ body: (UnsafeMutableRawPointer) -> Void
) -> Status {
  call(name) { fake in
    guard fake.device(of: device) != nil, stream == fake.stream,
      let start = UnsafeMutableRawPointer(bitPattern: UInt(device))
    else { return .CUDA_ERROR_INVALID_VALUE }
    body(start)
    return nil
  }
}

@_cdecl("cuMemsetD8Async")
public func cuMemsetD8Async(
  _ device: UInt64, _ value: UInt8, _ byteCount: Int, _ stream: Handle
) -> Status {
  transfer("cuMemsetD8Async", device, on: stream) { memset($0, Int32(value), byteCount) }
}

@_cdecl("cuMemcpyHtoDAsync_v2")
public func cuMemcpyHtoDAsync_v2(
  _ device: UInt64, _ host: UnsafeRawPointer, _ byteCount: Int, _ stream: Handle
) -> Status {
  transfer("cuMemcpyHtoDAsync_v2", device, on: stream) { memcpy($0, host, byteCount) }
}

@_cdecl("cuMemcpyDtoHAsync_v2")
public func cuMemcpyDtoHAsync_v2(
  _ host: UnsafeMutableRawPointer, _ device: UInt64, _ byteCount: Int, _ stream: Handle
) -> Status {
  transfer("cuMemcpyDtoHAsync_v2", device, on: stream) { memcpy(host, $0, byteCount) }
}
