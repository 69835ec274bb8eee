// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct CSVTableTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func table(
    _ text: String, format: CSVFormat = CSVFormat(), textColumns: Set<String> = []
  ) throws -> CSVTable {
    try CSVTable(
      contentsOf: try directory.write(text, to: "t.csv"), format: format, textColumns: textColumns)
  }

  @Test func numbersAndText() throws {
    let table = try table("a,b,c\n1,x,2\n-2.5e1, y ,\"3\"\ninf,x,.5\n")
    #expect(table.header.names == ["a", "b", "c"])
    #expect(table.rowCount == 3)
    #expect(table.columns[0].numbers == [1, -25, .infinity])
    #expect(table.columns[1].texts == ["x", "y", "x"])
    #expect(try table.column("c").numbers == [2, 3, 0.5])
    #expect(table.columns[1].labels == ["x", "y"])
    #expect(table.columns.allSatisfy { $0.missingCount == 0 && $0.firstMissing == nil })
    #expect(throws: DataFileError.self) { try table.column("d") }
  }

  @Test func missingCells() throws {
    let table = try table("n,t\n1,a\n,b\nNA,\n4,NA\nnan,\"\"\n?,\" \"\n")
    let number = table.columns[0]
    #expect(areSame(try #require(number.numbers), [1, .nan, .nan, 4, .nan, .nan]))
    #expect(number.missingCount == 4)
    #expect(number.firstMissing == CSVTable.Position(row: 2, line: 3))
    let text = table.columns[1]
    #expect(text.texts == ["a", "b", nil, nil, nil, " "])
    #expect(text.missingCount == 3)
    #expect(text.firstMissing == CSVTable.Position(row: 3, line: 4))
    let error = table.badCell(try #require(number.firstMissing), column: 0, "the cell is empty")
    #expect(
      error.description
        == #"\#(directory.file("t.csv")): row 2 (line 3), column "n": the cell is empty"#)
    #expect(error.code == .badData)
  }

  @Test func aColumnOfMissingCellsIsNumeric() throws {
    let table = try table("n,m\n,1\n,2\n")
    #expect(areSame(try #require(table.columns[0].numbers), [.nan, .nan]))
    #expect(table.columns[0].missingCount == 2)
  }

  @Test func aColumnThatTurnsOutToBeText() throws {
    for rowCount in [1, 2, 40, 3000, 70_000] {
      for turn in Set([0, 1, rowCount / 2, rowCount - 1]) where turn < rowCount {
        // Numbers do not keep leading zeros and spelling.
        let early = ["007", "1.0", "NA", "", "1e3", "+5", "7"]
        let cells = (0..<rowCount).map {
          $0 < turn ? early[$0 % early.count] : $0 == turn ? "text" : "7"
        }
        let table = try table(
          "i,t,x\n" + cells.enumerated().map { "\($0),\($1),\($0 % 10)\n" }.joined())
        let column = table.columns[1]
        let isMissing: (String) -> Bool = { $0.isEmpty || $0 == "NA" }
        #expect(column.texts == cells.map { isMissing($0) ? nil : $0 })
        #expect(column.missingCount == cells.count(where: isMissing))
        #expect(column.firstMissing?.row == cells.firstIndex(where: isMissing).map { $0 + 1 })
        #expect(table.columns[0].numbers == (0..<rowCount).map { Double($0) })
        #expect(table.columns[2].numbers == (0..<rowCount).map { Double($0 % 10) })
        // Labels are in the order of their first row.
        var seen: Set<String> = ["", "NA"]
        #expect(column.labels == cells.filter { seen.insert($0).inserted })
      }
    }
  }

  @Test func severalLateColumnsAndBlankLines() throws {
    let table = try table("a,b,c\n1,1,1\n\n2,x,\"2\"\n3,y,3\n4,z,w\n")
    #expect(table.columns[0].numbers == [1, 2, 3, 4])
    #expect(table.columns[1].texts == ["1", "x", "y", "z"])
    #expect(table.columns[2].texts == ["1", "2", "3", "w"])
    let single = try self.table("a\n1\n\n2\nx\n\n")
    #expect(single.columns[0].texts == ["1", nil, "2", "x"])
    #expect(single.columns[0].firstMissing == CSVTable.Position(row: 2, line: 3))
  }

  @Test(arguments: [
    "1", "-2.5e1", " 7 ", ".5", "5.", "+3", "nan", "-Inf", "1e999",
    "123456789012345678901234567890", "NA",
    "N/A",
    "null", "?", "", " ", "0x1F", "0x1p3", "1\u{0}", "\u{0}", "1 2", "1,5", "1e", "e5", "-", "na",
    "--1",
    "infinit", "\u{661}", "1_000", "\"", "2\"",
  ])
  func numbersOfTextsAgreeWithColumns(_ text: String) throws {
    let path = try directory.write("a\n\"\(text.replacing("\"", with: "\"\""))\"\n", to: "t.csv")
    let column = try CSVTable(contentsOf: path, format: CSVFormat(delimiter: .comma)).columns[0]
    let number = CSVTable.number(text)
    #expect(areSame(column.numbers ?? [], number.map { [$0] } ?? []))
    #expect((column.numbers == nil) == (number == nil))
  }

  @Test func requestedTextColumns() throws {
    let table = try table("a,b\n01,1\n1,2\n", textColumns: ["a", "nowhere"])
    #expect(table.columns[0].texts == ["01", "1"])
    #expect(table.columns[1].numbers == [1, 2])
  }

  /// Unicode considers composed and decomposed é equal, and the Kelvin sign and K.
  @Test func labelsThatUnicodeConsidersEqual() throws {
    for start in ["", "1,1\n,1\n"] {
      let rows = ["z", "\u{E9}", "K", "e\u{301}", "\u{212A}", "\u{E9}"].map { "\($0),1\n" }
      let table = try table("a,x\n\(start)\(rows.joined())")
      let column = table.columns[0]
      #expect(column.texts?.suffix(6) == ["z", "\u{E9}", "K", "\u{E9}", "K", "\u{E9}"])
      // Spelled as in the first row.
      #expect(
        column.labels?.suffix(3).map { Array($0.unicodeScalars) } == [["z"], ["\u{E9}"], ["K"]])
    }
  }

  /// The message of an error, without the path.
  private func message(_ bytes: [UInt8], hasHeader: Bool = true) throws -> String {
    let path = try directory.write(bytes, to: "t.csv")
    let error = try failure {
      _ = try CSVTable(contentsOf: path, format: CSVFormat(hasHeader: hasHeader))
    }
    #expect(error.code == .badData)
    return error.description.replacing("\(path): ", with: "")
  }

  @Test func textThatIsNotUTF8() throws {
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
    #expect(table.columns[0].texts == cells)
    #expect(table.columns[0].labels?.count == Set(cells).count)
  }

  @Test(.timeLimit(.minutes(1)))
  func columnsAreFoundInConstantTime() throws {
    let names = (0..<1 << 17).map { "c\($0)" }
    let row = String(repeating: "1,", count: names.count - 1) + "1\n"
    let text = names.joined(separator: ",") + "\n" + row + row
    let header = try CSVTable(Array(text.utf8), name: "t").header
    for (index, name) in names.enumerated() {
      let found = try (header.index(of: name), header.index(named: name))
      if found != (index, index) { Issue.record("\(name) is not column \(index)") }
    }
    #expect(try header.index(of: "7") == 6)
    #expect(throws: DataFileError.self) { try header.index(of: "\(names.count + 1)") }
    #expect(throws: DataFileError.self) { try header.index(of: "-9223372036854775808") }
  }

  @Test func tableWithoutHeaderOrRows() throws {
    let unnamed = try table("1;a\n2;b\n", format: CSVFormat(hasHeader: false))
    #expect(unnamed.header.names == ["1", "2"] && unnamed.rowCount == 2)
    #expect(unnamed.columns[0].numbers == [1, 2])
    let empty = try table("a,b\n")
    #expect(empty.rowCount == 0)
    #expect(empty.columns[1].numbers == [])
    #expect(throws: DataFileError.self) { try table("") }
  }

  @Test func errorsHaveTheRow() throws {
    #expect(
      try failure { _ = try table("a,b\n1,2\n3\n") }.location == .row(2, line: 3, column: nil))
    #expect(
      try failure { _ = try table("a,b\n1,2\n3,\"4\n5,6") }.location
        == .row(2, line: 3, column: "b"))
  }

  @Test func blocksMayEndAnywhere() throws {
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
          ByteSource(path: path), format: CSVFormat(delimiter: .comma),
          limits: CSVBlockReader.Limits(chunkSize: chunkSize, rowSize: 1000))
        let table = try CSVTable(file: file, textColumns: [], progress: { _ in })
        #expect(table.rowCount == rows.count)
        for (one, other) in zip(table.columns, whole.columns) {
          #expect(one.missingCount == other.missingCount && one.firstMissing == other.firstMissing)
          if let first = one.numbers, let second = other.numbers {
            #expect(areSame(first, second))
          } else {
            #expect(one.texts == other.texts)
            #expect(one.texts != nil)
          }
        }
      }
      let column: [Double] = try CSVColumnReader(
        path: path, column: "p", format: CSVFormat(delimiter: .comma)
      ).readRemaining()
      #expect(column == whole.columns[0].numbers)
    }
  }

  /// Blank lines before the first row are counted, also if they fill a block.
  @Test(arguments: [4, 5, 8, 256])
  func leadingBlankLines(chunkSize: Int) throws {
    func read(_ text: String, hasHeader: Bool?) throws -> CSVTable {
      let file = try CSVFile(
        ByteSource(Array(text.utf8), name: "b.csv"), format: CSVFormat(hasHeader: hasHeader),
        limits: CSVBlockReader.Limits(chunkSize: chunkSize))
      return try CSVTable(file: file, textColumns: [], progress: { _ in })
    }
    let blank = String(repeating: "\n", count: 9)
    for (text, hasHeader) in [("7\n8\n", false), ("7\n8\n", nil)] as [(String, Bool?)] {
      let column = try read(blank + text, hasHeader: hasHeader).columns[0]
      #expect(areSame(column.numbers ?? [], [Double](repeating: .nan, count: 9) + [7, 8]))
      #expect(column.firstMissing == CSVTable.Position(row: 1, line: 1))
    }
    #expect(try read(blank + "a\n8\n", hasHeader: true).columns[0].numbers == [8])
    #expect(try read(blank + "1,2\n3,4\n", hasHeader: false).columns[1].numbers == [2, 4])
    for hasHeader in [true, false] {
      let error = try failure { _ = try read(blank + "1,2\n3,4\n5\n", hasHeader: hasHeader) }
      #expect(error.location?.line == 12)
    }
  }

  @Test func progress() throws {
    let path = try directory.write(
      "a\n" + String(repeating: "12345\n", count: 100_000), to: "p.csv")
    var last: ReadingProgress?
    _ = try CSVTable(contentsOf: path) { progress in
      #expect(progress.byteCount >= last?.byteCount ?? 0)
      last = progress
    }
    #expect(last == ReadingProgress(byteCount: 600_002, totalByteCount: 600_002))
  }

  @Test func bytesInMemory() throws {
    // Larger than a block, with a column of text that is read twice.
    let text = "a,b\n" + (0..<60_000).map { "\($0)5,\($0 == 59_999 ? "x" : "7")\n" }.joined()
    let file = try table(text)
    let memory = try CSVTable(Array(text.utf8), name: "memory")
    #expect(memory.rowCount == 60_000)
    #expect(memory.columns[0].numbers == file.columns[0].numbers)
    #expect(memory.columns[1].texts == file.columns[1].texts)
    #expect {
      try CSVTable(Array("a,b\n1\n".utf8), name: "memory")
    } throws: { "\($0)".hasPrefix("memory: row 1 (line 2): ") }
    #expect(throws: DataFileError.self) { try CSVTable([], name: "memory") }
  }
}
