// SPDX-License-Identifier: Apache-2.0
/// A strict parser for the dictionary in a `.npy` header.
///
/// It accepts what NumPy writes and documents (keys in any order, blanks anywhere, a trailing
/// comma): string, boolean and integer-tuple literals. It evaluates nothing.
struct NPYHeaderParser {
  private let text: [UInt8]
  private let path: String
  private var position = 0

  init(text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  mutating func parse() throws(DataFileError) -> NPYHeader {
    var description: (ElementType, NPYHeader.ByteOrder)?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string("a key")
      try expect(":")
      switch key {
      case "descr" where description == nil: description = try elementDescription()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      case "descr", "fortran_order", "shape":
        throw malformed("the key \(quoted(key)) appears twice")
      default: throw malformed("unknown key \(quoted(key))")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == text.count else { throw malformed("unexpected text after the closing brace") }
    guard let (elementType, byteOrder) = description else {
      throw malformed("the key \"descr\" is missing")
    }
    guard let isFortranOrder else { throw malformed("the key \"fortran_order\" is missing") }
    guard let shape else { throw malformed("the key \"shape\" is missing") }
    let header = NPYHeader(
      elementType: elementType, byteOrder: byteOrder, isFortranOrder: isFortranOrder, shape: shape)
    // In memory an element takes 8 bytes at most, as on disk.
    guard header.fitsAddressSpace else {
      throw malformed("shape \(shape) takes more than 2^63 - 1 bytes as numbers of 8 bytes")
    }
    return header
  }

  private mutating func elementDescription() throws(DataFileError) -> (
    ElementType, NPYHeader.ByteOrder
  ) {
    skipBlanks()
    if let byte = peek(), byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") {
      throw unsupported("the structured dtype \(quoted(bracketed()))")
    }
    let code = try string("a dtype")
    var body = Substring(code)
    let prefix = body.first.flatMap { "<>=|".contains($0) ? $0 : nil }
    if prefix != nil { body.removeFirst() }
    guard
      let type = ElementType.allCases.first(where: { $0.code == body })
        ?? (body == "?" ? .bool : nil)
    else {
      if let type = ElementType.allCases.first(where: { $0.description == body }) {
        throw malformed(
          "\"descr\" is the name \(quoted(code)); the code \"<\(type.code)\" is expected")
      }
      throw unsupported(
        Self.name(ofUnsupported: body).map { "the \($0) dtype \(quoted(code))" }
          ?? "the dtype \(quoted(code))")
    }
    switch prefix {
    case "<": return (type, .littleEndian)
    case ">": return (type, .bigEndian)
    default: return (type, .native)
    }
  }

  private static func name(ofUnsupported code: Substring) -> String? {
    switch code.first {
    case "O": "object"
    case "c": "complex"
    case "M", "m": "date and time"
    case "U", "S", "a", "T": "text"
    case "V": "raw or structured"
    case "f": "extended-precision"
    default: nil
    }
  }

  private mutating func boolean() throws(DataFileError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("fortran_order is not True or False")
  }

  private mutating func tuple() throws(DataFileError) -> [Int] {
    var lengths: [Int] = []
    try expect("(")
    while !accept(")") {
      lengths.append(try integer())
      guard lengths.count <= NPYHeader.rankLimit else {
        throw malformed("the shape has more than \(NPYHeader.rankLimit) axes")
      }
      if !accept(",") {
        guard accept(")") else {
          throw malformed("the shape has a length that is not a whole number")
        }
        // In Python (3) is a number, not a tuple.
        guard lengths.count > 1 else { throw malformed("the shape is not a tuple") }
        break
      }
    }
    return lengths
  }

  private mutating func integer() throws(DataFileError) -> Int {
    skipBlanks()
    if peek() == UInt8(ascii: "-") { throw malformed("the shape has a negative length") }
    let start = position
    var value = 0
    while let byte = peek(), case UInt8(ascii: "0")...UInt8(ascii: "9") = byte {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else {
        throw malformed("the shape has a length greater than 2^63 - 1")
      }
      value = sum
      position += 1
    }
    guard position > start else {
      throw malformed("the shape has a length that is not a whole number")
    }
    // The suffix of long integers in Python 2, which NumPy still reads.
    if peek() == UInt8(ascii: "L") { position += 1 }
    return value
  }

  /// A string literal without escapes, which no dtype or key has.
  private mutating func string(_ what: String) throws(DataFileError) -> String {
    skipBlanks()
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw malformed("\(what) in quotes is expected at byte \(position)")
    }
    guard let end = text[(position + 1)...].firstIndex(of: quote) else {
      throw malformed("a string has no closing quote")
    }
    defer { position = end + 1 }
    return String(decoding: text[(position + 1)..<end], as: UTF8.self)
  }

  private func peek() -> UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while let byte = peek(), byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(DataFileError) {
    guard accept(character) else {
      throw malformed("\"\(character)\" is expected at byte \(position)")
    }
  }

  /// The text from an opening bracket to its closing bracket.
  private func bracketed() -> String {
    var depth = 0
    let end = text[position...].firstIndex { byte in
      if "[(".utf8.contains(byte) { depth += 1 }
      if "])".utf8.contains(byte) { depth -= 1 }
      return depth == 0
    }
    return String(decoding: text[position...(end ?? text.count - 1)], as: UTF8.self)
  }

  private func malformed(_ reason: String) -> DataFileError {
    DataFileError(.badData, path: path, reason: "the .npy header is malformed: \(reason)")
  }

  private func unsupported(_ dtype: String) -> DataFileError {
    DataFileError(
      .badData, path: path,
      reason:
        "\(dtype) is not supported; bool, int8 to int64, uint8 to uint64, float16, float32 and "
        + "float64 are")
  }
}
