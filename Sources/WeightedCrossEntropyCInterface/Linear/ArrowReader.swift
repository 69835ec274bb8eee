// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// Reads the record batches of an Arrow C stream.
///
/// The stream is not trusted: its counts, offsets, codes and texts are checked. That a buffer has
/// the bytes that its counts say cannot be checked.
struct ArrowReader {
  private let stream: UnsafeMutablePointer<ArrowArrayStream>

  /// Reads a stream, and releases it.
  static func table(
    _ stream: UnsafeMutablePointer<ArrowArrayStream>
  ) throws(CallError) -> TableHandle {
    guard stream.pointee.release != nil else {
      throw CallError(WCE_ERROR_STREAM, "the Arrow stream has been released already")
    }
    defer { if let release = stream.pointee.release { release(stream) } }
    return try ArrowReader(stream: stream).table()
  }

  private func table() throws(CallError) -> TableHandle {
    guard let getSchema = stream.pointee.get_schema, let getNext = stream.pointee.get_next else {
      throw Self.malformed("it lacks a function")
    }
    var schema = ArrowSchema()
    try check(getSchema(stream, &schema), "get_schema")
    defer { if let release = schema.release { release(&schema) } }
    guard schema.release != nil, let format = schema.format, String(cString: format) == "+s" else {
      throw Self.malformed("it has no record batches; its type must be a struct")
    }
    guard (0...Int64(CSVTable.columnLimit)).contains(schema.n_children),
      schema.children != nil || schema.n_children == 0
    else { throw Self.malformed("it has \(schema.n_children) columns") }
    var columns: [ArrowColumn] = []
    for index in 0..<Int(schema.n_children) {
      guard let child = schema.children[index] else {
        throw Self.malformed("the column \(index + 1) has no schema")
      }
      columns.append(try ArrowColumn(child.pointee, number: index + 1))
    }
    var rowCount = 0
    while true {
      let batch = ArrowBatch()
      try check(getNext(stream, batch.array), "get_next")
      guard batch.array.pointee.release != nil else { break }
      try append(batch, to: &columns, &rowCount)
    }
    var finished: [TableHandle.Column] = []
    for index in columns.indices { finished.append(columns[index].finished()) }
    return TableHandle(rowCount: rowCount, columns: finished)
  }

  private func append(
    _ batch: ArrowBatch, to columns: inout [ArrowColumn], _ rowCount: inout Int
  ) throws(CallError) {
    let array = batch.array.pointee
    // No memory holds more rows, and sums of two such numbers do not overflow.
    let limit = Int64(1) << 48
    guard (0...limit).contains(array.length), (0...limit).contains(array.offset),
      Int64(rowCount) + array.length <= limit
    else { throw Self.malformed("a batch has \(array.length) rows from \(array.offset) on") }
    guard array.n_children == columns.count, array.children != nil || columns.isEmpty else {
      throw Self.malformed("a batch has \(array.n_children) columns, expected \(columns.count)")
    }
    if array.null_count != 0, array.n_buffers > 0, let buffers = array.buffers, buffers[0] != nil {
      throw Self.malformed("a batch has null rows")
    }
    for index in columns.indices {
      guard let child = array.children[index] else {
        throw Self.malformed("the column \(columns[index].place) of a batch is null")
      }
      try columns[index].append(
        child.pointee, from: Int(array.offset), count: Int(array.length), in: batch)
    }
    rowCount += Int(array.length)
  }

  /// Throws an error if a function of the stream failed.
  private func check(_ status: Int32, _ function: StaticString) throws(CallError) {
    guard status != 0 else { return }
    let text = stream.pointee.get_last_error.flatMap { $0(stream) }.map { String(cString: $0) }
    throw CallError(
      WCE_ERROR_STREAM,
      "the Arrow stream failed: \(displayed(text ?? "\(function) returned \(status)", limit: 500))")
  }

  static func malformed(_ reason: String) -> CallError {
    CallError(WCE_ERROR_STREAM, "the Arrow stream is malformed: \(reason)")
  }
}

/// A record batch, which is released when no column reads it any more.
final class ArrowBatch: @unchecked Sendable {
  let array: UnsafeMutablePointer<ArrowArray>

  init() {
    array = .allocate(capacity: 1)
    array.initialize(to: ArrowArray())
  }

  deinit {
    if let release = array.pointee.release { release(array) }
    array.deallocate()
  }
}
