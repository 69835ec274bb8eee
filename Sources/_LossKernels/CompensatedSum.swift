/// The sum of a block's terms, a running sum for each lane and the sum of what its roundings lost (Knuth's TwoSum; Ogita, Rump
/// and Oishi's Sum2, SIAM J. Sci. Comput. 2005): about twice the precision of the element type.
///
/// Every instruction set has the same number of lanes, so each adds the same terms in the same order. A lane of a block adds at
/// most 256 Float terms (512 Double): the relative error of the total is below 256² 2^-48 = 2^-32 of the sum of magnitudes for
/// Float and below 2^-88 for Double.
@usableFromInline
struct CompensatedSum<V: KernelVector> {
  @usableFromInline var sums: V
  @usableFromInline var errors: V

  @inlinable @inline(__always)
  init() {
    // Not where they are declared: such an expression is not inlined, and would be generic code at run time.
    sums = V(repeating: 0)
    errors = V(repeating: 0)
  }

  @inlinable @inline(__always)
  mutating func add(_ terms: V) {
    let sum = sums + terms
    let shadow = sum - sums
    errors = errors + ((sums - (sum - shadow)) + (terms - shadow))
    sums = sum
  }

  /// The sum over the lanes, from first to last.
  @inlinable @inline(__always)
  var total: PartialSum {
    withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: 2 * V.laneCount) { lanes in
      guard let base = lanes.baseAddress else { return PartialSum() }
      sums.store(to: base)
      errors.store(to: base + V.laneCount)
      return PartialSum.total(sums: base, errors: base + V.laneCount, count: V.laneCount)
    }
  }
}

extension PartialSum {
  /// The sum of `count` pairs. The error of a sum that is not finite is NaN, and means nothing.
  @inlinable @inline(__always)
  static func total<Scalar: KernelScalar>(
    sums: UnsafePointer<Scalar>, errors: UnsafePointer<Scalar>, count: Int
  ) -> PartialSum {
    var total = PartialSum()
    for lane in 0..<count {
      let sum = Double(sums[lane])
      let error = sum.isFinite ? Double(errors[lane]) : 0
      if Scalar.significandBitCount < 26 {
        // Numbers of at most 26 bits: Double alone is more than twice as precise.
        total.high += sum + error
      } else {
        total = total.adding(PartialSum(high: sum, low: error))
      }
    }
    return total
  }
}
