// SPDX-License-Identifier: Apache-2.0
/// The sum of the terms of a block, one sum for each lane.
///
/// All instruction sets use the same number of lanes, so they add the same terms in the same order.
public protocol KernelSum<Terms> {
  associatedtype Terms

  /// Zero.
  init()
  /// Adds a vector of terms.
  mutating func add(_ terms: Terms)
  /// The sum of the lanes.
  var total: PartialSum { get }
}
