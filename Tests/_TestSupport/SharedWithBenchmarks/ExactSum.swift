// SPDX-License-Identifier: Apache-2.0
/// The exact sum of Doubles, as an expansion of parts that do not overlap (Shewchuk, "Adaptive
/// precision floating-point arithmetic", 1997).
public struct ExactSum: Sendable {
  /// The parts, in order of increasing magnitude.
  private var parts: [Double] = []

  /// The empty sum.
  public init() {}

  /// The sum of finite numbers. No partial sum may overflow.
  public init(_ terms: some Sequence<Double>) {
    for term in terms { add(term) }
  }

  /// The sum of the elements of an array, under the same conditions.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init<Scalar: BinaryFloatingPoint>(ofElements elements: [Scalar]) {
    for element in elements { add(Double(element)) }
  }

  /// Adds a finite number.
  public mutating func add(_ term: Double) {
    var term = term
    var kept = 0
    for index in parts.indices {
      let part = parts[index]
      let sum = term + part
      let shadow = sum - term
      let error = (term - (sum - shadow)) + (part - shadow)
      if error != 0 {
        parts[kept] = error
        kept += 1
      }
      term = sum
    }
    parts.removeLast(parts.count - kept)
    parts.append(term)
  }

  /// The sum, rounded.
  public var value: Double { parts.reduce(0, +) }

  /// The distance of a result from the exact sum, in units in the last place of the sum in its
  /// type.
  public func ulps<Scalar: BinaryFloatingPoint>(of result: Scalar) -> Double {
    var difference = self
    difference.add(-Double(result))
    return difference.value.magnitude / Double(Scalar(value).ulp)
  }
}
