// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Divides work among threads. All modules of the package divide their work here.
///
/// The calling thread always works. Threads of a pool help it; if none can be made, the calling
/// thread does everything. Calls may be nested and may come from any number of threads and tasks:
/// they share the pool. Task-local values do not reach the helpers.
///
/// The helpers compute in the caller's floating-point modes, and the status flags they raise are
/// raised in the caller.
package enum WorkerThreads {
  /// Performs ranges of `work` that together are `0..<count`, on at most `threads` threads; returns
  /// when all are done.
  ///
  /// Each range begins at a multiple of `stride` and has `stride` indices, except the last; on one
  /// thread there is one range. Nothing is allocated once the threads exist.
  package static func run(_ count: Int, stride: Int = 1, threads: Int, _ work: some Work) {
    guard count > 0 else { return }
    let wanted = min(threads, (count - 1) / stride + 1)
    let limit = wanted > 1 ? threadLimit : 1
    guard limit > 1, let pool = WorkerPool.shared else {
      return work.perform(0..<count)
    }
    withUnsafePointer(to: work) { work in
      withUnsafeTemporaryAllocation(of: Job.self, capacity: 1) { buffer in
        guard let job = buffer.baseAddress else { return }
        job.initialize(to: Job(work, count: count, stride: stride))
        pool.run(job, helpers: min(wanted, limit) - 1, threadLimit: limit - 1)
        job.deinitialize(count: 1)
      }
    }
  }

  /// Calls `body` with every index of `0..<count`, on at most `threads` threads; returns when all
  /// calls have returned.
  package static func forEach(_ count: Int, threads: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { run(count, threads: threads, EachIndex(body: $0)) }
  }

  /// The results of `transform` on every element, in order, on at most `threads` threads.
  ///
  /// The error thrown is the one of the first element that fails, whichever thread is faster.
  /// Elements after one that has failed are skipped.
  package static func map<Element, Result, Failure>(
    _ elements: [Element], threads: Int, _ transform: (Element) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var results = [Swift.Result<Result, Failure>?](repeating: nil, count: elements.count)
    let firstFailure = Atomic(Int.max)
    results.withUnsafeMutableBufferPointer { results in
      forEach(elements.count, threads: threads) { index in
        guard index < firstFailure.load(ordering: .relaxed) else { return }
        do throws(Failure) {
          results[index] = .success(try transform(elements[index]))
        } catch {
          results[index] = .failure(error)
          firstFailure.min(index, ordering: .relaxed)
        }
      }
    }
    var values: [Result] = []
    values.reserveCapacity(elements.count)
    for case let result? in results { values.append(try result.get()) }
    return values
  }
}

/// Work that several threads perform at the same time, each on other indices.
package protocol Work {
  func perform(_ range: Range<Int>)
}

extension Work {
  /// Performs a range of the work of this type that lies at `address`.
  static func perform(_ range: Range<Int>, at address: UnsafeRawPointer) {
    address.assumingMemoryBound(to: Self.self).pointee.perform(range)
  }
}

private struct EachIndex: Work {
  let body: (Int) -> Void

  func perform(_ range: Range<Int>) { for index in range { body(index) } }
}
