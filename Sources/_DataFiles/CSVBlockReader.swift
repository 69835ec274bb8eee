// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cuts a file of comma-separated values into blocks of whole rows.
///
/// Every block ends with a line break outside quotes, or with the end of the file. Rows can then be read over raw memory, without a
/// bounds check at each byte, and never have to be continued.
final class CSVBlockReader {
  let delimiter: UInt8
  /// LF, or CR in a file that has no other line break.
  let newline: UInt8
  let file: InputFile
  /// Where the text begins: behind a byte order mark.
  private let textStart: Int

  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private let rowLimit: Int
  /// The bytes of the buffer that have been read and not handed out.
  private var pending: Range<Int>
  private var isAtEnd: Bool

  /// How much is read at a time, and what a row may take; tests choose small ones.
  struct Limits {
    /// Small enough to stay in the second-level cache between reading and scanning.
    var chunkSize = 256 << 10
    /// The longest row. Without a limit a quote that is never closed makes the rest of the file one cell in memory.
    var rowSize = 64 << 20
  }

  /// Bytes that may be read behind a block (`DecimalNumber` reads eight at a time), and room for a last line break.
  static let slack = 16

  init(file: InputFile, delimiter: UInt8?, limits: Limits) throws(DataFileError) {
    self.file = file
    rowLimit = limits.rowSize
    capacity = limits.chunkSize
    buffer = Self.allocate(capacity)
    do throws(DataFileError) {
      let count = try file.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
      isAtEnd = count < capacity
      let sample = UnsafeBufferPointer(start: buffer, count: count)
      textStart = try CSVDetection.textStart(of: sample, path: file.path)
      pending = textStart..<count
      let text = UnsafeBufferPointer(rebasing: sample[textStart...])
      newline = CSVDetection.newline(of: text)
      self.delimiter = delimiter ?? CSVDetection.delimiter(of: text, newline: newline)
    } catch {
      // An initializer that throws before all properties have values does not run `deinit`.
      buffer.deallocate()
      throw error
    }
  }

  deinit { buffer.deallocate() }

  /// The number of bytes of the file that have been handed out in blocks.
  var consumedByteCount: Int { file.offset - pending.count }

  /// The next rows, or `nil` at the end of the file. The memory may be written to, and belongs to the caller until the next call.
  func nextBlock() throws(DataFileError) -> UnsafeMutableBufferPointer<UInt8>? {
    while true {
      let bytes = UnsafeBufferPointer(start: buffer + pending.lowerBound, count: pending.count)
      if isAtEnd {
        guard !pending.isEmpty else { return nil }
        let block = pending
        pending = pending.upperBound..<pending.upperBound
        // The slack has room for the line break that the last line may lack.
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

  /// Goes back to the first byte of the text; for a regular file.
  func rewind() {
    file.seek(to: textStart)
    pending = 0..<0
    isAtEnd = false
  }

  /// Moves what is pending to the front and reads more behind it.
  private func refill() throws(DataFileError) {
    let count = pending.count
    if count == capacity {
      guard capacity < rowLimit else {
        throw DataFileError(
          .badData, path: file.path,
          reason: "a row is longer than \(rowLimit) bytes; is there a quote that is never closed?")
      }
      let larger = Self.allocate(2 * capacity)
      larger.update(from: buffer + pending.lowerBound, count: count)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    } else {
      buffer.update(from: buffer + pending.lowerBound, count: count)
    }
    let read = try file.read(
      into: UnsafeMutableRawBufferPointer(start: buffer + count, count: capacity - count))
    isAtEnd = read < capacity - count
    pending = 0..<(count + read)
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + slack)
    buffer.initialize(repeating: 0, count: capacity + slack)
    return buffer
  }

  /// The number of bytes up to and with the last line break outside quotes, or `nil` if there is none.
  private func endOfLastRow(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
    if memchr(start, Int32(UInt8(ascii: "\"")), bytes.count) == nil {
      return bytes.lastIndex(of: newline).map { $0 + 1 }
    }
    // Only a quote at the start of a cell opens a quoted cell, so the bytes have to be read in order.
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
    /// Behind a quote inside a quoted cell: the cell has ended, or the next byte is the second of two quotes.
    case closed
  }
}
