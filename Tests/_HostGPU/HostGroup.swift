// SPDX-License-Identifier: Apache-2.0
import _LossKernels
public import _LossKernelsCUDA

extension GPUKernel {
  /// Runs the kernel on the host, for the tests.
  ///
  /// - Parameters:
  ///   - arguments: The address of the `GPUArguments`.
  ///   - isReversed: Whether groups and threads run in the opposite order.
  public func runOnHost(_ arguments: UnsafeRawPointer, groups: Int, isReversed: Bool = false) {
    switch storage {
    case .f32: runOnHost(Float32Storage.self, arguments, groups, isReversed)
    case .f64: runOnHost(Float64Storage.self, arguments, groups, isReversed)
    case .f16: runOnHost(Float16Storage.self, arguments, groups, isReversed)
    case .bf16: runOnHost(BFloat16Storage.self, arguments, groups, isReversed)
    }
  }

  private func runOnHost<Storage: GPUStorage>(
    _ storage: Storage.Type, _ arguments: UnsafeRawPointer, _ groups: Int, _ isReversed: Bool
  ) {
    let size = sharedByteCount
    let shared = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { shared.deallocate() }
    for number in 0..<groups {
      shared.initializeMemory(as: UInt8.self, repeating: 0xFF, count: size)
      let group = HostGroup(
        index: isReversed ? groups - 1 - number : number, count: groups, shared: shared,
        isReversed: isReversed)
      switch form {
      case .plain: quantity.run(PlainForm.self, storage, arguments, group)
      case .general: quantity.run(GeneralForm.self, storage, arguments, group)
      }
    }
  }
}

/// A group that runs on the host.
struct HostGroup: GPUGroup {
  var index, count: Int
  var shared: UnsafeMutableRawPointer
  /// Whether the threads run in the opposite order. Results must not depend on it.
  var isReversed: Bool

  init(index: Int, count: Int, shared: UnsafeMutableRawPointer, isReversed: Bool) {
    (self.index, self.count) = (index, count)
    (self.shared, self.isReversed) = (shared, isReversed)
  }

  @inline(__always)
  func pointer(to address: UnsafeRawPointer?) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(mutating: address)
  }

  @inline(__always)
  func forEachThread(_ body: (_ thread: Int) -> Void) {
    for thread in 0..<GPULayout.threadCount {
      body(isReversed ? GPULayout.threadCount - 1 - thread : thread)
    }
  }
}
