// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

/// Files that a program of the system decompresses.
@Suite struct CompressedFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// Compresses bytes with the program itself.
  private func compressed(_ program: String, _ bytes: [UInt8]) throws -> [UInt8] {
    let path = try directory.write(bytes, to: "plain")
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program, "-c", path]
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return [UInt8](data)
  }

  @Test(arguments: ["gzip", "bzip2", "xz", "zstd"]) func programs(_ program: String) throws {
    guard Self.isInstalled(program) else { return }
    // More than a pipe holds, and hard to compress.
    var generator = SeededGenerator(seed: 1)
    let numbers = (0..<40_000).map { _ in Double.random(in: 0...1, using: &generator) }
    let text = "x\n" + numbers.map { "\($0)\n" }.joined()
    let bytes = try compressed(program, Array(text.utf8))
    let path = try directory.write(bytes, to: "t.csv.z")
    #expect(try CSVTable(contentsOf: path).columns[0].numbers == numbers)
    var changed = bytes
    changed[bytes.count / 2] ^= 1
    // Through the pipe, without a copy.
    let reader = try CSVColumnReader(path: path, column: "x")
    #expect(try reader.readRemaining(as: Double.self) == numbers)
    #expect(throws: DataFileError.self) { try reader.rewind() }
    for damaged in [
      Array(bytes.dropLast(bytes.count / 3)), changed,
    ] {
      let path = try directory.write(damaged, to: "damaged.csv")
      let error = try failure { _ = try CSVTable(contentsOf: path) }
      #expect(error.code == .badData)
      #expect(error.reason == "\(program) could not decompress the file: it is damaged or cut off")
    }
    // A reader that stops early ends the program.
    _ = try CSVColumnReader(path: path, column: "x")
  }

  @Test func aTableThatBeginsLikeAnArchive() throws {
    let path = try directory.write("BZhead,x\n1,22222\n", to: "t.csv")
    #expect(try CSVTable(contentsOf: path).columns[1].numbers == [22222])
  }

  @Test func otherFormatsAreNamed() throws {
    for (bytes, reason) in [
      (Array("SQLite format 3\0".utf8), "this is an SQLite database; export the table as CSV"),
      (Array("{\"x\": 1}\n".utf8), "this is JSON, not a table; convert it to CSV"),
      (Array("[\n  {\"x\": 1}\n]".utf8), "this is JSON, not a table; convert it to CSV"),
      (Array("{\r\n\"x\": 1}".utf8), "this is JSON, not a table; convert it to CSV"),
      (Array("<!DOCTYPE html>\n<p>404".utf8), "this is an HTML page, not a table"),
      (Array("<?xml version='1.0'?>\n".utf8), "this is XML, not a table; convert it to CSV"),
      (
        Array("PK\u{3}\u{4}xl/workbook.xml".utf8),
        "this is a ZIP archive; save a spreadsheet as CSV, or an array of a .npz file with "
          + "numpy.save"
      ),
      (
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1],
        "this is a spreadsheet in the format .xls; save the table as CSV"
      ),
      (Array("PAR1\u{15}".utf8), "this is a Parquet file; save the table as CSV"),
      (Array("ARROW1\0\0".utf8), "this is an Arrow file; save the table as CSV"),
      ([0x89] + Array("HDF\r\n\u{1A}".utf8), "this is an HDF5 file; save the table as CSV"),
      ([0x80, 4, 0x95, 1], "this is a Python pickle; save the table as CSV"),
      (Array("x,y\n1,0\n".utf8).flatMap { [$0, 0] }, "the text is UTF-16; save it as UTF-8"),
      (Array("x,y\n1,0\n".utf8).flatMap { [0, $0] }, "the text is UTF-16; save it as UTF-8"),
    ] as [([UInt8], String)] {
      #expect(try failure { _ = try CSVTable(bytes, name: "t") }.reason == reason)
    }
  }
}
