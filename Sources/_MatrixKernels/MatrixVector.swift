// SPDX-License-Identifier: Apache-2.0
/// One register of Doubles, with the primitives of the matrix kernels. Each instruction set
/// implements them on a concrete type, because generic SIMD operators would compile to loops over
/// the lanes.
public protocol MatrixVector: SendableMetatype {
  /// The number of elements in a vector.
  static var laneCount: Int { get }

  /// The number in every lane.
  init(repeating value: Double)
  /// The `laneCount` elements at `source`, of any alignment.
  init(loading source: UnsafePointer<Double>)
  /// Writes the `laneCount` elements to `destination`, of any alignment.
  func store(to destination: UnsafeMutablePointer<Double>)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  /// `a b + c`
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// The sum of the lanes.
  var sum: Double { get }
}
