// SPDX-License-Identifier: Apache-2.0
extension BinaryFloatingPoint {
  /// Whether two numbers have the same bits, or are both NaN.
  @inlinable
  public func isSame(as other: Self) -> Bool {
    self == other ? sign == other.sign : isNaN && other.isNaN
  }
}

/// Whether two arrays hold the same bits; every NaN counts as the same.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func areSame<Scalar: BinaryFloatingPoint>(_ a: [Scalar], _ b: [Scalar]) -> Bool {
  guard a.count == b.count else { return false }
  for index in a.indices where !a[index].isSame(as: b[index]) { return false }
  return true
}

/// A description of the differences between two arrays.
public func differences<Scalar: BinaryFloatingPoint>(_ a: [Scalar], _ b: [Scalar]) -> String {
  let places = zip(a, b).enumerated().filter { !$1.0.isSame(as: $1.1) }
  return "\(a.count) and \(b.count) elements, \(places.count) differ: "
    + places.prefix(3).map { "[\($0)] \($1.0) and \($1.1)" }.joined(separator: ", ")
}
