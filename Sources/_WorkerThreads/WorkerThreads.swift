// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Divides work among threads, for all modules of the package.
///
/// The calling thread always takes part. Threads of a pool help it; if none can be created, the
/// calling thread does all the work. Calls may be nested, and any number of threads and tasks may
/// call at the same time; they share the pool. Task-local values are not set in the helpers.
///
/// The helpers use the caller's floating-point modes. The status flags that they raise are raised
/// in the caller.
package enum WorkerThreads {
  /// Divides `0..<count` into ranges, performs `work` on them on at most `threads` threads, and
  /// returns when all are complete.
  ///
  /// Each range except the last has `stride` indices; on one thread there is a single range. No
  /// memory is allocated if the threads exist.
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
        let helpers = min(wanted, limit) - 1
        job.initialize(to: Job(work, count: count, stride: stride, helpers: helpers))
        pool.run(job, helpers: helpers, threadLimit: limit - 1)
        job.deinitialize(count: 1)
      }
    }
  }

  /// Calls `body` with each index in `0..<count`, on at most `threads` threads, and returns when
  /// all calls have returned.
  package static func forEach(_ count: Int, threads: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { run(count, threads: threads, EachIndex(body: $0)) }
  }

  /// Returns the results of `transform` for all elements, in order, computed on at most `threads`
  /// threads.
  ///
  /// Throws the error of the first element that fails, in the order of the elements. Elements after
  /// a failed one may be skipped.
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

/// Work that several threads perform concurrently, each on different indices.
package protocol Work {
  func perform(_ range: Range<Int>)
}

extension Work {
  /// Performs a range of the work of this type that is stored at `address`.
  static func perform(_ range: Range<Int>, at address: UnsafeRawPointer) {
    address.assumingMemoryBound(to: Self.self).pointee.perform(range)
  }
}

private struct EachIndex: Work {
  let body: (Int) -> Void

  func perform(_ range: Range<Int>) { for index in range { body(index) } }
}
