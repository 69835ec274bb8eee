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

  @Test func arithmeticAllocatesNothing() {
    var sum = 0.0
    #expect(AllocationCount.during { for index in 0..<1000 { sum += Double(index).squareRoot() } } == 0)
    #expect(sum > 0)
  }
}
