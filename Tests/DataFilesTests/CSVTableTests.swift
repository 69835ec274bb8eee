// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct CSVTableTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func table(_ text: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = [])
    throws
    -> CSVTable
  {
    try CSVTable(
      contentsOf: try directory.write(text, to: "t.csv"), format: format, textColumns: textColumns)
  }

  private func numbers(_ column: CSVTable.Column) -> [Double]? {
    if case .numbers(let numbers) = column.values { numbers } else { nil }
  }

  /// The texts of a column of categories; `nil` for a missing cell.
  private func texts(_ column: CSVTable.Column) -> [String?]? {
    guard case .categories(let codes, let labels) = column.values else { return nil }
    return codes.map { $0 < 0 ? nil : labels[Int($0)] }
  }

  @Test func numbersAndText() throws {
    let table = try table("a,b,c\n1,x,2\n-2.5e1, y ,\"3\"\ninf,x,.5\n")
    #expect(table.header.names == ["a", "b", "c"])
    #expect(table.rowCount == 3)
    #expect(numbers(table.columns[0]) == [1, -25, .infinity])
    #expect(texts(table.columns[1]) == ["x", "y", "x"])
    #expect(numbers(try table.column("c")) == [2, 3, 0.5])
    guard case .categories(let codes, let labels) = table.columns[1].values else { return }
    #expect(codes == [0, 1, 0] && labels == ["x", "y"])
    #expect(table.columns.allSatisfy { $0.missingCount == 0 && $0.firstMissing == nil })
    #expect(throws: DataFileError.self) { try table.column("d") }
  }

  @Test("Missing cells are NaN, or no category")
  func missing() throws {
    let table = try table("n,t\n1,a\n,b\nNA,\n4,NA\nnan,\"\"\n?,\" \"\n")
    let number = table.columns[0]
    #expect(isSame(try #require(numbers(number)), [1, .nan, .nan, 4, .nan, .nan]))
    #expect(number.missingCount == 4)
    #expect(number.firstMissing == CSVTable.Position(row: 2, line: 3))
    let text = table.columns[1]
    #expect(texts(text) == ["a", "b", nil, "NA", nil, " "])
    #expect(text.missingCount == 2)
    #expect(text.firstMissing == CSVTable.Position(row: 3, line: 4))
    let error = table.badCell(try #require(number.firstMissing), column: 0, "the cell is empty")
    #expect(
      error.description
        == #"\#(directory.file("t.csv")): row 2 (line 3), column "n": the cell is empty"#)
    #expect(error.category == .badData)
  }

  @Test("A column whose cells all are missing is numeric") func allMissing() throws {
    let table = try table("n,m\n,1\n,2\n")
    #expect(isSame(try #require(numbers(table.columns[0])), [.nan, .nan]))
    #expect(table.columns[0].missingCount == 2)
  }

  @Test("A column that turns out to be text late keeps its texts as they stand")
  func lateText() throws {
    for rowCount in [1, 2, 40, 3000, 70_000] {
      for turn in Set([0, 1, rowCount / 2, rowCount - 1]) where turn < rowCount {
        // What numbers would lose: leading zeros, spelling, the words for missing.
        let early = ["007", "1.0", "NA", "", "1e3", "+5", "7"]
        let cells = (0..<rowCount).map {
          $0 < turn ? early[$0 % early.count] : $0 == turn ? "text" : "7"
        }
        let table = try table(
          "i,t,x\n" + cells.enumerated().map { "\($0),\($1),\($0 % 10)\n" }.joined())
        let column = table.columns[1]
        #expect(texts(column) == cells.map { $0.isEmpty ? nil : $0 })
        #expect(column.missingCount == cells.count { $0.isEmpty })
        #expect(column.firstMissing?.row == cells.firstIndex(of: "").map { $0 + 1 })
        #expect(numbers(table.columns[0]) == (0..<rowCount).map { Double($0) })
        #expect(numbers(table.columns[2]) == (0..<rowCount).map { Double($0 % 10) })
        guard case .categories(_, let labels) = column.values else { continue }
        var seen: Set<String> = [""]
        #expect(
          labels == cells.filter { seen.insert($0).inserted },
          "labels come in the order of their first row")
      }
    }
  }

  @Test func severalLateColumnsAndBlankLines() throws {
    let table = try table("a,b,c\n1,1,1\n\n2,x,\"2\"\n3,y,3\n4,z,w\n")
    #expect(numbers(table.columns[0]) == [1, 2, 3, 4])
    #expect(texts(table.columns[1]) == ["1", "x", "y", "z"])
    #expect(texts(table.columns[2]) == ["1", "2", "3", "w"])
    let single = try self.table("a\n1\n\n2\nx\n\n")
    #expect(texts(single.columns[0]) == ["1", nil, "2", "x"])
    #expect(single.columns[0].firstMissing == CSVTable.Position(row: 2, line: 3))
  }

  @Test(
    "A text is a number exactly where a column of such cells is one of numbers",
    arguments: [
      "1", "-2.5e1", " 7 ", ".5", "5.", "+3", "nan", "-Inf", "1e999",
      "123456789012345678901234567890", "NA",
      "N/A",
      "null", "?", "", " ", "0x1F", "0x1p3", "1\u{0}", "\u{0}", "1 2", "1,5", "1e", "e5", "-", "na",
      "--1",
      "infinit", "\u{661}", "1_000", "\"", "2\"",
    ])
  func numbersOfTexts(_ text: String) throws {
    let path = try directory.write("a\n\"\(text.replacing("\"", with: "\"\""))\"\n", to: "t.csv")
    let column = try CSVTable(contentsOf: path, format: CSVFormat(delimiter: .comma)).columns[0]
    let number = CSVTable.number(text)
    #expect(isSame(numbers(column) ?? [], number.map { [$0] } ?? []))
    #expect((numbers(column) == nil) == (number == nil))
  }

  @Test func columnsMayBeAskedForAsText() throws {
    let table = try table("a,b\n01,1\n1,2\n", textColumns: ["a", "nowhere"])
    #expect(texts(table.columns[0]) == ["01", "1"])
    #expect(numbers(table.columns[1]) == [1, 2])
  }

  /// Composed and decomposed e with an acute accent, the sign of Kelvin and K: the same text to Unicode, in other bytes.
  @Test("Labels that Unicode counts as the same text are one")
  func labelsInSeveralSpellings() throws {
    for start in ["", "1,1\n,1\n"] {
      let rows = ["z", "\u{E9}", "K", "e\u{301}", "\u{212A}", "\u{E9}"].map { "\($0),1\n" }
      let table = try table("a,x\n\(start)\(rows.joined())")
      guard case .categories(let codes, let labels) = table.columns[0].values else {
        Issue.record("not a column of text")
        return
      }
      #expect(codes.suffix(6) == (start.isEmpty ? [0, 1, 2, 1, 2, 1] : [1, 2, 3, 2, 3, 2]))
      #expect(
        labels.suffix(3).map { Array($0.unicodeScalars) } == [["z"], ["\u{E9}"], ["K"]],
        "as the first row writes them")
    }
  }

  /// A failure's description without the path.
  private func message(_ bytes: [UInt8], hasHeader: Bool = true) throws -> String {
    let path = try directory.write(bytes, to: "t.csv")
    let error = try failure {
      _ = try CSVTable(contentsOf: path, format: CSVFormat(hasHeader: hasHeader))
    }
    #expect(error.category == .badData)
    return error.description.replacing("\(path): ", with: "")
  }

  @Test("Text that is not UTF-8 is refused with its place")
  func otherEncodings() throws {
    // José in Latin-1.
    let name = Array("Jos".utf8) + [0xE9]
    let reason = "\"Jos\u{FFFD}\" is not UTF-8; save the file as UTF-8"
    #expect(
      try message(Array("n,c\n1,x\n2,".utf8) + name + Array("\n".utf8))
        == "row 2 (line 3), column \"c\": \(reason)")
    #expect(
      try message(Array("1\n2\n".utf8) + name, hasHeader: false)
        == "row 3 (line 3), column \"1\": \(reason)")
    #expect(
      try message(name + Array("\n".utf8), hasHeader: false)
        == "row 1 (line 1), column \"1\": \(reason)")
    #expect(
      try message(Array("\nn,\"".utf8) + name + Array("\"\n1,2\n".utf8))
        == "line 2: the name of column 2, \"Jos\u{FFFD}\", is not UTF-8; save the file as UTF-8")
  }

  @Test func manyLabels() throws {
    var generator = SeededGenerator(seed: 9)
    let cells = (0..<20_000).map { _ in "label \(Int.random(in: 0..<5000, using: &generator))" }
    let table = try table("a\n" + cells.joined(separator: "\n"))
    #expect(texts(table.columns[0]) == cells)
    guard case .categories(_, let labels) = table.columns[0].values else { return }
    #expect(Set(labels).count == labels.count)
  }

  @Test func tableWithoutHeaderOrRows() throws {
    let unnamed = try table("1;a\n2;b\n", format: CSVFormat(hasHeader: false))
    #expect(unnamed.header.names == ["1", "2"] && unnamed.rowCount == 2)
    #expect(numbers(unnamed.columns[0]) == [1, 2])
    let empty = try table("a,b\n")
    #expect(empty.rowCount == 0)
    #expect(numbers(empty.columns[1]) == [])
    #expect(throws: DataFileError.self) { try table("") }
  }

  @Test func errorsNameTheRow() throws {
    #expect(
      try failure { _ = try table("a,b\n1,2\n3\n") }.location == .row(2, line: 3, column: nil))
    #expect(
      try failure { _ = try table("a,b\n1,2\n3,\"4\n5,6") }.location
        == .row(2, line: 3, column: "b"))
  }

  @Test("A table is the same however its blocks are cut, and agrees with the column reader")
  func everyChunkSize() throws {
    var generator = SeededGenerator(seed: 11)
    let words = ["1", "2.5", "-3e4", "x", "\"a,b\"", "\"c\"\"d\"", "\"e\nf\"", "", "NA", " 7 "]
    for _ in 0..<20 {
      let names = ["p", "q", "r"]
      let rows = (0..<Int.random(in: 1...12, using: &generator)).map { row in
        names.map { $0 == "p" ? "\(row)" : words.randomElement(using: &generator)! }.joined(
          separator: ",")
      }
      let path = try directory.write("p,q,r\n" + rows.joined(separator: "\n"), to: "c.csv")
      let whole = try CSVTable(contentsOf: path, format: CSVFormat(delimiter: .comma))
      for chunkSize in [8, 9, 10, 11, 13, 16, 21, 32, 50] {
        let file = try CSVFile(
          file: InputFile(path: path), format: CSVFormat(delimiter: .comma),
          limits: CSVBlockReader.Limits(chunkSize: chunkSize, rowSize: 1000))
        let table = try CSVTable(file: file, textColumns: [], progress: { _ in })
        #expect(table.rowCount == rows.count)
        for (one, other) in zip(table.columns, whole.columns) {
          #expect(one.missingCount == other.missingCount && one.firstMissing == other.firstMissing)
          if let first = numbers(one), let second = numbers(other) {
            #expect(isSame(first, second))
          } else {
            #expect(texts(one) == texts(other))
            #expect(texts(one) != nil)
          }
        }
      }
      let column: [Double] = try CSVColumnReader(
        path: path, column: "p", format: CSVFormat(delimiter: .comma)
      ).readRemaining()
      #expect(column == numbers(whole.columns[0]))
    }
  }

  @Test func progressReachesTheSizeOfTheFile() throws {
    let path = try directory.write(
      "a\n" + String(repeating: "12345\n", count: 100_000), to: "p.csv")
    var last: ReadingProgress?
    _ = try CSVTable(contentsOf: path) { progress in
      #expect(progress.byteCount >= last?.byteCount ?? 0)
      last = progress
    }
    #expect(last == ReadingProgress(byteCount: 600_002, totalByteCount: 600_002))
  }

  @Test func bytesInMemoryAreReadAsAFileIs() throws {
    // Larger than a block; the column of text is read a second time.
    let text = "a,b\n" + (0..<60_000).map { "\($0)5,\($0 == 59_999 ? "x" : "7")\n" }.joined()
    let file = try table(text)
    let memory = try CSVTable(Array(text.utf8), name: "memory")
    #expect(memory.rowCount == 60_000)
    #expect(numbers(memory.columns[0]) == numbers(file.columns[0]))
    #expect(texts(memory.columns[1]) == texts(file.columns[1]))
    #expect {
      try CSVTable(Array("a,b\n1\n".utf8), name: "memory")
    } throws: { "\($0)".hasPrefix("memory: row 1 (line 2): ") }
    #expect(throws: DataFileError.self) { try CSVTable([], name: "memory") }
  }
}
