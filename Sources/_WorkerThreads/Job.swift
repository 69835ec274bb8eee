// SPDX-License-Identifier: Apache-2.0
import Synchronization
import _CPUFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A call of `WorkerThreads.run`. It is on the caller's stack, so no thread may access it after the
/// call has returned.
struct Job: ~Copyable {
  /// A metatype and an address. Unlike a closure or an existential value, they need no allocation.
  private let workType: any Work.Type
  private let work: UnsafeRawPointer
  private let count: Int
  private let stride: Int
  private let modes = wce_floating_point_modes()
  private let next = Atomic(0)
  private let raisedFlags = Atomic<Int32>(0)

  private static var allFlags: Int32 {
    FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INEXACT
  }

  /// The number of helpers at work. A helper increments it with the pool's lock held, and
  /// decrements it as its last access to the job.
  let helpersInside = Atomic(0)
  /// The number of helpers that may still join. Guarded by the pool's lock. It is atomic because
  /// the threads that perform ranges borrow the whole job, which forbids other modifications.
  let openPlaces: Atomic<Int>
  /// The next job in the pool's list. Guarded by the pool's lock.
  let nextJob = Atomic<UnsafeMutablePointer<Job>?>(nil)

  init<W: Work>(_ work: UnsafePointer<W>, count: Int, stride: Int, helpers: Int) {
    (workType, self.work) = (W.self, UnsafeRawPointer(work))
    (self.count, self.stride) = (count, stride)
    openPlaces = Atomic(helpers)
  }

  /// Performs ranges until none is left. A slow thread takes fewer ranges.
  func performRanges() {
    while true {
      let start = next.wrappingAdd(stride, ordering: .relaxed).oldValue
      guard start < count else { return }
      workType.perform(start..<min(start + stride, count), at: work)
    }
  }

  /// Performs ranges as a helper, in the caller's floating-point modes.
  func help() {
    let own = wce_floating_point_modes()
    feclearexcept(Self.allFlags)
    wce_set_floating_point_modes(modes)
    performRanges()
    raisedFlags.bitwiseOr(fetestexcept(Self.allFlags), ordering: .relaxed)
    wce_set_floating_point_modes(own)
  }

  /// Raises in the caller the floating-point flags that the helpers raised.
  func raiseFlags() { feraiseexcept(raisedFlags.load(ordering: .relaxed)) }
}
