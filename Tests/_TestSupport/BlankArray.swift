// SPDX-License-Identifier: Apache-2.0
/// An array for results, filled with a number that is not a possible result. So a test notices
/// elements that were not written.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func blankArray<Scalar: BinaryFloatingPoint>(count: Int, of type: Scalar.Type = Scalar.self)
  -> [Scalar]
{
  [Scalar](repeating: -12345, count: count)
}
