// SPDX-License-Identifier: Apache-2.0

/// Sums of the numbers of blocks of rows that have the same bits for any order and grouping of the
/// blocks.
///
/// Each number is divided into integer multiples of three units, which are 2^28 apart on a fixed
/// grid, and each unit has its own exact sum. The largest unit of a group of sums is that of the
/// group's largest number so far. When it grows, the sum of the smallest unit is dropped. So the
/// result depends on the numbers alone: the reproducible sum of Demmel and Nguyen (*Parallel
/// Reproducible Summation*, IEEE Transactions on Computers 64, 2015), with integers in the bins.
///
/// A block loses at most 2^-56 of the largest number of its group. Numbers below 2^-1022 count
/// as 0. If a number of a group is not below 2^1023, its sums are NaN.
struct BinnedSums: Hashable, Sendable {
  /// The number of sums of each group.
  private(set) var groups: [Int]
  /// For each group the position of the largest unit on the grid.
  private(set) var positions: [Int]
  /// The sums of the largest unit, of the next one, and of the smallest, as counts of the unit.
  private(set) var high: [Double]
  private(set) var middle: [Double]
  private(set) var low: [Double]
  private(set) var blockCount = 0

  /// The largest number of blocks, 34 billion rows. A count of a unit grows by at most 2^27 for
  /// each, and is exact up to 2^53.
  static let largestBlockCount = 1 << 24

  /// The distance of the units, in powers of two.
  private static let spacing = 28
  /// The position of the unit for numbers that are not below 2^1023.
  private static let notFinite = 1 << 10
  private static let smallestPosition = 2

  /// Sums of no blocks.
  init(groups: [Int]) {
    self.groups = groups
    positions = groups.map { _ in Self.smallestPosition }
    high = Array(repeating: 0, count: groups.reduce(0, +))
    (middle, low) = (high, high)
  }

  private static func unit(_ position: Int) -> Double {
    Double(sign: .plus, exponent: position * spacing - 1022, significand: 1)
  }

  /// The least position whose unit is above 2^-27 of the magnitude.
  private static func position(of magnitude: Double) -> Int {
    guard magnitude < 0x1p1023 else { return notFinite }
    guard magnitude >= .leastNormalMagnitude else { return smallestPosition }
    let excess = Int(magnitude.exponent) + 1 - (spacing - 1) + 1022
    return max(smallestPosition, (excess + spacing - 1) / spacing)
  }

  /// Adds the numbers of one block: one for each sum, group by group.
  mutating func add(_ block: UnsafePointer<Double>) {
    countBlocks(1)
    var start = 0
    for (group, count) in groups.enumerated() {
      let end = start + count
      defer { start = end }
      let magnitude = Self.magnitude(block + start, count)
      let position = Self.position(of: magnitude)
      if position > positions[group] { raise(group, start..<end, to: position) }
      if positions[group] == Self.notFinite || magnitude == 0 { continue }
      let units = (0..<3).map { Self.unit(positions[group] - $0) }
      let inverses = units.map { 1 / $0 }
      let (unit, next) = (units[0], units[1])
      let (inverse, nextInverse, lastInverse) = (inverses[0], inverses[1], inverses[2])
      high.withUnsafeMutableBufferPointer { high in
        middle.withUnsafeMutableBufferPointer { middle in
          low.withUnsafeMutableBufferPointer { low in
            // Adding and subtracting this number rounds to an integer.
            let rounder = 0x1.8p52
            for index in start..<end {
              var rest = block[index]
              var multiple = (rest * inverse + rounder) - rounder
              high[index] += multiple
              rest -= multiple * unit
              multiple = (rest * nextInverse + rounder) - rounder
              middle[index] += multiple
              rest -= multiple * next
              low[index] += (rest * lastInverse + rounder) - rounder
            }
          }
        }
      }
    }
  }

  /// The largest magnitude; not finite if a number is not.
  private static func magnitude(_ numbers: UnsafePointer<Double>, _ count: Int) -> Double {
    // Bit patterns of magnitudes are in the order of the magnitudes, and NaN is the largest.
    var largest: UInt64 = 0
    for index in 0..<count { largest = max(largest, numbers[index].magnitude.bitPattern) }
    return Double(bitPattern: largest)
  }

  /// Raises the units of a group.
  private mutating func raise(_ group: Int, _ range: Range<Int>, to position: Int) {
    let steps = position - positions[group]
    positions[group] = position
    for index in range {
      switch steps {
      case 1: (high[index], middle[index], low[index]) = (0, high[index], middle[index])
      case 2: (high[index], middle[index], low[index]) = (0, 0, high[index])
      default: (high[index], middle[index], low[index]) = (0, 0, 0)
      }
    }
  }

  /// Adds the sums of other blocks.
  mutating func merge(_ other: Self) {
    var other = other
    var start = 0
    for (group, count) in groups.enumerated() {
      let range = start..<start + count
      start += count
      let position = max(positions[group], other.positions[group])
      if position > positions[group] { raise(group, range, to: position) }
      if position > other.positions[group] { other.raise(group, range, to: position) }
      for index in range {
        high[index] += other.high[index]
        middle[index] += other.middle[index]
        low[index] += other.low[index]
      }
    }
    countBlocks(other.blockCount)
  }

  private mutating func countBlocks(_ count: Int) {
    blockCount += count
    precondition(blockCount <= Self.largestBlockCount, "too many blocks for exact sums")
  }

  /// Appends further sums of the same blocks.
  mutating func append(_ other: Self) {
    groups += other.groups
    positions += other.positions
    high += other.high
    middle += other.middle
    low += other.low
    blockCount = max(blockCount, other.blockCount)
  }

  /// The sums.
  var values: [Double] {
    var values: [Double] = []
    values.reserveCapacity(high.count)
    for (count, position) in zip(groups, positions) {
      let range = values.count..<values.count + count
      guard position != Self.notFinite else {
        values += range.map { _ in .nan }
        continue
      }
      let units = (0..<3).map { Self.unit(position - $0) }
      for index in range {
        values.append(
          high[index] * units[0] + (middle[index] * units[1] + low[index] * units[2]))
      }
    }
    return values
  }
}

// MARK: Bytes

extension BinnedSums {
  func write(to writer: inout ByteWriter) {
    writer.write(count: groups.count)
    for (count, position) in zip(groups, positions) {
      writer.write(count: count)
      writer.write(UInt16(position))
    }
    for counts in [high, middle, low] { writer.write(counts) }
  }

  init(from reader: inout ByteReader, blockCount: Int) throws(ClassificationError) {
    self.init(groups: [])
    let groups = try reader.readAll(reader.readCount(ofSize: 6)) {
      (reader) throws(ClassificationError) in
      let count = Int(try reader.read(UInt32.self))
      let position = Int(try reader.read(UInt16.self))
      guard position >= Self.smallestPosition, position <= Self.notFinite else {
        throw ClassificationError.damagedBytes("a unit is out of range")
      }
      return (count: count, position: position)
    }
    self.groups = groups.map(\.count)
    positions = groups.map(\.position)
    let total = self.groups.reduce(0, +)
    func counts() throws(ClassificationError) -> [Double] {
      let counts = try reader.readFinites(total)
      guard counts.allSatisfy({ abs($0) <= 0x1p53 }) else {
        throw .damagedBytes("a sum is out of range")
      }
      return counts
    }
    (high, middle, low) = (try counts(), try counts(), try counts())
    self.blockCount = blockCount
  }
}
