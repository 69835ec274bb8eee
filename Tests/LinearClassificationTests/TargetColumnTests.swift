// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import Testing
import _TestSupport

@Suite struct TargetColumnTests {
  private let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  /// The targets of a table with these cells.
  private func targets(_ cells: [String], positive: String? = nil, text: Bool = false) throws
    -> [Double]
  {
    let path = try directory.write("y,x\n" + cells.map { "\($0),1\n" }.joined(), to: "t.csv")
    let table = try CSVTable(contentsOf: path, textColumns: text ? ["y"] : [])
    return try TargetColumn(name: "y", positive: positive).targets(table.columns[0])
  }

  private func message(_ cells: [String], positive: String? = nil, text: Bool = false) -> String? {
    classificationError { _ = try targets(cells, positive: positive, text: text) }.map { "\($0)" }
  }

  @Test func zerosAndOnes() throws {
    #expect(try targets(["0", "1", "1.0", "0e5"]) == [0, 1, 1, 0])
    #expect(try targets(["0", "1", "1"], text: true) == [0, 1, 1])
    #expect(
      message(["0", "1", "2"])
        == "row 3, column \"y\": the target must be 0 or 1, received 2; if another value is "
        + "positive, name it"
    )
    #expect(
      message(["0.5", "1"])
        == "row 1, column \"y\": the target must be 0 or 1, received 0.5; if another value is "
        + "positive, name it"
    )
  }

  @Test func trueAndFalse() throws {
    #expect(try targets(["true", "false", "True", "FALSE"]) == [1, 0, 1, 0])
  }

  @Test func labels() throws {
    #expect(try targets(["yes", "no", "maybe"], positive: "yes") == [1, 0, 0])
    #expect(try targets(["-1", "1", "0"], positive: "-1") == [1, 0, 0])
    #expect(try targets(["2", "3", "2"], positive: "2.0") == [1, 0, 1])
    #expect(try targets(["01", "1", "2"], positive: "01", text: true) == [1, 0, 0])
    // A positive label can also be given for 0 and 1, and for true and false.
    #expect(try targets(["0", "1"], positive: "0") == [1, 0])
    #expect(try targets(["true", "false"], positive: "false") == [0, 1])
    #expect(
      message(["yes", "no"])
        == "column \"y\": the labels are \"yes\", \"no\"; name the positive one, and all "
        + "others are negative"
    )
    #expect(
      message(["yes", "no"], positive: "Yes")
        == "column \"y\": no row has the positive label \"Yes\"; the labels are \"yes\", \"no\"")
    #expect(
      message(["1", "2", "1"], positive: "3")
        == "column \"y\": no row has the positive label \"3\"; the labels are \"1\", \"2\"")
  }

  /// Text that only Swift reads as a number is a label.
  @Test func numbersAreThoseOfTheTable() throws {
    let reason = "name the positive one"
    #expect(try #require(message(["0", "1", "0x1"])).contains(reason))
    #expect(try #require(message(["0", "1", "1\u{0}"])).contains(reason))
    #expect(try targets(["true", "0", "1.0"]) == [1, 0, 1])
    #expect(
      message(["0", "1", "0"], positive: "0x1")
        == "column \"y\": no row has the positive label \"0x1\"; the labels are \"0\", \"1\"")
    #expect(try targets(["0", "1", "0x1"], positive: "0x1") == [0, 0, 1])
  }

  @Test func manyLabelsAreListedInPart() throws {
    let labels = (0..<13).map { "l\($0)" }
    let shown = labels.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
    #expect(
      message(labels)
        == "column \"y\": the labels are \(shown) and 3 more; name the positive one, and all "
        + "others are negative"
    )
  }

  @Test func missingCellsStayMissing() throws {
    let numbers = try targets(["0", "", "1"])
    #expect(numbers[0] == 0 && numbers[1].isNaN && numbers[2] == 1)
    let labels = try targets(["yes", "", "no"], positive: "yes")
    #expect(labels[0] == 1 && labels[1].isNaN && labels[2] == 0)
    let named = try targets(["5", "", "6"], positive: "5")
    #expect(named[0] == 1 && named[1].isNaN && named[2] == 0)
  }
}
