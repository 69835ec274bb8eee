// SPDX-License-Identifier: Apache-2.0
/// An array for results. Its elements are a number that no result has, so that a test sees an
/// element that was not written.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func blankArray<Scalar: BinaryFloatingPoint>(count: Int, of type: Scalar.Type = Scalar.self)
  -> [Scalar]
{
  [Scalar](repeating: -12345, count: count)
}
