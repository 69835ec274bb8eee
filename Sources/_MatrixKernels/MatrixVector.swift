// SPDX-License-Identifier: Apache-2.0
/// One register of Doubles: the primitives that the matrix kernels need, each on a concrete type.
/// Generic SIMD operators would be compiled to loops over the lanes.
public protocol MatrixVector: SendableMetatype {
  /// The number of elements in a vector.
  static var laneCount: Int { get }

  /// The same number in every lane.
  init(repeating value: Double)
  /// A vector of the `laneCount` elements at `source`; no alignment is needed.
  init(loading source: UnsafePointer<Double>)
  /// Writes the `laneCount` elements at `destination`; no alignment is needed.
  func store(to destination: UnsafeMutablePointer<Double>)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  /// `a b + c`
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self
  /// The sum of the lanes.
  var sum: Double { get }
}
