// SPDX-License-Identifier: Apache-2.0
/// The sum of a block's terms, kept in vectors while the block lasts.
///
/// Every instruction set has the same number of lanes, so each adds the same terms in the same order.
public protocol KernelSum<Terms> {
  associatedtype Terms

  /// Zero.
  init()
  /// Adds the terms of a vector.
  mutating func add(_ terms: Terms)
  /// The sum over the lanes.
  var total: PartialSum { get }
}
