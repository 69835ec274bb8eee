// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct CSVWriterTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test func cells() throws {
    let writer = try CSVWriter(path: directory.file("c.csv"), header: ["n", "a \"b\"", "c,d"])
    try writer.append([.integer(-3), .text("plain"), .text("x\ny")])
    try writer.append([.double(0.1), .text(""), .text(" blank")])
    try writer.append([.float(0.1), .missing, .text("5\" pipe")])
    try writer.append([.double(2), .double(1e-7), .double(-.infinity)])
    try writer.append([.double(.nan), .double(-0.0), .double(1e22)])
    try writer.finish()
    #expect(
      try directory.text("c.csv") == """
        n,"a ""b""\","c,d"
        -3,plain,"x
        y"
        0.1,," blank"
        0.1,,"5"" pipe"
        2,1e-07,-inf
        nan,-0,1e+22

        """)
    #expect(try directory.names() == ["c.csv"])
  }

  @Test func numbersAreReadBackExactly() throws {
    var generator = SeededGenerator(seed: 7)
    let doubles =
      (0..<20_000).map { _ in Double(bitPattern: generator.next()) } + [
        0, -0.0, .infinity, .nan, .leastNonzeroMagnitude,
      ]
    let floats = doubles.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0.bitPattern >> 20)) }
    let path = directory.file("r.csv")
    func check<Scalar: NumericScalar>(_ numbers: [Scalar]) throws {
      let writer = try CSVWriter(path: path, header: ["loss"])
      try writer.append(column: numbers.span)
      try writer.finish()
      #expect(areSame(try CSVColumnReader(path: path, column: "loss").readRemaining(), numbers))
    }
    try check(doubles)
    try check(floats)
  }

  @Test func textIsReadBack() throws {
    var generator = SeededGenerator(seed: 8)
    let pieces = ["a", "\"", ",", ";", "\n", "\r\n", "\r", "\t", " ", "é", "\u{301}", "1", ""]
    let rows = (0..<500).map { _ in
      (0..<2).map { _ in
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
          pieces.randomElement(using: &generator)!
        }
        .joined()
      }
    }
    let writer = try CSVWriter(path: directory.file("t.csv"), header: ["p", "q"])
    for row in rows { try writer.append(row.map { .text($0) }) }
    try writer.finish()
    let table = try CSVTable(
      contentsOf: writer.path, format: CSVFormat(delimiter: .comma), textColumns: ["p", "q"])
    #expect(table.rowCount == rows.count)
    for (index, column) in table.columns.enumerated() {
      #expect(column.texts?.map { $0 ?? "" } == rows.map { $0[index] })
    }
  }

  /// A file that began with such a name would be read otherwise, or refused.
  @Test(arguments: ["\u{FEFF}x", "PAR1", "PK\u{3}\u{4}", " \u{301}", "\0a\0b", "\0\n\0"])
  func firstNamesAreReadBack(_ name: String) throws {
    let writer = try CSVWriter(path: directory.file("f.csv"), header: [name, name])
    try writer.finish()
    #expect(try CSVTable(contentsOf: writer.path).header.names == [name, name])
  }

  @Test func missingCellsOfOneColumn() throws {
    let writer = try CSVWriter(path: directory.file("m.csv"), header: ["x"])
    try writer.append([.missing])
    try writer.append([.double(1)])
    try writer.append([.missing])
    try writer.finish()
    #expect(try directory.text("m.csv") == "x\n\"\"\n1\n\"\"\n")
    let values: [Double] = try CSVColumnReader(path: writer.path, column: "x", missing: .nan)
      .readRemaining()
    #expect(areSame(values, [.nan, 1, .nan]))
  }

  @Test func anUnfinishedTableLeavesNothing() throws {
    do {
      let writer = try CSVWriter(path: directory.file("u.csv"), header: ["x"])
      try writer.append([.double(1)])
    }
    #expect(try directory.names() == [])
  }
}
