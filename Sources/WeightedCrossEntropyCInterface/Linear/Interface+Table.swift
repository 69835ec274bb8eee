// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy_linear.h about tables. The compiler checks them against
// the header.

import _DataFiles

@c @implementation
public func wce_table_create(
  _ rowCount: Int64, _ table: UnsafeMutablePointer<OpaquePointer?>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    try Handle.make(table) { () throws(CallError) in
      TableHandle(
        rowCount: try CallBuffer.count(rowCount, of: Double.self, named: "row_count"))
    }
  }
}

@c @implementation
public func wce_table_add_numbers(
  _ table: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ type: wce_number_type,
  _ values: UnsafeRawPointer!, _ stride: Int64,
  _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)!,
  _ owner: UnsafeMutableRawPointer!, _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  let memory = ReleasedMemory(release, owner)
  return MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let table = try Handle.get(table, as: TableHandle.self)
    guard let type = NumberType(rawValue: type.rawValue) else {
      throw CallError(WCE_ERROR_ARGUMENT, "unknown type \(type.rawValue)")
    }
    let name = try name.map { (name) throws(CallError) in try text(name, "name") }
    guard let values else {
      guard table.rowCount == 0 else {
        throw CallError(WCE_ERROR_NULL_POINTER, "values is null")
      }
      return try table.append(TableHandle.Column(name: name, .numbers([])))
    }
    guard UInt(bitPattern: values) % UInt(type.size) == 0, stride % Int64(type.size) == 0 else {
      throw CallError(
        WCE_ERROR_ARGUMENT,
        "values and stride must be multiples of \(type.size) bytes, the size of a number")
    }
    let (length, overflows) = stride.multipliedReportingOverflow(by: Int64(table.rowCount))
    guard !overflows, abs(length) <= 1 << 56 else {
      throw CallError(WCE_ERROR_SIZE, "a stride of \(stride) bytes exceeds the address space")
    }
    let numbers: CSVTable.Values =
      type.isBorrowed
      ? .borrowed(
        BorrowedNumbers(
          at: values, stride: Int(stride), isFloat: type == .float32, count: table.rowCount,
          owner: memory))
      : .numbers(type.doubles(at: values, stride: Int(stride), count: table.rowCount))
    try table.append(TableHandle.Column(name: name, numbers))
    withExtendedLifetime(memory) {}
  }
}

@c @implementation
public func wce_table_add_labels(
  _ table: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ codes: UnsafePointer<Int32>!,
  _ labelCount: Int64, _ labels: UnsafePointer<UnsafePointer<CChar>?>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let table = try Handle.get(table, as: TableHandle.self)
    guard let name else { throw CallError(WCE_ERROR_NULL_POINTER, "name is null") }
    try CallBuffer.check(codes, count: table.rowCount, named: "codes")
    let count = try CallBuffer.count(labelCount, of: UnsafeRawPointer.self, named: "label_count")
    var texts: [String] = []
    for index in 0..<count {
      guard let label = labels?[index] else {
        throw CallError(WCE_ERROR_NULL_POINTER, "labels is null")
      }
      texts.append(try text(label, "a label"))
    }
    let codes = Array(UnsafeBufferPointer(start: codes, count: table.rowCount))
    if let row = codes.firstIndex(where: { $0 < -1 || $0 >= count }) {
      throw CallError(
        WCE_ERROR_DATA,
        "row \(row + 1): a code must lie in [-1, \(count - 1)], received \(codes[row])")
    }
    try table.append(TableHandle.Column(name: try text(name, "name"), codes: codes, labels: texts))
  }
}

@c @implementation
public func wce_table_from_arrow(
  _ stream: UnsafeMutablePointer<ArrowArrayStream>!, _ table: UnsafeMutablePointer<OpaquePointer?>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    guard let stream else { throw CallError(WCE_ERROR_NULL_POINTER, "stream is null") }
    // It is released whatever the other arguments are.
    let read = Result { () throws(CallError) in try ArrowReader.table(stream) }
    try Handle.make(table) { () throws(CallError) in try read.get() }
  }
}

@c @implementation
public func wce_table_row_count(_ table: OpaquePointer!) -> Int64 {
  (try? Handle.get(table, as: TableHandle.self)).map { Int64($0.rowCount) } ?? 0
}

@c @implementation
public func wce_table_column_count(_ table: OpaquePointer!) -> Int64 {
  (try? Handle.get(table, as: TableHandle.self)).map { Int64($0.columns.count) } ?? 0
}

@c @implementation
public func wce_table_column_name(
  _ table: OpaquePointer!, _ index: Int64,
  _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ length: UnsafeMutablePointer<Int64>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let columns = try Handle.get(table, as: TableHandle.self).columns
    guard columns.indices.contains(Int(index)) else {
      throw CallError(WCE_ERROR_SIZE, "there is no column \(index) of \(columns.count)")
    }
    try write(columns[Int(index)].name ?? "\(index + 1)", text, length)
  }
}

@c @implementation
public func wce_table_free(_ table: OpaquePointer!) { Handle.free(table, as: TableHandle.self) }

/// Objects that a caller has the address of.
enum Handle {
  /// Gives the caller an object.
  static func make<Object: AnyObject>(
    _ output: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(CallError) -> Object
  ) throws(CallError) {
    guard let output else { throw CallError(WCE_ERROR_NULL_POINTER, "the output is null") }
    output.pointee = OpaquePointer(Unmanaged.passRetained(try body()).toOpaque())
  }

  static func get<Object: AnyObject>(
    _ handle: OpaquePointer?, as type: Object.Type
  ) throws(CallError) -> Object {
    guard let handle else { throw CallError(WCE_ERROR_NULL_POINTER, "an object is null") }
    return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
  }

  static func free<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) {
    if let handle { Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release() }
  }
}
