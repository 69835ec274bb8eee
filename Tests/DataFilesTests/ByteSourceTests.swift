// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct ByteSourceTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test func filesThatCannotBeOpened() throws {
    let file = try directory.write("x", to: "f")
    let cases = [
      (directory.file("none"), "no such file"),
      ("", "no such file"),
      (file + "/f", "no such file: a part of the path is not a directory"),
      (directory.path, "cannot be read: it is a directory, not a file"),
    ]
    for (path, reason) in cases {
      for error in [
        try failure { _ = try NPYReader(path: path) },
        try failure { _ = try CSVColumnReader(path: path, column: "x") },
        try failure { _ = try CSVTable(contentsOf: path) },
        try failure { _ = try contents(ofFile: path) },
      ] {
        #expect(error.code == .missingInput)
        #expect(error.description == "\(path): \(reason)")
      }
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func permissionDenied() throws {
    let path = try directory.write("x", to: "f")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    let error = try failure { _ = try NPYReader(path: path) }
    #expect(error.code == .missingInput)
    #expect(error.reason == "the file exists but cannot be read: permission denied")
    let closed = directory.file("closed")
    try FileManager.default.createDirectory(
      atPath: closed, withIntermediateDirectories: false, attributes: [.posixPermissions: 0])
    let unreachable = try failure { _ = try NPYReader(path: closed + "/f") }
    #expect(unreachable.code == .missingInput)
    #expect(
      unreachable.reason == "cannot be reached: permission denied for a directory of the path")
  }

  /// The path of a pipe to which another thread writes these bytes.
  private func pipe(_ bytes: [UInt8]) -> String {
    let fifo = directory.file("fifo-\(UUID().uuidString)")
    #expect(mkfifo(fifo, 0o600) == 0)
    Thread.detachNewThread {
      guard let file = FileHandle(forWritingAtPath: fifo) else { return }
      // Programs write to pipes in pieces.
      for start in stride(from: 0, to: bytes.count, by: 1000) {
        try? file.write(contentsOf: Data(bytes[start..<min(start + 1000, bytes.count)]))
      }
      try? file.close()
    }
    return fifo
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func wholeContents(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31) }
    #expect(try contents(ofFile: directory.write(bytes, to: "f")) == bytes)
    #expect(try contents(ofFile: pipe(bytes)) == bytes)
  }

  @Test func arraysFromAPipe() throws {
    for array in NumPyArray.all where array.name.contains(" C") {
      let reader = try NPYReader(path: pipe(array.file))
      #expect(reader.shape == array.shape)
      #expect(areSame(try reader.readAll(as: Double.self), array.values))
      #expect(try failure { try reader.rewind() }.reason == "a pipe can be read only once")
    }
    let values = (0..<100_000).map { Float($0) }
    let writer = try NPYWriter(
      path: directory.file("w.npy"), elementType: .float32, shape: [100_000])
    try writer.append(values)
    try writer.finish()
    #expect(
      try NPYReader(path: pipe(try directory.read("w.npy"))).readAll(as: Float.self) == values)
  }

  @Test func rereadablePipes() throws {
    for array in NumPyArray.all where array.name.hasSuffix(" 1") {
      let reader = try NPYReader(path: pipe(array.file), isRereadable: true)
      for _ in 0..<2 {
        #expect(areSame(try reader.readRemaining(as: Double.self), array.values))
        try reader.rewind()
      }
    }
    let table = pipe(Array("a,b\n1,2\n3,4\n".utf8))
    let reader = try CSVColumnReader(path: table, column: "b", isRereadable: true)
    for _ in 0..<2 {
      #expect(try reader.readRemaining(as: Double.self) == [2, 4])
      try reader.rewind()
    }
  }

  /// The limit on the length of a row is for tables: an array of zeros has no line breaks.
  @Test func arraysWithoutLineBreaksFromARereadablePipe() throws {
    let count = 4 << 20
    let header = NPYHeader(elementType: .uint8, shape: [count]).serialized()
    let source = try ByteSource(path: pipe(header + [UInt8](repeating: 0, count: count)))
    #expect(try source.spooledIfStream(rowLimit: 0).size == header.count + count)
  }

  @Test func pipesThatEndEarly() throws {
    let array = try #require(NumPyArray.all.first { $0.name == "<f8 C 1" })
    let reader = try NPYReader(path: pipe(array.file.dropLast(20)))
    let error = try failure { _ = try reader.readAll(as: Double.self) }
    #expect(error.location == .element(9))
    #expect(error.reason == "the data ends here, but shape [3, 4] has 12 elements")
    // The size in a header is not allocated.
    let header =
      NPYHeader(elementType: .float64, shape: [1 << 50]).serialized()
      + [UInt8](repeating: 0, count: 16)
    let huge = try NPYReader(path: pipe(header))
    #expect(try failure { _ = try huge.readAll(as: Double.self) }.location == .element(2))
    #expect(
      try failure { _ = try NPYReader(path: pipe(Array(array.file.prefix(50)))) }.code
        == .badData)
  }

  @Test func fortranOrderFromAPipe() throws {
    let array = try #require(NumPyArray.all.first { $0.name == "<f8 F 1" })
    let error = try failure { _ = try NPYReader(path: pipe(array.file)) }
    #expect(
      error.reason
        == "an array in Fortran order cannot be read from a pipe; save it to a file first")
    // With one axis the orders are the same.
    let vector = try #require(NumPyArray.all.first { $0.name == "shape F (5,)" })
    #expect(try NPYReader(path: pipe(vector.file)).readAll(as: Double.self) == vector.values)
  }

  @Test func tablesFromAPipe() throws {
    let rows = (0..<30_000).map { "\($0),\($0 < 20_000 ? "0\($0 % 7)" : "t")\n" }
    let text = "x,t\n" + rows.joined()
    let column = try CSVColumnReader(path: pipe(Array(text.utf8)), column: "x")
    #expect(column.progress.totalByteCount == nil)
    #expect(try column.readRemaining(as: Double.self) == (0..<30_000).map { Double($0) })
    #expect(try failure { try column.rewind() }.code == .inputOutput)
    // The second column turns out to be text, so rows are read again.
    let table = try CSVTable(contentsOf: pipe(Array(text.utf8)))
    let file = try CSVTable(contentsOf: try directory.write(text, to: "t.csv"))
    #expect(table.columns[1].texts == file.columns[1].texts)
    #expect(table.columns[1].labels == ["00", "01", "02", "03", "04", "05", "06", "t"])
  }
}
