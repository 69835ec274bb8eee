// SPDX-License-Identifier: Apache-2.0
/// The sum of Double terms with about twice the precision of Double.
///
/// Each lane keeps a running sum and the sum of its rounding errors (Knuth's TwoSum; Ogita, Rump
/// and Oishi's Sum2, SIAM J. Sci. Comput. 2005). A lane adds at most 512 terms of a block, and a
/// tree of three levels, also with TwoSum, adds the lanes. The relative error of the total is below
/// 515² 2^-106 < 2^-87 of the sum of magnitudes.
public struct CompensatedSum<Terms: DoubleVector>: KernelSum {
  @usableFromInline var sums, errors: Terms

  // Default values of the properties would not be inlined; they would run as generic code.
  @inlinable @inline(__always)
  public init() { self.init(sums: Terms(repeating: 0), errors: Terms(repeating: 0)) }

  @inlinable @inline(__always)
  public init(sums: Terms, errors: Terms) {
    self.sums = sums
    self.errors = errors
  }

  @inlinable @inline(__always)
  public mutating func add(_ terms: Terms) { Self.add(terms, to: &sums, errors: &errors) }

  /// Adds terms to sums, and the rounding errors to `errors`.
  @inlinable @inline(__always)
  public static func add<V: KernelArithmetic>(_ terms: V, to sums: inout V, errors: inout V) {
    errors = errors + add(terms, to: &sums)
  }

  /// Adds terms to sums, and returns the rounding errors.
  @inlinable @inline(__always)
  public static func add<V: KernelArithmetic>(_ terms: V, to sums: inout V) -> V {
    let sum = sums + terms
    let shadow = sum - sums
    let errors = (sums - (sum - shadow)) + (terms - shadow)
    sums = sum
    return errors
  }

  /// If the sum is not finite, the error is NaN and is ignored.
  @inlinable @inline(__always)
  public var total: PartialSum {
    let (sums, errors) = (sums.lanes, errors.lanes)
    let (sum4, error4) = Self.twoSum(sums.lowHalf, sums.highHalf)
    let errors4 = error4 + (errors.lowHalf + errors.highHalf)
    let (sum2, error2) = Self.twoSum(sum4.lowHalf, sum4.highHalf)
    let errors2 = error2 + (errors4.lowHalf + errors4.highHalf)
    return PartialSum(high: sum2[0], low: errors2[0]).adding(
      PartialSum(high: sum2[1], low: errors2[1]))
  }

  @inlinable @inline(__always)
  static func twoSum<Lanes: SIMD>(_ a: Lanes, _ b: Lanes) -> (sum: Lanes, error: Lanes)
  where Lanes.Scalar == Double {
    let sum = a + b
    let shadow = sum - a
    return (sum, (a - (sum - shadow)) + (b - shadow))
  }
}
