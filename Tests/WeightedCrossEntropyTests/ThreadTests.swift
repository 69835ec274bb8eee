// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing
import _CPUFeatures
import _TestSupport
import _WorkerThreads

@testable import WeightedCrossEntropy

/// Results have the same bits for any number of threads, and few elements use one thread.
@Suite struct ThreadTests {
  private final class Recorder: Work {
    let ranges = Locked<[Range<Int>]>([])
    let caller: pthread_t
    let isSingle: Bool

    init(caller: pthread_t, isSingle: Bool) { (self.caller, self.isSingle) = (caller, isSingle) }

    func perform(_ range: Range<Int>) {
      ranges.withLock { $0.append(range) }
      if isSingle { #expect(pthread_equal(pthread_self(), caller) != 0) }
    }
  }

  init() { WorkerThreads.minimumThreadLimit.store(8, ordering: .relaxed) }

  /// A number of elements for which the given number of threads is used. It is a multiple of three
  /// classes, and the last block is not whole.
  private func count(for workers: Int) throws -> Int {
    let count = (workers * 16 * 4096 / 3 + 411) * 3
    try #require(BlockThreads.count(for: (count + 4095) / 4096, limit: 64) == workers)
    try #require(count % 4096 != 0)
    return count
  }

  /// Calls that cover every way of dividing blocks among threads.
  private static let calls = LossCall.all.filter {
    [.loss, .lossWithGradient, .gradient, .value, .valueWithGradient, .streamValue].contains(
      $0.kind)
      && $0.reduction != .mean
  }

  @Test(
    "Results are the same bits on 1, 2, 3, 5 and 16 threads", arguments: [KernelOptions(), .all],
    Variant.all)
  func calls(with options: KernelOptions, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let isSelected = try variant.set == InstructionSet.selected.get()
      let count = try count(for: isSelected ? 16 : 3)
      let elements = LossElements<Scalar>(shape: [count / 3, 3], seed: 504)
      let numbers = isSelected ? [2, 3, 5, 16] : [2, 3]
      let samples = try ([1] + numbers).map {
        try LossCallSample(elements, options, threads: $0, variant.set)
      }
      for call in Self.calls where call.takes(options) {
        func results(_ sample: LossCallSample<Scalar>) throws -> (Scalar, [Scalar], [Scalar]) {
          var (first, second): ([Scalar], [Scalar]) = (
            blankArray(count: call.outputCount > 0 ? count : 0),
            blankArray(count: call.outputCount > 1 ? count : 0)
          )
          let value = try sample.run(call, into: &first, &second)
          return (value, first, second)
        }
        let single = try results(samples[0])
        for (threads, sample) in zip(numbers, samples.dropFirst()) {
          let other = try results(sample)
          #expect(
            other.0.isSame(as: single.0) && areSame(other.1, single.1)
              && areSame(other.2, single.2),
            "\(call) on \(threads) threads")
        }
      }
    }
    try check(variant.type)
  }

  @Test("Any number of threads from 1 to 64 gives the same bits", arguments: Precision.allCases)
  func everyNumber(in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let count = try count(for: 64)
      let elements = LossElements<Scalar>(shape: [count / 3, 3], seed: 503)
      func sum(_ threads: Int?) throws -> Scalar {
        let loss = try WeightedCrossEntropyLoss<Scalar>(
          positiveWeight: .perClass([1, 2.5, 7], axis: 1), threads: threads)
        return try loss.value(
          of: .sum, logits: elements.logits.span, targets: elements.targets.span,
          shape: elements.shape)
      }
      let single = try sum(1)
      for threads in 2...64 { #expect(try sum(threads) == single, "\(threads) threads") }
      #expect(try sum(nil) == single)
    }
    try check(precision.type)
  }

  @Test(
    "There is one thread for every 16 blocks, and only one for fewer than 32",
    arguments: [
      (0, 64, 1), (1, 64, 1), (31, 64, 1), (32, 64, 2), (47, 64, 2), (48, 64, 3), (1023, 64, 63),
      (1024, 64, 64), (9999, 64, 64), (9999, 5, 5), (9999, 1, 1),
    ])
  func counts(_ blocks: Int, _ limit: Int, _ threads: Int) {
    #expect(BlockThreads.count(for: blocks, limit: limit) == threads)
  }

  @Test(
    "Each block is in one range; ranges end at multiples of the group; one thread has one range",
    arguments: [0, 1, 31, 32, 100, 1025], [1, 2, 8, 32])
  func ranges(_ blocks: Int, inGroupsOf group: Int) {
    for threads in [1, 2, 5, 64] {
      let work = Recorder(caller: pthread_self(), isSingle: blocks < 32 || threads == 1)
      BlockThreads.run(blocks, inGroupsOf: group, threads: threads, work)
      let ranges = work.ranges.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
      if work.isSingle { #expect(ranges.count <= 1) }
      #expect(ranges.flatMap { Array($0) } == Array(0..<blocks), "\(threads) threads")
      #expect(ranges.dropLast().allSatisfy { $0.upperBound % group == 0 }, "\(threads) threads")
    }
  }

  @Test(
    "All threads use the caller's floating-point modes: the same bits on 1, 2 and 3 threads",
    arguments: [FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO] as [Int32], [false, true])
  func modes(rounding: Int32, flushesToZero: Bool) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      // The smallest derivatives are subnormal.
      let lowest = Scalar(Scalar.leastNormalMagnitude.exponent) * 0.7 - 10
      let count = try count(for: 3)
      let logits = (0..<count).map { lowest * (1 - Scalar($0 % 8191) / 50_000) }
      let targets = (0..<count).map { Scalar($0 % 2) }
      func results(_ threads: Int) throws -> [[Scalar]] {
        let loss = try WeightedCrossEntropyLoss<Scalar>(positiveWeight: 1e-3, threads: threads)
        var (losses, gradient): ([Scalar], [Scalar]) = (
          blankArray(count: count), blankArray(count: count)
        )
        let original = wce_floating_point_modes()
        fesetround(rounding)
        if flushesToZero {
          wce_set_floating_point_modes(
            wce_floating_point_modes() | UInt64(WCE_FLUSH_TO_ZERO))
        }
        defer {
          fesetround(FE_TONEAREST)
          wce_set_floating_point_modes(original)
        }
        var lossSpan = losses.mutableSpan
        var gradientSpan = gradient.mutableSpan
        try loss.lossWithGradient(
          logits: logits.span, targets: targets.span, losses: &lossSpan, gradient: &gradientSpan)
        let sum = try loss.value(of: .sum, logits: logits.span, targets: targets.span)
        return [losses, gradient, [sum]]
      }
      let single = try results(1)
      for threads in [2, 3] {
        #expect(
          zip(single, try results(threads)).allSatisfy { areSame($0, $1) }, "\(threads) threads")
      }
    }
    try check(Float.self)
    try check(Double.self)
  }
}
