// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// A column of an Arrow stream, collected batch by batch.
struct ArrowColumn {
  private let name: String
  private let number: Int
  private let type: ArrowType
  /// The type of the labels of a dictionary, whose codes have the type `type`.
  private let labelType: ArrowType?
  private let format: String

  /// The numbers of the only batch, in place.
  private var borrowed: BorrowedNumbers?
  private var numbers: [Double] = []
  private var codes: [Int32] = []
  private var labels = LabelSet()

  init(_ schema: ArrowSchema, number: Int) throws(CallError) {
    guard let name = schema.name.map({ String(validatingCString: $0) }) ?? "",
      let format = schema.format.flatMap({ String(validatingCString: $0) })
    else {
      throw ArrowReader.malformed("the name or the type of the column \(number) is not UTF-8")
    }
    self.name = name
    self.number = number
    self.format = format
    type = ArrowType(format)
    labelType = schema.dictionary.map { dictionary in
      dictionary.pointee.format.map { ArrowType(String(cString: $0)) } ?? .unsupported
    }
  }

  /// The number and the name, for errors.
  var place: String { "\(number), \(quoted(name))," }

  /// The column of all batches.
  mutating func finished() -> TableHandle.Column {
    guard isSupported else {
      return TableHandle.Column(name: name, values: .numbers([]), unsupported: format)
    }
    if isText {
      return TableHandle.Column(name: name, codes: codes, labels: labels.labels)
    }
    return TableHandle.Column(name: name, borrowed.map { .borrowed($0) } ?? .numbers(numbers))
  }

  /// Adds rows of a batch.
  mutating func append(
    _ array: ArrowArray, from first: Int, count: Int, in batch: ArrowBatch
  ) throws(CallError) {
    guard isSupported, count > 0 else { return }
    let cells = try ArrowCells(array, from: first, count: count, type: type, place: place)
    if labelType != nil {
      try appendDictionary(cells, array)
    } else if isText {
      for row in 0..<count {
        codes.append(cells.isNull(row) ? -1 : try code(cells.text(row), row))
      }
    } else if numbers.isEmpty, borrowed == nil, let own = cells.borrowed(in: batch) {
      borrowed = own
    } else {
      if let borrowed { numbers = Array(borrowed) }
      borrowed = nil
      cells.appendNumbers(to: &numbers)
    }
  }

  private var isText: Bool { labelType.map { $0.isText } ?? type.isText }

  private var isSupported: Bool {
    guard let labelType else { return type != .unsupported }
    guard case .number(let number) = type, !number.isBorrowed, number != .float16 else {
      return false
    }
    return labelType != .unsupported
  }

  private mutating func appendDictionary(
    _ cells: ArrowCells, _ array: ArrowArray
  ) throws(CallError) {
    guard let dictionary = array.dictionary?.pointee, let labelType else {
      throw ArrowReader.malformed("the column \(place) has no dictionary")
    }
    guard (0...Int64(Int32.max)).contains(dictionary.length) else {
      throw ArrowReader.malformed(
        "the dictionary of the column \(place) has \(dictionary.length) values")
    }
    let values = try ArrowCells(
      dictionary, from: 0, count: Int(dictionary.length), type: labelType, place: place)
    var known: [Int32] = []
    var converted: [Double] = []
    if isText {
      for row in 0..<values.count {
        known.append(values.isNull(row) ? -1 : try code(values.text(row), row))
      }
    } else {
      values.appendNumbers(to: &converted)
      if let borrowed { numbers = Array(borrowed) }
      borrowed = nil
    }
    for row in 0..<cells.count {
      var index: Int?
      if !cells.isNull(row) {
        let code = cells.index(row)
        guard code >= 0, code < values.count else {
          throw ArrowReader.malformed(
            "the column \(place) has the code \(code) in a dictionary of \(values.count) values")
        }
        index = code
      }
      if isText {
        codes.append(index.map { known[$0] } ?? -1)
      } else {
        numbers.append(index.map { converted[$0] } ?? .nan)
      }
    }
  }

  private mutating func code(
    _ text: UnsafeBufferPointer<UInt8>, _ row: Int
  ) throws(CallError) -> Int32 {
    if labels.isFull {
      throw CallError(WCE_ERROR_DATA, "the column \(place) has too many different labels")
    }
    guard let code = labels.code(text) else {
      throw CallError(
        WCE_ERROR_DATA, "column \(quoted(name)): a text of row \(codes.count + 1) is not UTF-8")
    }
    return code
  }
}

/// What a column of Arrow holds.
enum ArrowType: Equatable {
  case null, boolean
  case number(NumberType)
  /// The bytes of an offset.
  case text(offsetSize: Int)
  case textView
  case unsupported

  init(_ format: String) {
    self =
      switch format {
      case "n": .null
      case "b": .boolean
      case "c": .number(.int8)
      case "C": .number(.uint8)
      case "s": .number(.int16)
      case "S": .number(.uint16)
      case "i": .number(.int32)
      case "I": .number(.uint32)
      case "l": .number(.int64)
      case "L": .number(.uint64)
      case "e": .number(.float16)
      case "f": .number(.float32)
      case "g": .number(.float64)
      case "u": .text(offsetSize: 4)
      case "U": .text(offsetSize: 8)
      case "vu": .textView
      default: .unsupported
      }
  }

  var isText: Bool {
    switch self {
    case .text, .textView: true
    default: false
    }
  }

  /// The number of buffers, without those of the data of views.
  var bufferCount: Int64 {
    switch self {
    case .null, .unsupported: 0
    case .boolean, .number, .textView: 2
    case .text: 3
    }
  }
}
