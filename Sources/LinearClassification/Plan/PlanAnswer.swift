// SPDX-License-Identifier: Apache-2.0

/// The answer to a ``PlanRequest`` from some blocks of rows. Answers of disjoint blocks merge to
/// the same bits in any order.
public struct PlanAnswer: Sendable {
  /// The number of rows, including those of weight 0.
  public private(set) var rowCount: Int
  /// The checksum of the request.
  let request: UInt64
  private(set) var blocks: PlanBlocks
  private(set) var sums: PlanSums

  init(_ sums: PlanSums, to request: UInt64, blocks: PlanBlocks, rowCount: Int) {
    self.sums = sums
    self.request = request
    self.blocks = blocks
    self.rowCount = rowCount
  }

  /// The number of blocks.
  public var blockCount: Int { blocks.count }

  /// Adds the answer to the same request from other blocks.
  ///
  /// - Parameter other: The other answer.
  /// - Throws: ``ClassificationError`` if it is an answer to another request, or a block is in
  ///   both; then this answer has not changed.
  public mutating func merge(_ other: PlanAnswer) throws(ClassificationError) {
    guard request == other.request else { throw .otherRequest }
    var union = blocks
    try union.merge(other.blocks)
    try sums.merge(other.sums)
    blocks = union
    rowCount += other.rowCount
  }

  /// The answer as bytes, with a version and a checksum. The same rows give the same bytes in any
  /// order.
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(request)
    writer.write(UInt64(rowCount))
    blocks.write(to: &writer)
    sums.write(to: &writer)
    return PlanBytes.sealed(.answer, writer.bytes).bytes
  }

  /// An answer from its bytes.
  ///
  /// - Parameter bytes: The bytes of an answer.
  /// - Throws: ``ClassificationError`` if they are damaged or of another version.
  public init(bytes: [UInt8]) throws(ClassificationError) {
    var reader = try PlanBytes.opened(.answer, bytes).reader
    request = try reader.read()
    let count = try reader.read(UInt64.self)
    blocks = try PlanBlocks(from: &reader)
    guard count <= UInt64(blocks.count * RowBlocks.rowsPerBlock), count >= UInt64(blocks.count)
    else { throw .damagedBytes("\(blocks.count) blocks cannot have \(count) rows") }
    rowCount = Int(count)
    sums = try PlanSums(from: &reader, blockCount: blocks.count, rowCount: rowCount)
    try reader.expectEnd()
  }
}

extension PlanSums {
  fileprivate func write(to writer: inout ByteWriter) {
    switch self {
    case .moments(let sums):
      writer.write(UInt8(0))
      writer.write(UInt8(sums.hasZeroWeights ? 1 : 0))
      writer.write(count: sums.classes.count)
      for (classes, count) in zip(sums.classes, sums.counts) {
        writer.write(UInt64(count))
        classes.positiveSum.write(to: &writer)
        classes.negativeSum.write(to: &writer)
      }
      Self.write(sums.columns, to: &writer)
    case .deviations(let sums):
      writer.write(UInt8(1))
      Self.write(sums, to: &writer)
    case .sums(let answer):
      writer.write(UInt8(2))
      answer.sums.write(to: &writer)
      writer.write(count: answer.margins.count)
      for margins in answer.margins { margins.write(to: &writer) }
    }
  }

  private static func write(_ columns: [[ExactAccumulator]], to writer: inout ByteWriter) {
    writer.write(count: columns.count)
    for column in columns {
      writer.write(count: column.count)
      for sum in column { sum.write(to: &writer) }
    }
  }

  private static func columns(
    from reader: inout ByteReader
  ) throws(ClassificationError) -> [[ExactAccumulator]] {
    try reader.readAll(reader.readCount(ofSize: 4)) { (reader) throws(ClassificationError) in
      try reader.readAll(reader.readCount(ofSize: ExactAccumulator.byteCount)) {
        (reader) throws(ClassificationError) in try ExactAccumulator(from: &reader)
      }
    }
  }

  fileprivate init(
    from reader: inout ByteReader, blockCount: Int, rowCount: Int
  ) throws(ClassificationError) {
    switch try reader.read(UInt8.self) {
    case 0:
      var sums = MomentSums(columns: [], hasZeroWeights: try reader.read(UInt8.self) == 1)
      for _ in 0..<(try reader.readCount(ofSize: 8 + 2 * ExactAccumulator.byteCount)) {
        let count = try reader.read(UInt64.self)
        guard count <= UInt64(rowCount) else { throw .damagedBytes("a fold has too many rows") }
        sums.counts.append(Int(count))
        sums.classes.append(
          ClassSums(
            positive: try ExactAccumulator(from: &reader),
            negative: try ExactAccumulator(from: &reader)))
      }
      sums.columns = try Self.columns(from: &reader)
      self = .moments(sums)
    case 1: self = .deviations(try Self.columns(from: &reader))
    case 2:
      let sums = try BinnedSums(from: &reader, blockCount: blockCount)
      let margins = try reader.readAll(reader.readCount(ofSize: Margins.byteCount)) {
        (reader) throws(ClassificationError) in try Margins(from: &reader)
      }
      self = .sums(PartialAnswer(sums: sums, margins: margins))
    default: throw .damagedBytes("the kind of answer is unknown")
    }
  }
}
