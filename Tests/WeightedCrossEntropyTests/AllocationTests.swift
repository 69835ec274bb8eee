// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing
import WeightedCrossEntropy
import _TestSupport
import _WorkerThreads

/// Calls that write to the caller's buffer and reductions allocate nothing on any number of
/// threads, if the threads exist.
@Suite(.enabled(if: AllocationCount.isAvailable, "allocations cannot be counted here"))
struct AllocationTests {
  @Test("No call allocates on one thread", arguments: KernelOptions.everySubset, Variant.all)
  func oneThread(_ options: KernelOptions, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      // A few elements, a block and a remainder, and several blocks with repeated classes.
      for shape in [[3], [16], [4099], [3000, 3]] {
        let elements = LossElements<Scalar>(shape: shape, seed: 801)
        let sample = try LossCallSample(elements, options, threads: 1, variant.set)
        let count = elements.logits.count
        var (first, second): ([Scalar], [Scalar]) = (
          blankArray(count: count), blankArray(count: count)
        )
        for call in LossCall.all where call.takes(options) {
          // Tables are created on first use.
          _ = try sample.run(call, into: &first, &second)
          let made = try AllocationCount.during { () throws(LossError) in
            _ = try sample.run(call, into: &first, &second)
          }
          #expect(made == 0, "\(call) of shape \(shape)")
        }
      }
    }
    try check(variant.type)
  }

  @Test("No call allocates on several threads if the threads exist")
  func threads() async {
    // In a separate process, because other tests allocate at the same time.
    await #expect(processExitsWith: .success) {
      WorkerThreads.minimumThreadLimit.store(16, ordering: .relaxed)
      let elements = LossElements<Float>(shape: [400_001, 3], seed: 801)
      let count = elements.logits.count
      var (first, second): ([Float], [Float]) = (blankArray(count: count), blankArray(count: count))
      for (options, threads) in [([], 2), ([], 16), (.all, 2), (.all, 5)] as [(KernelOptions, Int)]
      {
        let sample = try LossCallSample(elements, options, threads: threads)
        for call in LossCall.all where call.takes(options) {
          // Tables and threads are created on first use.
          for _ in 0..<2 { _ = try sample.run(call, into: &first, &second) }
          let bytes = try AllocationCount.bytes { () throws(LossError) in
            for _ in 0..<4 { _ = try sample.run(call, into: &first, &second) }
          }
          #expect(bytes == 0, "\(call) on \(threads) threads, \(options)")
        }
      }
    }
  }
}
