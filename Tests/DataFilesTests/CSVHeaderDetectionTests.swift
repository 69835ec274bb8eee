// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

/// Detection of a header, by default.
@Suite struct CSVHeaderDetectionTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  /// The names of the columns and the numbers of the first one.
  private func read(_ text: String, hasHeader: Bool? = nil) throws -> (
    names: [String], numbers: [Double]
  ) {
    let path = try directory.write(text, to: "t.csv")
    let reader = try CSVColumnReader(
      path: path, column: "1", format: CSVFormat(hasHeader: hasHeader), missing: .nan)
    return (reader.header.names, try reader.readRemaining())
  }

  @Test(arguments: ["1,2\n3,4\n", "1,\n3,4", "\"1\",-2e5\n3,4\n"])
  func aFirstRowOfNumbersIsData(_ text: String) throws {
    let table = try read(text)
    #expect(table.names == ["1", "2"])
    #expect(table.numbers == [1, 3])
  }

  @Test(arguments: ["a,2\n3,4\n", ",b\n3,4", "\"1a\",\"2\"\n3,4\n", "0x1,2\n3,4\n"])
  func aFirstRowWithAWordIsAHeader(_ text: String) throws {
    let table = try read(text)
    #expect(table.names.count == 2)
    #expect(table.numbers == [3])
  }

  @Test func givenFormats() throws {
    #expect(try read("1,2\n3,4\n", hasHeader: true).numbers == [3])
    #expect(try read("1,2\n3,4\n", hasHeader: false).numbers == [1, 3])
    #expect(try failure { _ = try read("") }.reason == "the file is empty")
  }

  @Test func aFirstRowOfDataKeepsItsQuotes() throws {
    let path = try directory.write("5,\"a\"\"b\"\"\",\"c\"\n6,\"\"\"\",d\n", to: "q.csv")
    for _ in 0..<2 {
      let table = try CSVTable(contentsOf: path, format: CSVFormat(hasHeader: false))
      #expect(table.columns[1].labels == ["a\"b\"", "\""])
    }
    let reader = try CSVColumnReader(path: path, column: "1", format: CSVFormat(hasHeader: false))
    #expect(try reader.readRemaining(as: Double.self) == [5, 6])
    try reader.rewind()
    #expect(try reader.readRemaining(as: Double.self) == [5, 6])
  }
}
