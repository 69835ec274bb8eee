// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// Some rows of an array of Arrow.
struct ArrowCells {
  let count: Int
  private let first: Int
  private let type: ArrowType
  private let validity: UnsafePointer<UInt8>?
  private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>?
  private let bufferCount: Int

  init(
    _ array: ArrowArray, from first: Int, count: Int, type: ArrowType, place: String
  ) throws(CallError) {
    let limit = Int64(1) << 48
    guard (0...limit).contains(array.length), (0...limit).contains(array.offset),
      array.length >= Int64(first) + Int64(count)
    else {
      throw ArrowReader.malformed(
        "the column \(place) has \(array.length) rows, expected \(first + count)")
    }
    guard array.n_buffers >= type.bufferCount, array.n_buffers <= 1 << 20,
      array.buffers != nil || type.bufferCount == 0
    else {
      throw ArrowReader.malformed("the column \(place) has \(array.n_buffers) buffers")
    }
    self.count = count
    self.first = Int(array.offset) + first
    self.type = type
    buffers = array.buffers
    bufferCount = Int(array.n_buffers)
    validity =
      type.bufferCount == 0 || array.null_count == 0
      ? nil : array.buffers?[0]?.assumingMemoryBound(to: UInt8.self)
    for index in stride(from: 1, to: Int(type.bufferCount), by: 1) {
      let address = array.buffers?[index]
      // Texts of no bytes may have no buffer.
      guard address != nil || count == 0 || index == 2 else {
        throw ArrowReader.malformed("the column \(place) lacks a buffer")
      }
      if let address, index == 1, UInt(bitPattern: address) % UInt(alignment) != 0 {
        throw ArrowReader.malformed("a buffer of the column \(place) is not aligned")
      }
    }
    try checkTexts(place)
  }

  private var alignment: Int {
    switch type {
    case .number(let number): number.size
    case .text(let size): size
    default: 1
    }
  }

  func isNull(_ row: Int) -> Bool {
    if type == .null { return true }
    return validity.map { !Self.bit($0, first + row) } ?? false
  }

  /// The integer of a row.
  func index(_ row: Int) -> Int {
    guard case .number(let number) = type, let base = buffers?[1] else { return -1 }
    let address = base + (first + row) * number.size
    return switch number {
    case .int8: Int(address.load(as: Int8.self))
    case .int16: Int(address.load(as: Int16.self))
    case .int32: Int(address.load(as: Int32.self))
    case .int64: Int(address.load(as: Int64.self))
    case .uint8: Int(address.load(as: UInt8.self))
    case .uint16: Int(address.load(as: UInt16.self))
    case .uint32: Int(address.load(as: UInt32.self))
    case .uint64: Int(clamping: address.load(as: UInt64.self))
    case .float16, .float32, .float64: -1
    }
  }

  /// The numbers in place, if they are float or double and none is null.
  func borrowed(in batch: ArrowBatch) -> BorrowedNumbers? {
    guard case .number(let number) = type, number.isBorrowed, validity == nil,
      let base = buffers?[1]
    else { return nil }
    return BorrowedNumbers(
      at: base + first * number.size, stride: number.size, isFloat: number == .float32,
      count: count, owner: batch)
  }

  /// Appends the numbers, NaN where they are null.
  func appendNumbers(to numbers: inout [Double]) {
    let start = numbers.count
    switch (type, buffers?[1]) {
    case (.number(let number), let base?):
      numbers += number.doubles(
        at: base + first * number.size, stride: number.size, count: count)
    case (.boolean, let base?):
      let bits = base.assumingMemoryBound(to: UInt8.self)
      for row in 0..<count { numbers.append(Self.bit(bits, first + row) ? 1 : 0) }
    default: numbers += repeatElement(.nan, count: count)
    }
    guard validity != nil else { return }
    for row in 0..<count where isNull(row) { numbers[start + row] = .nan }
  }

  /// The bytes of a text, which `checkTexts` has checked.
  func text(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    if type == .textView {
      guard let view = view(row) else { return UnsafeBufferPointer(start: nil, count: 0) }
      return view
    }
    let range = range(row)
    let data = buffers?[2]?.assumingMemoryBound(to: UInt8.self)
    return UnsafeBufferPointer(start: data.map { $0 + range.lowerBound }, count: range.count)
  }

  private func offset(_ index: Int) -> Int {
    guard case .text(let size) = type, let base = buffers?[1] else { return 0 }
    let address = base + (first + index) * size
    return size == 4
      ? Int(address.load(as: Int32.self)) : Int(clamping: address.load(as: Int64.self))
  }

  private func range(_ row: Int) -> Range<Int> { offset(row)..<offset(row + 1) }

  /// A view is 16 bytes: a length, and at most 12 bytes or a prefix, a buffer and an offset.
  private func view(_ row: Int) -> UnsafeBufferPointer<UInt8>? {
    guard let base = buffers?[1] else { return nil }
    let address = base + (first + row) * 16
    let length = Int(address.loadUnaligned(as: Int32.self))
    guard length >= 0 else { return nil }
    if length <= 12 {
      return UnsafeBufferPointer(
        start: (address + 4).assumingMemoryBound(to: UInt8.self), count: length)
    }
    let buffer = Int((address + 8).loadUnaligned(as: Int32.self))
    let offset = Int((address + 12).loadUnaligned(as: Int32.self))
    // The last buffer has the sizes of the others.
    guard buffer >= 0, offset >= 0, buffer < bufferCount - 3,
      let sizes = buffers?[bufferCount - 1], let data = buffers?[2 + buffer],
      Int64(offset + length) <= (sizes + buffer * 8).loadUnaligned(as: Int64.self)
    else { return nil }
    return UnsafeBufferPointer(
      start: (data + offset).assumingMemoryBound(to: UInt8.self), count: length)
  }

  private func checkTexts(_ place: String) throws(CallError) {
    switch type {
    case .text:
      guard count > 0 else { return }
      var end = offset(0)
      var isValid = end >= 0
      for row in 1...count {
        let next = offset(row)
        if next < end { isValid = false }
        end = next
      }
      guard isValid, end < 1 << 48, end == offset(0) || buffers?[2] != nil else {
        throw ArrowReader.malformed("the offsets of the column \(place) are not ascending")
      }
    case .textView:
      for row in 0..<count where !isNull(row) && view(row) == nil {
        throw ArrowReader.malformed("a view of the column \(place) is outside its buffers")
      }
    default: return
    }
  }

  private static func bit(_ bits: UnsafePointer<UInt8>, _ index: Int) -> Bool {
    bits[index >> 3] >> UInt8(index & 7) & 1 == 1
  }
}
