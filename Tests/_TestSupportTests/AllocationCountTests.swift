// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite(.enabled(if: AllocationCount.isAvailable, "allocations cannot be counted here"))
struct AllocationCountTests {
  @Test func arraysAreCounted() {
    var kept: [[Int]] = []
    kept.reserveCapacity(16)
    let count = AllocationCount.during {
      for length in 1...10 { kept.append([Int](repeating: length, count: length)) }
    }
    #expect(count == 10)
    #expect(kept.count == 10)
  }

  @Test func bytesAreCounted() {
    var array: [UInt8] = []
    #expect(AllocationCount.bytes { array = [UInt8](repeating: 1, count: 100_000) } >= 100_000)
    #expect(array.count == 100_000)
  }

  @Test func arithmeticAllocatesNothing() {
    var sum = 0.0
    #expect(
      AllocationCount.during { for index in 0..<1000 { sum += Double(index).squareRoot() } } == 0)
    #expect(sum > 0)
  }
}
