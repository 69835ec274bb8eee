// SPDX-License-Identifier: Apache-2.0
/// Checks of the addresses and sizes of a call from C.
enum CallBuffer {
  /// More bytes than any buffer has: no 64-bit processor has more than 56 address bits.
  private static var maximumByteCount: Int64 { min(Int64(Int.max), 1 << 56) }

  /// Converts a number of elements, which must be at least 0 and addressable.
  static func count<Scalar>(_ count: Int64, of type: Scalar.Type, named name: StaticString)
    throws(CallError)
    -> Int
  {
    let maximum = maximumByteCount / Int64(MemoryLayout<Scalar>.stride)
    guard count >= 0 && count <= maximum else {
      throw CallError(WCE_ERROR_SIZE, "\(name) must lie in [0, \(maximum)], received \(count)")
    }
    return Int(count)
  }

  /// Checks that a buffer is aligned and does not wrap around the address space.
  static func check<Scalar>(
    _ address: UnsafePointer<Scalar>?, count: Int, named name: StaticString
  ) throws(CallError) {
    guard let address else {
      if count == 0 { return }
      throw CallError(WCE_ERROR_NULL_POINTER, "\(name) is null")
    }
    try checkAlignment(of: address, for: Scalar.self, named: name)
    let (_, wraps) = UInt(bitPattern: address).addingReportingOverflow(
      UInt(count * MemoryLayout<Scalar>.stride))
    guard !wraps else {
      throw CallError(WCE_ERROR_SIZE, "\(count) elements from \(name) exceed the address space")
    }
  }

  static func checkAlignment<Scalar>(
    of address: UnsafeRawPointer, for type: Scalar.Type, named name: StaticString
  ) throws(CallError) {
    guard UInt(bitPattern: address) % UInt(MemoryLayout<Scalar>.alignment) == 0 else {
      throw CallError(
        WCE_ERROR_ARGUMENT, "\(name) is not aligned to \(MemoryLayout<Scalar>.alignment) bytes")
    }
  }

  /// Whether two buffers overlap.
  static func overlap(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard !a.isEmpty, !b.isEmpty, let startA = a.baseAddress, let startB = b.baseAddress else {
      return false
    }
    return startA < startB + b.count && startB < startA + a.count
  }
}
