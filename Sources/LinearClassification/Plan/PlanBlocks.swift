// SPDX-License-Identifier: Apache-2.0

/// A set of numbers of blocks of rows, as disjoint ranges.
struct PlanBlocks: Hashable, Sendable {
  /// In ascending order. Ranges that touch are one.
  private(set) var ranges: [Range<Int>] = []

  /// Consecutive blocks.
  init(_ range: Range<Int>) { ranges = range.isEmpty ? [] : [range] }

  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Adds other blocks.
  mutating func merge(_ other: Self) throws(ClassificationError) {
    var merged: [Range<Int>] = []
    for range in (ranges + other.ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        guard range.lowerBound == last.upperBound else { throw .repeatedBlock(range.lowerBound) }
        merged[merged.count - 1] = last.lowerBound..<range.upperBound
      } else {
        merged.append(range)
      }
    }
    ranges = merged
    try check()
  }

  private func check() throws(ClassificationError) {
    // Each range is smaller than this, so the sum cannot overflow before the test fails.
    var total = 0
    for range in ranges {
      guard range.count <= BinnedSums.largestBlockCount - total else {
        throw .damagedBytes("there are more than \(BinnedSums.largestBlockCount) blocks")
      }
      total += range.count
    }
  }

  /// A block that only one of two sets has.
  func firstDifference(from other: Self) -> Int? {
    for (own, others) in zip(ranges, other.ranges) where own != others {
      return own.lowerBound != others.lowerBound
        ? min(own.lowerBound, others.lowerBound) : min(own.upperBound, others.upperBound)
    }
    let shorter = min(ranges.count, other.ranges.count)
    return (ranges.dropFirst(shorter).first ?? other.ranges.dropFirst(shorter).first)?.lowerBound
  }

  func write(to writer: inout ByteWriter) {
    writer.write(count: ranges.count)
    for range in ranges {
      writer.write(UInt64(range.lowerBound))
      writer.write(UInt64(range.count))
    }
  }

  init(from reader: inout ByteReader) throws(ClassificationError) {
    for _ in 0..<(try reader.readCount(ofSize: 16)) {
      let (first, count) = (try reader.read(UInt64.self), try reader.read(UInt64.self))
      guard first <= 1 << 62, count >= 1, count <= UInt64(BinnedSums.largestBlockCount),
        Int(first) > ranges.last?.upperBound ?? -1
      else { throw .damagedBytes("the blocks are not ranges in ascending order") }
      ranges.append(Int(first)..<Int(first + count))
    }
    try check()
  }
}
