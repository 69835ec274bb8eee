// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bytes of a whole file in the address space, read-only, for as long as this value lives.
final class MappedFile: Sendable {
  /// Unsafe for the checker only: the mapping is read-only and lives until `deinit`.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(path: String, descriptor: Int32, count: Int) throws(DataFileError) {
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else {
      throw DataFileError(
        .inputOutput, path: path, reason: "cannot be mapped: \(SystemError.last.reason)")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }
}
