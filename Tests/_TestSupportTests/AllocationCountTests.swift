// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite(.enabled(if: AllocationCount.isAvailable, "allocations cannot be counted on this system"))
struct AllocationCountTests {
  @Test("Each array is one allocation") func arrays() {
    var kept: [[Int]] = []
    kept.reserveCapacity(16)
    let count = AllocationCount.during {
      for length in 1...10 { kept.append([Int](repeating: length, count: length)) }
    }
    #expect(count == 10)
    #expect(kept.count == 10)
  }

  @Test("The bytes of an array are counted") func bytes() {
    var array: [UInt8] = []
    #expect(AllocationCount.bytes { array = [UInt8](repeating: 1, count: 100_000) } >= 100_000)
    #expect(array.count == 100_000)
  }

  @Test("Arithmetic allocates nothing") func arithmetic() {
    var sum = 0.0
    #expect(
      AllocationCount.during { for index in 0..<1000 { sum += Double(index).squareRoot() } } == 0)
    #expect(sum > 0)
  }
}
