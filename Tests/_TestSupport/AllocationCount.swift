import _AllocationCounter

/// The number of allocations that code makes on the calling thread.
public enum AllocationCount {
  /// Whether allocations can be counted here: on Linux with the GNU C library, without sanitizers.
  public static var isAvailable: Bool { wce_counts_allocations() }

  /// How often `body` asks for memory.
  public static func during<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Int {
    let before = wce_allocation_count()
    try body()
    return Int(wce_allocation_count() - before)
  }
}
