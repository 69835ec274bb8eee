// SPDX-License-Identifier: Apache-2.0
/// Splits a CSV file into blocks of whole rows.
///
/// A block ends with a line break outside quotes, or at the end of the file. So a row is never
/// split, and its bytes can be read without bounds checks.
final class CSVBlockReader {
  let delimiter: UInt8
  /// LF, or CR if the file has no other line break.
  let newline: UInt8
  let source: ByteSource
  /// The offset of the text, after a byte order mark and a line that names the delimiter.
  private let textStart: Int
  /// The line on which the text starts.
  let firstLine: Int

  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private let rowLimit: Int
  /// The range of the buffer that has been read but not returned.
  private var pending: Range<Int>
  private var isAtEnd: Bool

  /// Sizes in bytes; tests choose small ones.
  struct Limits {
    /// The size of a read. A chunk stays in the second-level cache until it is scanned.
    var chunkSize = 256 << 10
    /// The longest row. Without a limit an unclosed quote would read the whole file into memory.
    var rowSize = 64 << 20
  }

  /// Readable bytes after a block, for `DecimalNumber` and a line break that may be added.
  static let slack = 16

  init(_ source: ByteSource, format: CSVFormat, limits: Limits) throws(DataFileError) {
    self.source = source
    rowLimit = limits.rowSize
    capacity = limits.chunkSize
    buffer = Self.allocate(capacity)
    do throws(DataFileError) {
      let count = try source.read(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
      isAtEnd = count < capacity
      let sample = UnsafeBufferPointer(start: buffer, count: count)
      let start = try CSVDetection.textStart(of: sample, path: source.path)
      var text = UnsafeBufferPointer(rebasing: sample[start...])
      newline = CSVDetection.newline(of: text)
      let declaration = CSVDetection.declaration(of: text, newline: newline)
      textStart = start + (declaration?.length ?? 0)
      firstLine = declaration == nil ? 1 : 2
      pending = textStart..<count
      text = UnsafeBufferPointer(rebasing: sample[textStart...])
      delimiter =
        format.delimiter?.byte ?? declaration?.delimiter
        ?? CSVDetection.delimiter(
          of: text, newline: newline, hasDecimalComma: format.hasDecimalComma)
    } catch {
      // `deinit` does not run, because not all properties have values.
      buffer.deallocate()
      throw error
    }
  }

  deinit { buffer.deallocate() }

  /// The number of bytes of the file that have been returned in blocks.
  var consumedByteCount: Int { source.offset - pending.count }

  /// The next rows, which the caller may modify until the next call, or `nil` at the end.
  func nextBlock() throws(DataFileError) -> UnsafeMutableBufferPointer<UInt8>? {
    while true {
      let bytes = UnsafeBufferPointer(start: buffer + pending.lowerBound, count: pending.count)
      if isAtEnd {
        guard !pending.isEmpty else {
          try checkUnchanged()
          return nil
        }
        let block = pending
        pending = pending.upperBound..<pending.upperBound
        // Add the line break that the last line may lack.
        if bytes.last != newline { buffer[block.upperBound] = newline }
        return UnsafeMutableBufferPointer(
          start: buffer + block.lowerBound, count: block.count + (bytes.last == newline ? 0 : 1))
      }
      if let count = endOfLastRow(in: bytes) {
        let start = buffer + pending.lowerBound
        pending = (pending.lowerBound + count)..<pending.upperBound
        return UnsafeMutableBufferPointer(start: start, count: count)
      }
      try refill()
    }
  }

  /// Throws an error if a regular file has changed, or has not ended at its size. The kernel gives
  /// some files, such as those in /proc, the size 0.
  private func checkUnchanged() throws(DataFileError) {
    try source.checkUnchanged()
    if let size = source.size, size > 0, source.offset != size { throw source.changed }
  }

  /// Goes back to the start of the text of a regular file.
  func rewind() throws(DataFileError) {
    try source.checkUnchanged()
    source.seek(to: textStart)
    pending = 0..<0
    isAtEnd = false
  }

  /// Moves the pending bytes to the front of the buffer and reads more.
  private func refill() throws(DataFileError) {
    let count = pending.count
    if count == capacity {
      guard capacity < rowLimit else {
        throw DataFileError(
          .badData, path: source.path,
          reason: "a row is longer than \(rowLimit) bytes; is there an unclosed quote?")
      }
      try requireMemory(2 * capacity, for: source.path)
      let larger = Self.allocate(2 * capacity)
      larger.update(from: buffer + pending.lowerBound, count: count)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    } else {
      buffer.update(from: buffer + pending.lowerBound, count: count)
    }
    let read = try source.read(
      into: UnsafeMutableRawBufferPointer(start: buffer + count, count: capacity - count))
    isAtEnd = read < capacity - count
    pending = 0..<(count + read)
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + slack)
    buffer.initialize(repeating: 0, count: capacity + slack)
    return buffer
  }

  /// The length of the bytes up to and including the last line break outside quotes, if any.
  private func endOfLastRow(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    if !SystemCalls.contains(UInt8(ascii: "\""), bytes) {
      return bytes.lastIndex(of: newline).map { $0 + 1 }
    }
    // Only a quote at the start of a cell opens a quoted cell, so bytes are read in order.
    var end: Int?
    var state = QuoteState.cellStart
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        switch state {
        case .cellStart, .closed: state = .quoted
        case .quoted: state = .closed
        case .plain: break
        }
      } else if state != .quoted {
        if byte == newline { end = index + 1 }
        state = byte == newline || byte == delimiter ? .cellStart : .plain
      }
    }
    return end
  }

  private enum QuoteState {
    case cellStart, plain, quoted
    /// After a quote in a quoted cell: the cell has ended unless another quote follows.
    case closed
  }
}
