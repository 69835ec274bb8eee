// SPDX-License-Identifier: Apache-2.0
/// A vector of lanes that can be loaded and stored.
public protocol KernelVector: KernelArithmetic, SendableMetatype {
  /// The sum of the vectors of a block.
  associatedtype Sum: KernelSum<Self>

  /// The number of elements in a vector.
  static var laneCount: Int { get }

  /// Loads `laneCount` elements from `source`, which needs no alignment.
  init(loading source: UnsafePointer<Scalar>)
  /// Stores `laneCount` elements at `destination`, which needs no alignment.
  func store(to destination: UnsafeMutablePointer<Scalar>)
}
