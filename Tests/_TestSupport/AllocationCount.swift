// SPDX-License-Identifier: Apache-2.0
import _AllocationCounter

/// Counts memory allocations.
public enum AllocationCount {
  /// Whether allocations can be counted: on Linux with the GNU C library, without sanitizers.
  public static var isAvailable: Bool { wce_counts_allocations() }

  /// The number of allocations by `body` on the calling thread.
  public static func during<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure)
    -> Int
  {
    let before = wce_allocation_count()
    try body()
    return Int(wce_allocation_count() - before)
  }

  /// The bytes that all threads of the process allocate while `body` runs.
  public static func bytes<Failure: Error>(during body: () throws(Failure) -> Void) throws(Failure)
    -> Int
  {
    let before = wce_allocated_bytes()
    try body()
    return Int(wce_allocated_bytes() - before)
  }
}
