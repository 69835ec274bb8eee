// SPDX-License-Identifier: Apache-2.0
extension PartialSum {
  /// The sum of the leaves of a range, combined in a tree that depends on their number alone: the left branch of every node
  /// holds the largest power of two of leaves that leaves something to the right.
  ///
  /// `PartialSumStack` builds the same tree one leaf at a time.
  @inlinable
  public static func tree(over leaves: Range<Int>, _ leaf: (Int) -> PartialSum) -> PartialSum {
    switch leaves.count {
    case 0: return PartialSum()
    case 1: return leaf(leaves.lowerBound)
    default:
      let left = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
      let middle = leaves.lowerBound + left
      return tree(over: leaves.lowerBound..<middle, leaf)
        + tree(over: middle..<leaves.upperBound, leaf)
    }
  }
}

/// The tree of `PartialSum.tree(over:_:)` for a stream of leaves: the stack holds a complete subtree for each bit of the count.
public struct PartialSumStack: Sendable {
  private var subtrees: [PartialSum] = []
  /// The number of leaves.
  public private(set) var count = 0

  /// No leaves.
  public init() {}

  /// Adds the next leaf. Amortised constant time; at most 64 subtrees are held.
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

  /// The sum of the leaves so far and of one more.
  public func total(adding leaf: PartialSum) -> PartialSum { Self.sum(subtrees[...], leaf) }

  private static func sum(_ subtrees: ArraySlice<PartialSum>, _ last: PartialSum) -> PartialSum {
    subtrees.reversed().reduce(last) { $1 + $0 }
  }
}
