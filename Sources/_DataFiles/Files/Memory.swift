// SPDX-License-Identifier: Apache-2.0
/// Throws an error unless the system can provide `byteCount` more bytes for the data of a file.
///
/// The process ends if an array cannot grow. Call this before every growth whose size a file
/// determines. It does not count the memory that other threads allocate in between.
package func requireMemory(_ byteCount: Int, for path: String) throws(DataFileError) {
  // Keep 16 MiB for everything else.
  let (needed, overflow) = byteCount.addingReportingOverflow(16 << 20)
  guard overflow || (byteCount >= 1 << 20 && !SystemCalls.canAllocate(needed)) else { return }
  throw DataFileError(
    .notEnoughMemory, path: path, reason: "not enough memory for another \(byteCount) bytes of data"
  )
}

extension Array {
  /// The number of bytes by which the storage grows if `count` elements are appended.
  package func byteCountToGrow(by count: Int) -> Int {
    self.count + count <= capacity
      ? 0 : (Swift.max(2 * capacity, self.count + count) - capacity) * MemoryLayout<Element>.stride
  }

  /// The size of the storage, which exists twice while the array grows.
  package var storageByteCount: Int { capacity * MemoryLayout<Element>.stride }
}
