// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

/// Sizes that no memory holds: in a header, and of sparse files.
@Suite struct FileSizeTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  /// A file that starts with these bytes and has the size, almost all of it a hole.
  private func sparse(_ bytes: [UInt8], size: Int) throws -> String {
    let path = try directory.write(bytes, to: "sparse")
    try #require(truncate(path, off_t(size)) == 0)
    return path
  }

  @Test func arraysLargerThanMemory() throws {
    // As Double this takes almost 2^47 bytes, the whole address space.
    let count = 1 << 44 - 1 << 14
    let header = NPYHeader(elementType: .int8, shape: [count]).serialized()
    let path = try sparse(header, size: header.count + count)
    for error in [
      try failure { _ = try NPYReader(path: path).readAll(as: Double.self) },
      try failure { _ = try NPYReader(path: path).readRemaining(as: Double.self) },
    ] {
      #expect(error.code == .notEnoughMemory)
      #expect(error.reason == "not enough memory for another \(8 * count) bytes of data")
    }
  }

  /// The memory reserved for the rows is estimated from the size of the file.
  @Test func sparseTables() throws {
    let rows = "a,b\n" + String(repeating: "1,2\n", count: 40_000)
    for size in [200 << 30, 1 << 44 - 1 << 14] {
      let file = try CSVFile(
        ByteSource(path: try sparse(Array(rows.utf8), size: size)), format: CSVFormat(),
        limits: CSVBlockReader.Limits(rowSize: 1 << 20))
      let error = try failure {
        _ = try CSVTable(file: file, textColumns: [], progress: { _ in })
      }
      #expect(error.reason == "a row is longer than 1048576 bytes; is there an unclosed quote?")
    }
  }

  @Test(arguments: ["/dev/zero", nil])
  func wholeFilesHaveALimit(path: String?) throws {
    let path = try path ?? sparse([], size: 1 << 40)
    #expect(
      try failure { _ = try contents(ofFile: path, limit: 3_000_000) }.reason
        == "the file is larger than 3000000 bytes")
  }

  #if os(Linux)
    /// The storage of a stream grows until the memory does not suffice.
    @Test func streamsLargerThanMemory() async throws {
      let fifo = directory.file("fifo")
      try #require(mkfifo(fifo, 0o600) == 0)
      await #expect(processExitsWith: .success) { [fifo = fifo as String] in
        let statistics = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = try #require(statistics.split(separator: " ").first.flatMap { UInt($0) })
        let limit = rlim_t(pages * UInt(getpagesize()) + 200 << 20)
        var limits = rlimit(rlim_cur: limit, rlim_max: limit)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
        Thread.detachNewThread {
          signal(SIGPIPE, SIG_IGN)
          let file = FileHandle(forWritingAtPath: fifo)
          let header = NPYHeader(elementType: .float64, shape: [1 << 50]).serialized()
          let zeros = Data(count: 1 << 20)
          try? file?.write(contentsOf: Data(header))
          while (try? file?.write(contentsOf: zeros)) != nil {}
        }
        let reader = try NPYReader(path: fifo)
        let error = try failure { _ = try reader.readRemaining(as: Double.self) }
        #expect(error.code == .notEnoughMemory)
      }
    }
  #endif
}
