// SPDX-License-Identifier: Apache-2.0
public import _LossKernels
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

extension PartialSum {
  /// The tree that groups with one leaf each add, in any order of the groups.
  public static func treeOnHost(_ leaves: [PartialSum], isReversed: Bool) -> PartialSum {
    typealias Sum = GPUSum<Float64Storage, PlainForm>
    let sums = UnsafeMutableBufferPointer<PartialSum>.allocate(capacity: 2 * leaves.count + 3)
    let counters = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: leaves.count + 3)
    counters.initialize(repeating: 0)
    let shared = UnsafeMutableRawPointer.allocate(
      byteCount: SharedMemory<Double>.byteCount, alignment: 16)
    var total = PartialSum(high: .nan)
    defer {
      sums.deallocate()
      counters.deallocate()
      shared.deallocate()
    }
    withUnsafeMutablePointer(to: &total) { total in
      var arguments = GPUArguments<Double>(count: leaves.count)
      (arguments.sums, arguments.counters) = (sums.baseAddress, counters.baseAddress)
      arguments.total = total
      for number in leaves.indices {
        let index = isReversed ? leaves.count - 1 - number : number
        let group = HostGroup(
          index: index, count: leaves.count, shared: shared, isReversed: isReversed)
        SharedMemory<Double>(group).total.pointee = leaves[index]
        Sum.addBlock(arguments, group)
      }
    }
    precondition(counters.allSatisfy { $0 == 0 }, "a counter is not 0 after the call")
    return total
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
  func increment(_ counter: UnsafeMutablePointer<UInt32>) -> UInt32 {
    defer { counter.pointee += 1 }
    return counter.pointee
  }

  @inline(__always)
  func forEachThread(_ body: (_ thread: Int) -> Void) {
    for thread in 0..<GPULayout.threadCount {
      body(isReversed ? GPULayout.threadCount - 1 - thread : thread)
    }
  }
}
