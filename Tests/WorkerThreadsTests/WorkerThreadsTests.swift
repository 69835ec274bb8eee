// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing
import _CPUFeatures
import _TestSupport

@testable import _WorkerThreads

/// Every call performs each index exactly once, on up to 8 threads on any machine.
@Suite struct WorkerThreadsTests {
  private final class Counters: Sendable, Work {
    let ranges = Locked<[Range<Int>]>([])
    let number = Atomic(0)
    let threads = Locked<Set<UInt>>([])

    func perform(_ range: Range<Int>) {
      ranges.withLock { $0.append(range) }
      number.wrappingAdd(range.count, ordering: .relaxed)
    }
  }

  private let counters = Counters()

  init() { WorkerThreads.minimumThreadLimit.store(8, ordering: .relaxed) }

  @Test(arguments: [0, 1, 7, 8, 9, 1000], [1, 8, 32])
  func rangesCoverAllIndicesAndStartAtMultiplesOfTheStride(count: Int, stride: Int) {
    for threads in [-1, 1, 2, 3, 8, 64] {
      counters.ranges.withLock { $0 = [] }
      WorkerThreads.run(count, stride: stride, threads: threads, counters)
      let ranges = counters.ranges.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(ranges.allSatisfy { $0.lowerBound % stride == 0 })
      if threads > 1, count > stride {
        #expect(ranges.dropLast().allSatisfy { $0.count == stride })
      } else {
        #expect(ranges.count == min(count, 1))
      }
    }
  }

  @Test func allRequestedThreadsWorkConcurrently() {
    // Each index waits until 5 threads have started one.
    WorkerThreads.forEach(5, threads: 5) { _ in
      counters.number.wrappingAdd(1, ordering: .relaxed)
      let end = ContinuousClock.now + .seconds(30)
      while counters.number.load(ordering: .relaxed) < 5, ContinuousClock.now < end {
        sched_yield()
      }
      counters.threads.withLock { _ = $0.insert(UInt(bitPattern: thisThread())) }
    }
    #expect(counters.number.load(ordering: .relaxed) == 5)
    #expect(counters.threads.withLock { $0.count } == 5)
  }

  @Test func mapKeepsTheOrder() {
    for count in [0, 1, 2, 1000] {
      #expect(
        WorkerThreads.map(Array(0..<count), threads: 5) { "\($0)" } == (0..<count).map { "\($0)" })
    }
  }

  private struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 8])
  func mapThrowsTheErrorOfTheFirstElementThatFails(threads: Int) {
    for _ in 0..<40 {
      let begun = Atomic(0)
      #expect(throws: Failure(index: 20)) {
        try WorkerThreads.map(Array(0..<100_000), threads: threads) { index throws(Failure) in
          begun.wrappingAdd(1, ordering: .relaxed)
          if index == 20 { for _ in 0..<100 { sched_yield() } }
          if index >= 20 { throw Failure(index: index) }
        }
      }
      #expect(begun.load(ordering: .relaxed) < 100_000)
    }
  }

  @Test func nestedCallsComplete() {
    let sum = Atomic(0)
    WorkerThreads.forEach(10, threads: 4) { first in
      WorkerThreads.forEach(20, threads: 4) { second in
        let values = WorkerThreads.map(Array(0..<30), threads: 4) { $0 * first * second }
        sum.wrappingAdd(values.reduce(0, +), ordering: .relaxed)
      }
    }
    #expect(sum.load(ordering: .relaxed) == 45 * 190 * 435)
  }

  @Test func concurrentCallsComplete() async {
    let counters = counters
    @Sendable func call() {
      for _ in 0..<500 {
        WorkerThreads.run(40, threads: 3, counters)
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { call() } }
      for _ in 0..<20 {
        group.addTask {
          await withCheckedContinuation { continuation in
            Thread.detachNewThread {
              call()
              continuation.resume()
            }
          }
        }
      }
    }
    #expect(counters.number.load(ordering: .relaxed) == 40 * 500 * 40)
  }

  @Test func lateHelpersDoNotAccessAFinishedJob() {
    // The memory of a job is reused at once, so a late helper would access the next job.
    for count in 1...20_000 {
      let done = Atomic(0)
      WorkerThreads.forEach(count % 7 + 2, threads: 8) { _ in
        done.wrappingAdd(1, ordering: .relaxed)
      }
      #expect(done.load(ordering: .relaxed) == count % 7 + 2)
    }
  }

  @Test(
    arguments: [FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO] as [Int32], [false, true])
  func helpersHaveTheCallersModes(rounding: Int32, flushesToZero: Bool) {
    let original = wce_floating_point_modes()
    defer {
      fesetround(FE_TONEAREST)
      wce_set_floating_point_modes(original)
    }
    fesetround(rounding)
    let flush: UInt64 = flushesToZero ? UInt64(WCE_FLUSH_TO_ZERO) : 0
    wce_set_floating_point_modes(wce_floating_point_modes() | flush)
    let modes = wce_floating_point_modes()
    let wrong = Atomic(0)
    WorkerThreads.forEach(1000, threads: 8) { _ in
      if wce_floating_point_modes() != modes {
        wrong.wrappingAdd(1, ordering: .relaxed)
      }
    }
    #expect(wce_floating_point_modes() == modes)
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [FE_INVALID, FE_DIVBYZERO, FE_OVERFLOW, FE_UNDERFLOW] as [Int32])
  func flagsOfHelpersAreAddedToTheCallersFlags(flag: Int32) {
    let all: Int32 = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INEXACT
    for index in 0..<50 {
      feclearexcept(all)
      feraiseexcept(FE_INEXACT)
      WorkerThreads.forEach(50, threads: 4) {
        if $0 == index { feraiseexcept(flag) }
        sched_yield()
      }
      #expect(fetestexcept(all) & ~FE_INEXACT == flag && fetestexcept(all) & FE_INEXACT != 0)
      feclearexcept(all)
      WorkerThreads.forEach(50, threads: 4) { _ in sched_yield() }
      #expect(fetestexcept(all) == 0)
    }
  }

  @Test func helpersBlockSignalsThatAreNotFaults() {
    let wrong = Locked<[Int32]>([])
    let caller = thisThread()
    WorkerThreads.forEach(1000, threads: 8) { _ in
      guard thisThread() != caller else { return }
      var mask = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &mask)
      for signal in [SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPROF]
      where sigismember(&mask, signal) == 0 {
        wrong.withLock { $0.append(signal) }
      }
      for signal in [SIGSEGV, SIGBUS, SIGFPE] where sigismember(&mask, signal) == 1 {
        wrong.withLock { $0.append(signal) }
      }
    }
    #expect(wrong.withLock { $0 } == [])
  }

  @Test func processorCountIsThatOfThisThread() {
    #expect(
      (1...ProcessInfo.processInfo.activeProcessorCount).contains(WorkerThreads.processorCount))
  }
}

private func thisThread() -> UnsafeMutableRawPointer? {
  UnsafeMutableRawPointer(bitPattern: UInt(pthread_self()))
}
