// SPDX-License-Identifier: Apache-2.0
/// Builds the tree of `PartialSum.tree(over:_:)` from a stream of leaves. The stack holds one
/// complete subtree for each bit that is set in the count.
public struct PartialSumStack: Sendable {
  private var subtrees: [PartialSum] = []
  /// The number of leaves.
  public private(set) var count = 0

  /// No leaves.
  public init() {}

  /// Adds the next leaf, in amortized constant time.
  public mutating func append(_ leaf: PartialSum) {
    var subtree = leaf
    var carries = (~count).trailingZeroBitCount
    while carries > 0, let left = subtrees.popLast() {
      subtree = left + subtree
      carries -= 1
    }
    subtrees.append(subtree)
    count += 1
  }

  /// The sum of the leaves so far.
  public var total: PartialSum {
    guard let last = subtrees.last else { return PartialSum() }
    return Self.sum(subtrees.dropLast(), last)
  }

  /// The sum of the leaves so far and one more.
  public func total(adding leaf: PartialSum) -> PartialSum { Self.sum(subtrees[...], leaf) }

  private static func sum(_ subtrees: ArraySlice<PartialSum>, _ last: PartialSum) -> PartialSum {
    subtrees.reversed().reduce(last) { $1 + $0 }
  }
}
