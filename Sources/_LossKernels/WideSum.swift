// SPDX-License-Identifier: Apache-2.0
/// The sum of Float terms in Doubles, one for each lane: it never overflows, and takes fewer operations than compensation.
///
/// A lane of a block adds at most 256 terms, and the lanes are added in a tree of four levels: the relative error of the total is
/// below 260 · 2^-53 < 2^-44 of the sum of magnitudes.
public struct WideSum<Terms: FloatVector>: KernelSum {
  @usableFromInline var low, high: SIMD8<Double>

  @inlinable @inline(__always)
  public init() {
    // Not where they are declared: such an expression is not inlined, and would be generic code at run time.
    low = SIMD8<Double>()
    high = SIMD8<Double>()
  }

  @inlinable @inline(__always)
  public mutating func add(_ terms: Terms) {
    low = SIMD8<Double>.sum(low, SIMD8<Double>(widening: terms.lanes.lowHalf))
    high = SIMD8<Double>.sum(high, SIMD8<Double>(widening: terms.lanes.highHalf))
  }

  @inlinable @inline(__always)
  public var total: PartialSum {
    let eight = SIMD8<Double>.sum(low, high)
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return PartialSum(high: two[0] + two[1])
  }
}
