// SPDX-License-Identifier: Apache-2.0
/// A vector of lanes that moves to and from memory.
public protocol KernelVector: KernelArithmetic, SendableMetatype {
  /// The sum of a block of vectors.
  associatedtype Sum: KernelSum<Self>

  /// The number of elements in a vector.
  static var laneCount: Int { get }

  /// A vector of the `laneCount` elements at `source`; no alignment is needed.
  init(loading source: UnsafePointer<Scalar>)
  /// Writes the `laneCount` elements at `destination`; no alignment is needed.
  func store(to destination: UnsafeMutablePointer<Scalar>)
}
