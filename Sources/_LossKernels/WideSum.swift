// SPDX-License-Identifier: Apache-2.0
/// The sum of Float terms in Doubles, one for each lane. It cannot overflow, and takes fewer
/// operations than a compensated sum.
///
/// A lane adds at most 256 terms of a block, and a tree of four levels adds the lanes. The relative
/// error of the total is below 260 · 2^-53 < 2^-44 of the sum of magnitudes.
public struct WideSum<Terms: FloatVector>: KernelSum {
  @usableFromInline var low, high: Terms.Wide

  // Default values of the properties would not be inlined; they would run as generic code.
  @inlinable @inline(__always)
  public init() { self.init(low: Terms.Wide(repeating: 0), high: Terms.Wide(repeating: 0)) }

  @inlinable @inline(__always)
  public init(low: Terms.Wide, high: Terms.Wide) {
    self.low = low
    self.high = high
  }

  @inlinable @inline(__always)
  public mutating func add(_ terms: Terms) {
    low = low + Terms.Wide(widening: terms.lanes.lowHalf)
    high = high + Terms.Wide(widening: terms.lanes.highHalf)
  }

  @inlinable @inline(__always)
  public var total: PartialSum {
    let eight = (low + high).lanes
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return PartialSum(high: two[0] + two[1])
  }
}
