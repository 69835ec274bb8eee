// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

/// A file that others change after it was opened is an error, never a mixture of old and new.
@Suite struct ChangedFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  enum Change: CaseIterable { case truncated, extended, rewritten, touched }

  /// Changes a file in place, as a program that has it open.
  private func change(_ path: String, _ change: Change) throws {
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    let size = try file.seekToEnd()
    switch change {
    case .truncated: try file.truncate(atOffset: size / 2)
    case .extended: try file.write(contentsOf: Data("7,7\n".utf8))
    case .rewritten:
      // More columns than before.
      try file.seek(toOffset: 0)
      try file.write(contentsOf: Data("a,b,c,d,e,f\n".utf8))
    case .touched: break
    }
    try file.close()
    // Some file systems count time in seconds.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -1000)], ofItemAtPath: path)
  }

  private func expectChanged(_ body: () throws -> Void) throws {
    let error = try failure(body)
    #expect(error.code == .inputOutput)
    #expect(error.reason == "the file changed while it was read")
  }

  /// A table that takes several blocks.
  private func table() throws -> String {
    try directory.write(
      "a,b\n" + (0..<200).map { "\($0),\($0)\n" }.joined() + "x,y\n", to: "t.csv")
  }

  private func open(_ path: String) throws -> CSVFile {
    try CSVFile(
      ByteSource(path: path), format: CSVFormat(),
      limits: CSVBlockReader.Limits(chunkSize: 64, rowSize: 1000))
  }

  @Test(arguments: Change.allCases)
  func tables(_ change: Change) throws {
    // At opening, and between the two passes that late columns of text take.
    for progressCall in [0, 1] {
      let file = try open(table())
      if progressCall == 0 { try self.change(file.path, change) }
      var calls = 0
      try expectChanged {
        _ = try CSVTable(file: file, textColumns: []) { progress in
          calls += 1
          if calls == progressCall || progress.byteCount == progress.totalByteCount {
            try? self.change(file.path, change)
          }
        }
      }
    }
  }

  @Test(arguments: Change.allCases)
  func columns(_ change: Change) throws {
    for column in ["a", "b"] {
      let path = try directory.write(
        "a,b\n" + (0..<200).map { "\($0),\($0)\n" }.joined(), to: "t.csv")
      func reader() throws -> CSVColumnReader {
        try CSVColumnReader(file: open(path), column: column, missing: .error)
      }
      let once = try reader()
      let twice = try reader()
      #expect(try twice.readRemaining(as: Double.self).count == 200)
      try self.change(path, change)
      try expectChanged { _ = try once.readRemaining(as: Double.self) }
      try expectChanged {
        try twice.rewind()
        _ = try twice.readRemaining(as: Double.self)
      }
    }
  }

  @Test(arguments: Change.allCases, [false, true])
  func arrays(_ change: Change, isFortranOrder: Bool) throws {
    var header = NPYHeader(elementType: .float32, shape: [1000, 1000])
    header.isFortranOrder = isFortranOrder
    let bytes = header.serialized() + [UInt8](repeating: 0, count: 4_000_000)
    let path = try directory.write(bytes, to: "s.npy")
    let once = try NPYReader(path: path)
    let twice = try NPYReader(path: path)
    #expect(try twice.readAll(as: Float.self).count == 1_000_000)
    try self.change(path, change)
    try expectChanged { _ = try once.readAll(as: Float.self) }
    try expectChanged { _ = try twice.readAll(as: Float.self) }
  }

  @Test(arguments: Change.allCases)
  func wholeContents(_ change: Change) throws {
    let source = try ByteSource(path: table())
    try self.change(source.path, change)
    try expectChanged { _ = try source.contents(limit: 1 << 20) }
  }

  @Test func aFileThatIsReplacedIsReadAsItWas() throws {
    let path = try directory.write("a\n1\n", to: "t.csv")
    let reader = try CSVColumnReader(path: path, column: "a")
    try AtomicFile.write("a\n2\n", to: path)
    #expect(try reader.readRemaining(as: Double.self) == [1])
  }
}
