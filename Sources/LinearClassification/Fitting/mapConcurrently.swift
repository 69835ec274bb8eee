// SPDX-License-Identifier: Apache-2.0
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Maps each element on at most `threads` threads.
func mapConcurrently<Element, Result>(
  _ elements: [Element], threads: Int, _ transform: (Element) -> Result
) -> [Result] {
  var results = [Result?](repeating: nil, count: elements.count)
  results.withUnsafeMutableBufferPointer { buffer in
    // One thread writes each result, and `concurrentPerform` returns after all are written.
    nonisolated(unsafe) let buffer = buffer
    nonisolated(unsafe) let elements = elements
    nonisolated(unsafe) let transform = transform
    let workers = max(1, min(threads, elements.count))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: elements.count, by: workers) {
        buffer[index] = transform(elements[index])
      }
    }
  }
  return results.compactMap { $0 }
}

/// The processors that are online.
enum WorkerCount {
  static let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
