// SPDX-License-Identifier: Apache-2.0
/// Throws an error unless the system can provide `byteCount` more bytes for the data of a file.
///
/// An array that cannot grow ends the process. So this is called before every growth whose size a
/// file determines. Memory that other threads allocate in between is not covered.
package func requireMemory(_ byteCount: Int, for path: String) throws(DataFileError) {
  // Some memory is left for everything else.
  let (needed, overflow) = byteCount.addingReportingOverflow(16 << 20)
  guard overflow || (byteCount >= 1 << 20 && !SystemCalls.canAllocate(needed)) else { return }
  throw DataFileError(
    .notEnoughMemory, path: path, reason: "not enough memory for another \(byteCount) bytes of data"
  )
}

extension Array {
  /// The bytes that the array takes in addition, if it must grow for `count` more elements.
  package func byteCountToGrow(by count: Int) -> Int {
    self.count + count <= capacity
      ? 0 : (Swift.max(2 * capacity, self.count + count) - capacity) * MemoryLayout<Element>.stride
  }

  /// The size of the storage, which exists twice while the array grows.
  package var storageByteCount: Int { capacity * MemoryLayout<Element>.stride }
}
