// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Divides blocks among threads.
package enum WorkerThreads {
  /// The processors that are online.
  package static let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// The blocks a thread takes at a time.
  private static var stride: Int { 8 }

  /// The number of threads for so many blocks: waking one costs about as much as 8 blocks take.
  static func count(for blocks: Int, limit: Int?) -> Int {
    let most = blocks / (2 * stride)
    return most < 2 ? 1 : min(limit ?? processorCount, most)
  }

  /// Calls `body` with ranges that together are all the blocks, on at most `threads` threads;
  /// returns when all are done.
  ///
  /// The calling thread's floating-point status flags are then as if it had done all the work
  /// itself. No range but the last ends within a group of `group` blocks, a power of two.
  static func run(
    _ blocks: Int, inGroupsOf group: Int = 1, threads: Int?, _ body: (Range<Int>) -> Void
  ) {
    let stride = max(stride, group)
    let workers = count(for: blocks, limit: threads)
    guard workers > 1 else {
      if blocks > 0 { body(0..<blocks) }
      return
    }
    let next = Atomic(0)
    let raised = Atomic<Int32>(0)
    // `concurrentPerform` returns before the borrow ends, and each range goes to one thread.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let flags = floatingPointFlags {
        while true {
          let start = next.wrappingAdd(stride, ordering: .relaxed).oldValue
          guard start < blocks else { return }
          body(start..<min(start + stride, blocks))
        }
      }
      raised.bitwiseOr(flags, ordering: .relaxed)
    }
    feraiseexcept(raised.load(ordering: .relaxed))
  }

  /// The floating-point status flags that `body` raises on this thread, which keeps the flags that
  /// it had.
  private static func floatingPointFlags(of body: () -> Void) -> Int32 {
    let all: Int32 = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INEXACT
    var environment = fenv_t()
    feholdexcept(&environment)
    body()
    let flags = fetestexcept(all)
    fesetenv(&environment)
    return flags
  }
}
