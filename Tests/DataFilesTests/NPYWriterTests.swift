// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct NPYWriterTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test func sameBytesAsNumPy() throws {
    let fixtures = NumPyArray.all.filter { array in
      array.name.hasPrefix("shape C") || ["<f2 C 1", "<f4 C 1", "<f8 C 1"].contains(array.name)
    }
    #expect(fixtures.count == 13)
    for array in fixtures {
      let type = try NPYReader(path: try directory.write(array.file, to: "numpy.npy")).elementType
      for asFloat in type == .float64 ? [false] : [false, true] {
        let writer = try NPYWriter(
          path: directory.file("ours.npy"), elementType: type, shape: array.shape)
        if asFloat {
          try writer.append(array.values.map { Float($0) })
        } else {
          try writer.append(array.values)
        }
        try writer.finish()
        let ours = try directory.read("ours.npy")
        if array.values.contains(where: \.isNaN) {
          // The payload of a NaN may differ.
          #expect(ours.prefix(128) == array.file.prefix(128))
          #expect(areSame(try NPYReader(path: writer.path).readAll(as: Double.self), array.values))
        } else {
          #expect(ours == array.file, "\(array.name)")
        }
      }
    }
  }

  @Test func chunksOfBothTypes() throws {
    let writer = try NPYWriter(
      path: directory.file("c.npy"), elementType: .float32, shape: [50_000, 2])
    let values = (0..<100_000).map { Float($0) / 3 }
    try writer.append(Array(values[..<1]))
    try writer.append(values[1..<40_000].map { Double($0) })
    try writer.append([] as [Float])
    try writer.append(Array(values[40_000...]))
    try writer.finish()
    let reader = try NPYReader(path: writer.path)
    #expect(reader.shape == [50_000, 2])
    #expect(try reader.readAll(as: Float.self) == values)
    #expect(try directory.names() == ["c.npy"])
  }

  @Test func doublesAreRoundedToNearest() throws {
    let values = [0.1, 1e300, -1e-300, 0x1.000001p0, 0x1.0000011p0, .nan]
    let writer = try NPYWriter(path: directory.file("r.npy"), elementType: .float32, shape: [6])
    try writer.append(values)
    try writer.finish()
    let expected: [Float] = [0.1, .infinity, -0.0, 1, 0x1.000002p0, .nan]
    #expect(areSame(try NPYReader(path: writer.path).readAll(as: Float.self), expected))
  }

  @Test func wrongNumberOfElements() throws {
    let path = try directory.write("old", to: "n.npy")
    let few = try NPYWriter(path: path, elementType: .float64, shape: [2, 2])
    try few.append([1, 2, 3] as [Double])
    #expect(try directory.read("n.npy") == Array("old".utf8))
    #expect(
      try failure { try few.finish() }.reason == "shape [2, 2] has 4 elements, received 3")
    let many = try NPYWriter(path: path, elementType: .float64, shape: [2, 2])
    try many.append([1, 2, 3] as [Double])
    #expect(
      try failure { try many.append([4, 5] as [Double]) }.reason
        == "shape [2, 2] has 4 elements, received more than 4")
    #expect(try directory.read("n.npy") == Array("old".utf8))
    #expect(try directory.names() == ["n.npy"])
  }

  @Test func longHeadersUseVersionTwo() throws {
    // More axes than NumPy supports, to test the format.
    let header = NPYHeader(elementType: .float64, shape: [Int](repeating: 1, count: 25_000))
    let bytes = header.serialized()
    #expect(bytes[6...7] == [2, 0])
    #expect(bytes.count % 64 == 0)
    #expect((0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) } == bytes.count - 12)
    #expect(NPYHeader(elementType: .float64, shape: [1]).serialized()[6...7] == [1, 0])
  }

  static let hasNumPy = (try? runPython("import numpy", [])) == Execution(status: 0, text: "")

  @Test(.enabled(if: hasNumPy, "python3 with NumPy is not installed"))
  func numPyReadsTheFiles() throws {
    var arguments: [String] = []
    for (type, code) in [(ElementType.float16, "f2"), (.float32, "f4"), (.float64, "f8")] {
      let shapes: [[Int]] = [[], [0], [1], [7], [3, 5], [2, 0, 3], [2, 3, 4, 5]]
      for (number, shape) in shapes.enumerated() {
        let count = shape.reduce(1, *)
        let writer = try NPYWriter(
          path: directory.file("\(code)-\(number).npy"), elementType: type, shape: shape)
        try writer.append((0..<count).map { Double($0) / 4 })
        try writer.finish()
        arguments += [writer.path, code, shape.map { "\($0)" }.joined(separator: " ")]
      }
    }
    let script = """
      import sys, numpy as np
      arguments = iter(sys.argv[1:])
      for path, code, lengths in zip(arguments, arguments, arguments):
        array = np.load(path)
        shape = tuple(int(length) for length in lengths.split())
        assert array.dtype == np.dtype(code), (path, array.dtype)
        assert array.shape == shape, (path, array.shape)
        assert np.array_equal(array, (np.arange(array.size) / 4).reshape(shape)), path
        print(code, shape)
      """
    let result = try Self.runPython(script, arguments)
    #expect(result.status == 0 && result.text.split(separator: "\n").count == 21, "\(result)")
  }

  private static func runPython(_ script: String, _ arguments: [String]) throws -> Execution {
    try Execution(of: "/usr/bin/env", ["python3", "-c", script] + arguments)
  }
}
