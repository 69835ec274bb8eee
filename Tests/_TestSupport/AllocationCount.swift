// SPDX-License-Identifier: Apache-2.0
import _AllocationCounter

/// Counts memory allocations.
public enum AllocationCount {
  /// Whether allocations can be counted here: on Linux with the GNU C library, without sanitizers.
  public static var isAvailable: Bool { wce_counts_allocations() }

  /// How often `body` asks for memory on the calling thread.
  public static func during<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure)
    -> Int
  {
    let before = wce_allocation_count()
    try body()
    return Int(wce_allocation_count() - before)
  }

  /// How many bytes all threads of the process ask for while `body` runs.
  public static func bytes<Failure: Error>(during body: () throws(Failure) -> Void) throws(Failure)
    -> Int
  {
    let before = wce_allocated_bytes()
    try body()
    return Int(wce_allocated_bytes() - before)
  }
}
