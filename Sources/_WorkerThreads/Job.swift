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

/// A call of `WorkerThreads.run`. It lies on the caller's stack, so no thread may touch it once the
/// call has returned.
struct Job: ~Copyable {
  /// A metatype and an address, which unlike a closure or an existential value need no allocation.
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

  /// The helpers that have begun and not ended. Begun with the pool's lock held; the decrement is a
  /// helper's last access.
  let helpersInside = Atomic(0)
  /// How many more helpers may begin; only with the pool's lock held.
  var openPlaces = 0
  /// The next job of the pool's list; only with the pool's lock held.
  var nextJob: UnsafeMutablePointer<Job>?

  init<W: Work>(_ work: UnsafePointer<W>, count: Int, stride: Int) {
    (workType, self.work) = (W.self, UnsafeRawPointer(work))
    (self.count, self.stride) = (count, stride)
  }

  /// Performs ranges until none is left. A thread that is slow takes fewer.
  func performRanges() {
    while true {
      let start = next.wrappingAdd(stride, ordering: .relaxed).oldValue
      guard start < count else { return }
      workType.perform(start..<min(start + stride, count), at: work)
    }
  }

  /// Performs ranges in the caller's floating-point modes.
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
