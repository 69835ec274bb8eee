// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct NPYHeaderTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  /// The header of a file with this text, which has data for small shapes.
  private func read(_ text: String, dataCount: Int = 4096) throws -> NPYHeader {
    let bytes =
      NPYHeader.magic + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
      + Array(text.utf8)
      + [UInt8](repeating: 0, count: dataCount)
    return try NPYReader(path: try directory.write(bytes, to: "h.npy")).header
  }

  @Test(arguments: [
    "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }",
    "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3)}",
    "{'shape': (2, 3,), 'fortran_order': True, 'descr': '<i4'}\n",
    " \t{\"descr\":\"<i4\",'fortran_order':True,'shape':(2,3)}  \n\n",
    "{'descr': '<i4', 'fortran_order': True, 'shape': ( 2L , 3L ), }",
    "{'descr': '<i4', 'fortran_order': True, 'shape': (002, 3)}",
  ])
  func equivalentHeaders(_ text: String) throws {
    let header = try read(text)
    #expect(
      header.elementType == .int32 && header.byteOrder == .littleEndian && header.isFortranOrder)
    #expect(header.shape == [2, 3])
  }

  @Test(arguments: ["<", ">", "=", "|", ""])
  func byteOrderMarks(_ mark: String) throws {
    let header = try read("{'descr': '\(mark)f8', 'fortran_order': False, 'shape': ()}")
    #expect(header.elementType == .float64)
    #expect(header.byteOrder == (mark == "<" ? .littleEndian : mark == ">" ? .bigEndian : .native))
  }

  @Test(arguments: [
    ("", "\"{\" is expected at byte 0"),
    ("[]", "\"{\" is expected at byte 0"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "\"}\" is expected at byte 54"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
      "unexpected text after the closing brace"
    ),
    ("{'descr': '<f4', 'fortran_order': False}", "the key \"shape\" is missing"),
    ("{'descr': '<f4', 'shape': (2,)}", "the key \"fortran_order\" is missing"),
    ("{'fortran_order': False, 'shape': (2,)}", "the key \"descr\" is missing"),
    (
      "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}",
      "the key \"descr\" appears twice"
    ),
    (
      "{'descr': '<f4', 'order': 1, 'fortran_order': False, 'shape': (2,)}",
      "unknown key \"order\""
    ),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "fortran_order is not True or False"),
    ("{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}", "is not supported"),
    ("{'descr': '<f4", "a string has no closing quote"),
    (
      "{'descr': 4, 'fortran_order': False, 'shape': (2,)}",
      "a dtype in quotes is expected at byte 10"
    ),
    ("{descr: '<f4'}", "a key in quotes is expected at byte 1"),
    ("{'descr': __import__('os').system('true')}", "a dtype in quotes is expected at byte 10"),
  ])
  func malformedHeaders(_ text: String, _ reason: String) throws {
    let error = try failure { _ = try read(text) }
    #expect(error.code == .badData)
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test(
    arguments: [
      ("(-1,)", "a negative length"),
      ("(2.5,)", "a length that is not a whole number"),
      ("(x,)", "a length that is not a whole number"),
      ("(3)", "the shape is not a tuple"),
      ("3", "\"(\" is expected"),
      ("[3]", "\"(\" is expected"),
      ("(9223372036854775808,)", "a length greater than 2^63 - 1"),
      ("(99999999999999999999999,)", "a length greater than 2^63 - 1"),
      ("(4294967296, 4294967296)", "takes more than 2^63 - 1 bytes"),
      ("(0, 4611686018427387904, 4)", "takes more than 2^63 - 1 bytes"),
      ("(4611686018427387904,)", "takes more than 2^63 - 1 bytes"),
      // As float32 the size is an Int, but not as Double.
      ("(1, 1152921504606846976)", "takes more than 2^63 - 1 bytes as numbers of 8 bytes"),
      ("(\(String(repeating: "1, ", count: 65)))", "more than 64 axes"),
    ])
  func malformedShapes(_ shape: String, _ reason: String) throws {
    try malformedHeaders(
      "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape)}", reason)
  }

  @Test func manyAxes() throws {
    let most = String(repeating: "1, ", count: 64)
    #expect(try read("{'descr': '<f4', 'fortran_order': False, 'shape': (\(most))}").count == 1)
  }

  @Test(arguments: UnsupportedArray.all)
  func unsupportedTypes(_ array: UnsupportedArray) throws {
    let path = try directory.write(array.file, to: "u.npy")
    let error = try failure { _ = try NPYReader(path: path) }
    #expect(error.code == .badData)
    #expect(error.description.contains("the \(array.name) dtype \"\(array.dtype)"), "\(error)")
    #expect(error.description.contains("float64 are"))
  }

  @Test(arguments: ["<f4 C 1", "<f8 F 2", "|b1 C 3"])
  func truncatedFiles(name: String) throws {
    let array = try #require(NumPyArray.all.first { $0.name == name })
    for length in 0..<array.file.count {
      let path = try directory.write(array.file.prefix(length), to: "t.npy")
      let error = try failure { _ = try NPYReader(path: path) }
      #expect(error.code == .badData)
      #expect(
        error.reason.contains("complete .npy file") || error.reason.contains("cut short"),
        "\(length): \(error)")
    }
  }

  @Test func filesOfOtherFormats() throws {
    let path = try directory.write("PK\u{3}\u{4} a zip file", to: "x.npz")
    #expect(
      try failure { _ = try NPYReader(path: path) }.reason.contains(
        "this is a .npz archive of arrays"))
    for version: [UInt8] in [[0, 0], [1, 1], [4, 0], [255, 255]] {
      let path = try directory.write(
        NPYHeader.magic + version + [UInt8](repeating: 0, count: 100), to: "v.npy")
      let error = try failure { _ = try NPYReader(path: path) }
      #expect(
        error.reason
          == "version \(version[0]).\(version[1]) of the .npy format is not supported; "
          + "1.0, 2.0 and 3.0 are"
      )
    }
  }

  @Test func headerLengths() throws {
    let beyondFile = NPYHeader.magic + [2, 0, 255, 255, 255, 255] + Array("{}".utf8)
    #expect(
      try failure { _ = try NPYReader(path: try directory.write(beyondFile, to: "h.npy")) }.reason
        .contains("the header has 4294967295 bytes, the file has 2 more"))
    let length = NPYHeader.lengthLimit + 1
    let beyondLimit =
      NPYHeader.magic + [2, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      + [UInt8](repeating: 0x20, count: length)
    #expect(
      try failure { _ = try NPYReader(path: try directory.write(beyondLimit, to: "h.npy")) }.reason
        .contains("the limit is"))
  }

  @Test func dataLargerThanTheFile() throws {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 2)}"
    let error = try failure { _ = try read(text, dataCount: 16) }
    #expect(
      error.reason
        == "the data is cut short: shape [1000000000000, 2] of float32 takes "
        + "8000000000000 bytes, the file has 16"
    )
  }
}
