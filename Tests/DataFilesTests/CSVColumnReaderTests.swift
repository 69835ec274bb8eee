// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct CSVColumnReaderTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func column(
    _ column: String, of text: String, format: CSVFormat = CSVFormat(),
    missing: CSVColumnReader.MissingPolicy = .error
  ) throws -> [Double] {
    let path = try directory.write(text, to: "a.csv")
    return try CSVColumnReader(path: path, column: column, format: format, missing: missing)
      .readRemaining()
  }

  private func reason(_ name: String, of text: String, format: CSVFormat = CSVFormat()) throws
    -> String
  {
    let error = try failure { _ = try column(name, of: text, format: format) }
    #expect(error.code == .badData)
    #expect(error.description.hasPrefix("\(directory.file("a.csv")): "))
    return String(error.description.dropFirst(directory.file("a.csv").count + 2))
  }

  @Test(arguments: [
    "x,y\n1,2\n3,4\n", "x,y\n1,2\n3,4", "x,y\r\n1,2\r\n3,4\r\n", "x,y\r\n1,2\r\n3,4",
    "x,y\r1,2\r3,4\r",
    "x,y\r1,2\r3,4",
    "\u{FEFF}x,y\n1,2\n3,4\n", "\n\nx,y\n\n1,2\n\r\n3,4\n\n\n",
    "\"x\",\"y\"\n\"1\",\"2\"\n3,\"4\"",
    " x , y \n 1, 2\n3 ,4 \n",
  ])
  func lineBreaksAndBlankLines(_ text: String) throws {
    #expect(try column("x", of: text) == [1, 3])
    #expect(try column("y", of: text) == [2, 4])
  }

  @Test func quotes() throws {
    let text =
      "\"a \"\"b\"\"\",\"c\nd\",e\"f\n\"1\",2,x\n3,\"4\",\"line\r\n\"\"break, \"\n5,6,\"\"\n"
    #expect(try column("a \"b\"", of: text) == [1, 3, 5])
    #expect(try column("c\nd", of: text) == [2, 4, 6])
    #expect(try reason("e\"f", of: text) == #"row 1 (line 3), column "e\"f": "x" is not a number"#)
    #expect(
      try reason("3", of: "a,b,c\n1,\"x\ny\",3\n1,2,z")
        == #"row 2 (line 4), column "c": "z" is not a number"#
    )
  }

  @Test(arguments: [
    "x,y\n1,2\n3,4\n", "x;y\n1;2\n3;4\n", "x\ty\n1\t2\n3\t4\n", "x;y;z\n1;2;0,5\n3;4;1,5\n",
    "x\ty\tz\n1\t2\ta;b,c\n3\t4\ta;b,c\n", "x,y,\"a;b\"\n1,2,\"c;d;e\"\n3,4,\"\"\n",
  ])
  func delimitersAreDetected(_ text: String) throws {
    #expect(try column("y", of: text) == [2, 4])
  }

  @Test func givenDelimiters() throws {
    let pipe = try #require(CSVFormat.Delimiter("|"))
    #expect(try column("y", of: "x|y\n1|2\n", format: CSVFormat(delimiter: pipe)) == [2])
    #expect(try column("x,y", of: "x,y;z\n1;2\n", format: CSVFormat(delimiter: .semicolon)) == [1])
    for character: Character in [
      "a", "1", "\"", "\n", "\r\n", ".", "+", "-", "é", "_", "\u{0}", "'",
    ] {
      #expect(CSVFormat.Delimiter(character) == nil, "\(character)")
    }
    #expect(CSVFormat.Delimiter("\t") == .tab && CSVFormat.Delimiter(",") == .comma)
    #expect(CSVFormat.Delimiter.semicolon.description == ";")
  }

  @Test func withoutAHeader() throws {
    let format = CSVFormat(hasHeader: false)
    #expect(try column("1", of: "1,2\n3,4\n", format: format) == [1, 3])
    #expect(try column("2", of: "1,2\n3,4\n", format: format) == [2, 4])
    #expect(try column("1", of: "\u{FEFF}7", format: format) == [7])
    #expect(
      try reason("3", of: "1,2\n3,4\n", format: format)
        == #"there is no column "3"; the columns are "1", "2""#)
    #expect(
      try reason("1", of: "1,2\nx,4\n", format: format)
        == #"row 2 (line 2), column "1": "x" is not a number"#)
  }

  @Test func manyRowsInBlocks() throws {
    let numbers = (0..<60_000).map { Double($0) * 0.37 - 1000 }
    let path = try directory.write(
      "i,x\n" + numbers.enumerated().map { "\($0),\($1)\n" }.joined(), to: "m.csv")
    let reader = try CSVColumnReader(path: path, column: "x")
    var seen: [Double] = []
    var buffer = [Double](repeating: 0, count: 777)
    while true {
      #expect(seen.isEmpty || reader.shape == nil || seen.count == numbers.count)
      var span = buffer.mutableSpan
      let count = try reader.read(into: &span)
      if count == 0 { break }
      seen += buffer[..<count]
      let progress = reader.progress
      #expect(progress.byteCount > 0 && progress.byteCount <= progress.totalByteCount!)
    }
    #expect(seen == numbers)
    #expect(reader.shape == [60_000] && reader.count == 60_000)
    try reader.rewind()
    #expect(try reader.readRemaining(as: Float.self) == numbers.map { Float("\($0)")! })
  }

  @Test func locationsOfElements() throws {
    let text = "x,t\r\n1,a\r\n\r\n2,\"b\r\nc\"\r\n3,d\r\n4,e\r\n\r\n\r\n5,f"
    let lines = [2, 4, 6, 7, 10]
    let reader = try CSVColumnReader(path: directory.write(text, to: "l.csv"), column: "x")
    for _ in 0..<2 {
      #expect(reader.location(ofElement: 0) == nil, "nothing has been read")
      var start = 0
      for length in [2, 1, 3] {
        var buffer = [Double](repeating: 0, count: length)
        var span = buffer.mutableSpan
        let count = try reader.read(into: &span)
        for index in -1...lines.count {
          let isRead = (start..<(start + count)).contains(index)
          #expect(
            reader.location(ofElement: index)
              == (isRead ? .row(index + 1, line: lines[index], column: "x") : nil))
        }
        start += count
      }
      try reader.rewind()
    }
  }

  @Test func blocksMayEndAnywhere() throws {
    let text =
      "\u{FEFF}name,\"x \"\"1\"\"\"\r\n\"a,b\",1\r\n\r\n\"c\"\"\r\n\",2.5\r\n"
      + "d\"e,\"-3e2\"\r\n\"\",  4\r\nlast,5.000000000000000000001"
    let path = try directory.write(text, to: "c.csv")
    for chunkSize in 6...140 {
      let file = try CSVFile(
        ByteSource(path: path), format: CSVFormat(delimiter: .comma),
        limits: CSVBlockReader.Limits(chunkSize: chunkSize, rowSize: 1000))
      // The line break is detected in the first chunk, which may be too small.
      guard file.rows.newline == UInt8(ascii: "\n") else { continue }
      let reader = try CSVColumnReader(file: file, column: "x \"1\"", missing: .error)
      #expect(try reader.readRemaining(as: Double.self) == [1, 2.5, -300, 4, 5], "\(chunkSize)")
      #expect(reader.shape == [5])
      try reader.rewind()
      #expect(try reader.readRemaining(as: Double.self) == [1, 2.5, -300, 4, 5], "\(chunkSize)")
    }
  }

  @Test func names() throws {
    #expect(try column("1", of: "2,1\n10,20\n") == [20])
    #expect(try column("2", of: "2,1\n10,20\n") == [10])
    #expect(try column("2", of: "a,b\n10,20\n") == [20])
    let many = (1...30).map { "c\($0)" }.joined(separator: ",")
    #expect(try reason("x", of: many + "\n").hasSuffix(#""c20" and 10 more"#))
  }

  @Test(
    arguments: [
      ("c", "a,b\n1,2\n", #"there is no column "c"; the columns are "a", "b""#),
      ("0", "a,b\n1,2\n", #"there is no column "0"; the columns are "a", "b""#),
      (
        "-9223372036854775808", "a\n1",
        #"there is no column "-9223372036854775808"; the columns are "a""#
      ),
      (
        "a", "a,b,a\n1,2,3\n", #"columns 1 and 3 are both named "a"; give the column by its number"#
      ),
      ("x", "y,x\n1,2\n1,two\n", #"row 2 (line 3), column "x": "two" is not a number"#),
      ("x", "y,x\n1,2\n1,3 4\n", #"row 2 (line 3), column "x": "3 4" is not a number"#),
      (
        "x", "x;y\n1,5;2\n",
        #"row 1 (line 2), column "x": "1,5" is not a number; it looks like a number with a "#
          + "decimal comma (--decimal ,)"
      ),
      (
        "x", "x\n\"a\nb\u{1B}[2J\"\n",
        #"row 1 (line 2), column "x": "a\nb\u{1B}[2J" is not a number"#
      ),
      ("x", "x,y\n1,2\n,4\n", #"row 2 (line 3), column "x": the cell is empty"#),
      ("y", "x,y\n1,2\n3, \n", #"row 2 (line 3), column "y": the cell is empty"#),
      ("y", "x,y\n1,\"\"\n", #"row 1 (line 2), column "y": the cell is empty"#),
      ("x", "x\n1\n\n\n2\n", #"row 2 (line 3), column "x": the cell is empty"#),
      ("x", "x\n1\n\n2\nz", #"row 2 (line 3), column "x": the cell is empty"#),
      ("x", "x,y\n1,2\n3\n", "row 2 (line 3): the table has 2 columns, this row has only 1"),
      ("x", "x,y\n1,2,3\n", "row 1 (line 2): the table has 2 columns, this row has more"),
      (
        "y", "x,y,z\n1,2,3\n\n\"a\nb\",2\n",
        "row 2 (line 4): the table has 3 columns, this row has only 2"
      ),
      (
        "x", "x,y\n1,\"abc\n2,3\n",
        #"row 1 (line 2), column "y": a quote is opened here and never closed"#
      ),
      (
        "x", "x,y\n1,\"a\"b\n",
        #"row 1 (line 2), column "y": unexpected text after the closing quote"#
      ),
      ("x", "\"x,y\n1,2\n", "line 1: a quote is opened here and never closed"),
    ])
  func errors(_ name: String, _ text: String, _ message: String) throws {
    #expect(try reason(name, of: text) == message)
  }

  @Test func longCellsAreCut() throws {
    let long = String(repeating: "z", count: 100)
    #expect(
      try reason("x", of: "x\n\(long)\n")
        == "row 1 (line 2), column \"x\": \"\(long.prefix(60))…\" is not a number")
  }

  @Test func columnsOfAmbiguousNames() throws {
    #expect(try column("3", of: "a,b,a\n1,2,3\n") == [3])
    #expect(try column("b", of: "a,b,a\n1,2,3\n") == [2])
  }

  @Test func missingCells() throws {
    let values = try column("x", of: "x,y\n,2\n3,4\n\"\",0", missing: .nan)
    #expect(areSame(values, [.nan, 3, .nan]))
    #expect(throws: DataFileError.self) { try column("x", of: "x,y\nNA,2\n", missing: .nan) }
  }

  @Test func blankLinesOfOneColumnAreEmptyCells() throws {
    #expect(try column("x", of: "x\n1\n2\n\n\r\n\n") == [1, 2])
    #expect(
      areSame(try column("x", of: "x\n\n1\n\n\n2\n\n", missing: .nan), [.nan, 1, .nan, .nan, 2]))
    #expect(
      areSame(
        try column("1", of: "1\n\n2", format: CSVFormat(hasHeader: false), missing: .nan),
        [1, .nan, 2]))
  }

  @Test(arguments: [("x\n1,2\n", true), ("x,y\n1,2,3\n", false), ("x\nz\n", false)])
  func wrongDelimiters(_ text: String, _ mayHaveWrongDelimiter: Bool) throws {
    let error = try failure { _ = try column("x", of: text) }
    #expect(error.mayHaveWrongDelimiter == mayHaveWrongDelimiter)
    #expect(
      error.reason.hasSuffix("; is the first row the header, and is the delimiter right?")
        == mayHaveWrongDelimiter)
  }

  @Test func rowsLongerThanTheLimit() throws {
    let path = try directory.write(
      "x,y\n1,\"" + String(repeating: "abc\n", count: 500), to: "l.csv")
    let file = try CSVFile(
      ByteSource(path: path), format: CSVFormat(),
      limits: CSVBlockReader.Limits(chunkSize: 16, rowSize: 1024))
    let reader = try CSVColumnReader(file: file, column: "x", missing: .error)
    let error = try failure { _ = try reader.readRemaining(as: Double.self) }
    #expect(
      error.reason == "a row is longer than 1024 bytes; is there an unclosed quote?")
  }

  @Test func emptyFiles() throws {
    for text in ["", "\n\n", "\u{FEFF}", "\r\n"] {
      #expect(
        try reason("x", of: text)
          == "the file is empty; a header with the names of the columns is expected")
      #expect(try reason("1", of: text, format: CSVFormat(hasHeader: false)) == "the file is empty")
    }
    #expect(try column("x", of: "x,y\n") == [])
    #expect(try column("x", of: "x") == [])
  }

  @Test func otherEncodings() throws {
    let path = directory.file("a.csv")
    for (start, reason) in [
      ([0xFF, 0xFE, 0x78, 0], "the text is UTF-16; save it as UTF-8"),
      ([0xFE, 0xFF, 0, 0x78], "the text is UTF-16; save it as UTF-8"),
      ([0x1F, 0x8B, 8], "the data are compressed with gzip; decompress them first"),
      (
        Array("PK\u{3}\u{4}".utf8),
        "this is a ZIP archive; save a spreadsheet as CSV, or an array of a .npz file with "
          + "numpy.save"
      ),
      (Array("PAR1\u{15}".utf8), "this is a Parquet file; save the table as CSV"),
      (NPYHeader.magic + [1, 0], "this is a NumPy array, not a table"),
    ] as [([UInt8], String)] {
      _ = try directory.write(start + [0x2C, 0x0A, 0x31, 0x2C, 0x32], to: "a.csv")
      #expect(try failure { _ = try CSVColumnReader(path: path, column: "x") }.reason == reason)
    }
    // A name in Latin-1 does not matter to another column.
    _ = try directory.write([0xE9, 0x2C, 0x78, 0x0A, 0x31, 0x2C, 0x32], to: "a.csv")
    #expect(try CSVColumnReader(path: path, column: "x").readRemaining(as: Double.self) == [2])
    #expect(
      try failure { _ = try CSVColumnReader(path: path, column: "\u{E9}") }.description
        == "\(path): line 1: the name of column 1, \"\u{FFFD}\", is not UTF-8; "
        + "save the file as UTF-8")
  }

  @Test func singlePrecisionIsRoundedOnce() throws {
    let path = try directory.write("x\n1.000000059604644775390625000000001\n", to: "s.csv")
    #expect(
      try CSVColumnReader(path: path, column: "x").readRemaining(as: Float.self) == [
        Float(1).nextUp
      ])
  }
}
