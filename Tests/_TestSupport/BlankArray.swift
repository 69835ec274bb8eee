// SPDX-License-Identifier: Apache-2.0
/// An array to write results to: its elements are a number that no result is, so that one nobody wrote is seen.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func blankArray<Scalar: BinaryFloatingPoint>(count: Int, of type: Scalar.Type = Scalar.self)
  -> [Scalar]
{
  [Scalar](repeating: -12345, count: count)
}
