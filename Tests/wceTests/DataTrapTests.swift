// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Data that a fit could misread without a word: each gives a note or an error.
@Suite struct DataTrapTests {
  /// Sixty rows of a feature that overlaps between the classes, with the cells of another column.
  private static func table(
    _ header: String, delimiter: String = ",", _ cells: (Int) -> String
  ) -> String {
    let rows = (0..<60).map { row in
      [cells(row), "\(row % 7)", "\(row % 2)"].joined(separator: delimiter) + "\n"
    }
    return header + "\n" + rows.joined()
  }

  /// A table, the options of `wce fit` besides `--target y --model m.json`, its notes (or the
  /// error) without the file, and the number of rows and features (0 for an error).
  struct Trap: CustomTestStringConvertible, Sendable {
    var name: String
    var table: String
    var options = ""
    var notes: [String] = []
    var error: String?
    var rows = 60
    var features = 2

    var testDescription: String { name }
  }

  private static let exclude = "if it is an identifier, exclude it (--exclude)"
  private static func misread(_ label: String, _ advice: String, _ count: Int) -> String {
    #"column "v" was read as text because row 1 (line 2) contains "\#(label)"\#(advice); "#
      + "each of its \(count) labels became a feature"
  }

  private static let percentages =
    "v,x,y\n" + (0..<120).map { "\($0)%,\($0 % 7),\($0 % 2)\n" }.joined()

  static let all: [Trap] = [
    Trap(
      name: "row numbers", table: table("v,x,y") { "\($0 + 5)" },
      notes: [#"column "v" numbers the rows; \#(exclude)"#]),
    Trap(
      name: "nameless row numbers", table: table(",x,y") { "\($0)" },
      notes: [
        "column 1, which has no name, numbers the rows; if it is an identifier, exclude it "
          + "(--exclude 1)"
      ]),
    Trap(
      name: "nameless numbers", table: table("x,,y") { "\($0 % 5)" },
      notes: [
        "column 2, which has no name, may be the row numbers of a data frame; if it is no feature, "
          + "exclude it (--exclude 2)"
      ]),
    Trap(
      name: "identifier", table: table("v,x,y") { "\($0 * 37 % 101)" },
      notes: [#"column "v" has a different whole number in each row; \#(exclude)"#]),
    Trap(name: "no identifier", table: table("v,x,y") { "\($0 * 37 % 59)" }),
    Trap(
      name: "leak", table: table("v,x,y") { "\($0 % 2).\($0 % 3 + 1)" },
      notes: [
        #"column "v" separates the classes by itself; if it is not known before the target, "#
          + "exclude it (--exclude)"
      ]),
    Trap(
      name: "leak of labels", table: table("v,x,y") { "\("abcd".dropFirst($0 % 4).prefix(1))" },
      notes: [
        #"column "v" separates the classes by itself; if it is not known before the target, "#
          + "exclude it (--exclude)"
      ], features: 5),
    Trap(
      name: "free text", table: table("v,x,y") { "name \($0)" },
      notes: [
        #"column "v" has a different label in nearly each row, such as "name 0"; each of its 60 "#
          + "labels became a feature; if it is an identifier or free text, exclude it (--exclude)"
      ], features: 61),
    Trap(
      name: "first row of data", table: table("4,5,y") { "\($0 % 3)" },
      notes: [
        #"the first row was read as the header although its cell "4" is a number; if it is data, "#
          + "use --no-header"
      ]),
    Trap(
      name: "numbers in a given header",
      table: table("4,5,y") { "\($0 % 3)" }, options: "--header"),
    Trap(
      name: "codes", table: table("v,x,y") { "\($0 % 3)" }, options: "--categorical v",
      features: 4),
    Trap(
      name: "codes of two columns", table: table("v,x,y") { "\($0 % 3)" },
      options: "--categorical v,x", features: 10),
    Trap(
      name: "numbers", table: table("v,x,y") { $0 == 3 ? "oops" : "\($0 % 3)" },
      options: "--numeric v", error: #"row 4 (line 5), column "v": "oops" is not a number"#),
    Trap(
      name: "missing words",
      table: table("v,x,y") { ["\\N", "<NA>", ".", "none", "#DIV/0!", "7", "na", "4"][$0 % 8] },
      options: "--missing mean", notes: [#"filled 46 missing cells of column "v""#]),
    Trap(
      name: "missing words in text",
      table: table("v,x,y") { ["NA", "?", "a", "b", "NaT"][$0 % 5] },
      options: "--missing mean", notes: [#"filled 36 missing cells of column "v""#], features: 3),
    Trap(
      name: "a word of its own", table: table("v,x,y") { $0 % 3 == 0 ? "-999" : "\($0 % 5)" },
      options: "--missing mean --na=-999", notes: [#"filled 20 missing cells of column "v""#]),
    Trap(
      name: "no default words", table: table("v,x,y") { $0 % 3 == 0 ? "none" : "a" },
      options: "--no-default-na", features: 3),
    Trap(
      name: "decimal commas", table: table("v;x;y", delimiter: ";") { "\($0 % 7),5" },
      notes: [misread("0,5", ", a number with a decimal comma (--decimal ,)", 7)], features: 8),
    Trap(
      name: "decimal commas, said", table: table("v;x;y", delimiter: ";") { "\($0 % 7),5" },
      options: "--decimal ,"),
    Trap(
      name: "points among decimal commas",
      table: table("v;x;y", delimiter: ";") { $0 % 2 == 0 ? "1.500" : "\($0 % 7),5" },
      options: "--decimal , --numeric v",
      error: #"row 1 (line 2), column "v": "1.500" is not a number"#),
    Trap(
      name: "thousands", table: table("v,x,y") { "\"1,20\($0 % 7).5\"" },
      notes: [
        misread(
          "1,200.5", ", a number with a comma between thousands, or a decimal comma (--decimal ,)",
          7)
      ], features: 8),
    Trap(
      name: "currency", table: table("v,x,y") { "$\($0 % 7)" },
      notes: [misread("$0", ", an amount with a currency sign; remove the sign", 7)], features: 8),
    Trap(
      name: "percent", table: table("v,x,y") { "\($0 % 7)%" },
      notes: [misread("0%", ", a percentage; remove the sign", 7)], features: 8),
    Trap(
      name: "apostrophes", table: table("v,x,y") { "1'20\($0 % 7)" },
      notes: [misread("1'200", ", a number with a sign between thousands; remove the sign", 7)],
      features: 8),
    Trap(
      name: "points between thousands, decimal commas",
      table: table("v;x;y", delimiter: ";") { "1.20\($0 % 7),5" }, options: "--decimal ,",
      notes: [misread("1.200,5", ", a number with a sign between thousands; remove the sign", 7)],
      features: 8),
    Trap(
      name: "parentheses", table: table("v,x,y") { "(\($0 % 7).5)" },
      notes: [misread("(0.5)", ", a number in parentheses; write a minus sign", 7)], features: 8),
    Trap(
      name: "units", table: table("v,x,y") { "\($0 % 7) kg" },
      notes: [misread("0 kg", ", a number with a unit; remove the unit", 7)], features: 8),
    Trap(
      name: "other notations", table: table("v,x,y") { "10-2\($0 % 7)" },
      notes: [misread("10-20", ", which looks like a number but is not read as one", 7)],
      features: 8),
    Trap(
      name: "minus sign", table: table("v,x,y") { "\u{2212}\($0 % 7)" },
      notes: [
        misread("\u{2212}0", ", a number with the minus sign U+2212; write an ASCII hyphen", 7)
      ], features: 8),
    Trap(
      name: "no-break space", table: table("v,x,y") { "1\u{A0}00\($0 % 7)" },
      notes: [misread("1\u{A0}000", ", a number with a no-break space; remove it", 7)],
      features: 8),
    Trap(
      name: "full-width digits", table: table("v,x,y") { "\u{FF11}\($0 % 7)" },
      notes: [
        misread("\u{FF11}0", ", a number with digits that are not ASCII; write ASCII digits", 7)
      ], features: 8),
    Trap(
      name: "dates", table: table("v,x,y") { "2024-01-1\($0 % 7)" },
      notes: [
        misread(
          "2024-01-10", ", a date or a time; compute numbers from it, or exclude it (--exclude)", 7)
      ], features: 8),
    Trap(
      name: "missing targets",
      table: table("v,x,y") { "\($0 % 3)" }.replacing("0,0,0\n", with: "0,0,\n")
        .replacing("1,3,1\n", with: ",3,1\n"),
      options: "--missing mean",
      notes: [
        "dropped 2 of 60 rows because the target was missing",
        #"filled 1 missing cell of column "v""#,
      ], rows: 58),
    Trap(
      name: "missing targets, refused",
      table: table("v,x,y") { "\($0 % 3)" }.replacing("0,0,0\n", with: "0,0,\n"),
      error:
        #"row 1 (line 2), column "y": the cell is missing; a target, a weight or a fold cannot be "#
        + "filled; drop such rows (--missing mean drops only these)"),
    Trap(
      name: "rows of weight 0",
      table: "c,v,w,y\nzz,oops,0,\n"
        + (0..<60).map { "\($0 % 3),\($0 % 7),1,\($0 % 2)\n" }.joined(),
      options: "--weights w"),
    Trap(
      name: "columns without names",
      table: table("x,x,y,") { "\($0 % 3)" }
        .replacing("\n", with: ",\n").replacing("y,,\n", with: "y,\n"),
      options: "--exclude 1",
      notes: ["left out column 4, which has neither a name nor values"], features: 1),
    Trap(name: "pipes", table: table("v|x|y", delimiter: "|") { "\($0 % 3)" }),
    Trap(name: "sep=", table: "sep=;\n" + table("v;x;y", delimiter: ";") { "\($0 % 3)" }),
    Trap(
      name: "line after sep=", table: "sep=;\n" + table("v;x;y", delimiter: ";") { _ in "oops" },
      options: "--numeric v", error: #"row 1 (line 3), column "v": "oops" is not a number"#),
    Trap(
      name: "blanks", table: table("v x y", delimiter: " ") { "\($0 % 3)" },
      options: "--delimiter space"),
    Trap(
      name: "blanks, not said", table: table("v x y", delimiter: " ") { "\($0 % 3)" },
      error: #"there is no column "y"; the only column is "v x y"; does the file use a different "#
        + "delimiter? (--delimiter C)"),
    Trap(
      name: "a line before the header", table: "exported today\n" + table("v,x,y") { "\($0)" },
      error: "row 1 (line 2): the table has 1 column, this row has more; is the first row the "
        + "header, and is the delimiter right? (--delimiter C)"),
    Trap(
      name: "quasi-complete separation", table: table("v,x,y") { $0 == 7 ? "1" : "0" },
      options: "--l2 0",
      error: #"column "v": some rows of one class are perfectly separable by this feature, alone "#
        + "or with others, so without a penalty its coefficient diverges; use an l2 penalty above "
        + "0 (--l2 L)"),
    Trap(
      name: "line of a value", table: "x,y\n1,0\n\n\n2,5\n",
      error:
        #"row 2 (line 5), column "y": the target must be 0 or 1, received 5; if another value "#
        + "is positive, name it (--positive LABEL)"),
    Trap(
      name: "columns with many labels",
      table: "a,b,y\n" + (0..<240).map { "a\($0 % 120),b\($0 % 101),\($0 % 2)\n" }.joined(),
      error: #"2 columns of text have more than 100 distinct labels: "a" (120), "b" (101); "a" is "#
        + #"text because row 1 (line 2) contains "a0"; group the rare labels, or exclude the "#
        + "columns (--rare other, --exclude a,b)"),
    Trap(
      name: "numbers with many values", table: percentages,
      error: #"column "v": it has 120 distinct labels (limit 100), because it was read as text: "#
        + #"row 1 (line 2) contains "0%", a percentage; remove the sign, or group the rare "#
        + "labels, or exclude the column (--rare other, --exclude v)"),
    Trap(
      name: "rare numbers", table: percentages, options: "--rare other",
      notes: [
        #"column "v" was read as text because row 1 (line 2) contains "0%", a percentage; remove "#
          + "the sign; of its 120 labels the 100 most frequent became features"
      ], rows: 120, features: 102),
    Trap(
      name: "one column of two kinds", table: table("v,x,y") { "\($0 % 5)" },
      options: "--numeric v --categorical v,x",
      error: #"the column "v" is named both as labels and as numbers; name it once"#),
    Trap(
      name: "rare labels",
      table: "a,b,y\n" + (0..<240).map { "a\($0 % 120),b\($0 % 101),\($0 / 7 % 2)\n" }.joined(),
      options: "--rare other", rows: 240, features: 202),
    Trap(
      name: "a list to exclude",
      table: "a,b,x,y\n"
        + (0..<240).map { "a\($0 % 120),b\($0 % 101),\($0 % 7),\($0 % 2)\n" }.joined(),
      options: "--exclude a,b", rows: 240, features: 1),
  ]

  @Test(arguments: all) func theTrapIsSaid(_ trap: Trap) throws {
    let place = try ModelWorkplace(["t.csv": trap.table])
    let outcome = try place.run("fit t.csv --target y --model m.json \(trap.options)")
    if let error = trap.error {
      #expect(outcome == .failure(65, "t.csv: \(error)"))
      return
    }
    #expect(outcome.status == 0)
    #expect(outcome.errors == trap.notes.map { "wce: note: t.csv: \($0)\n" }.joined())
    #expect(outcome.output.hasPrefix("rows               \(trap.rows), "))
    #expect(outcome.output.contains("\nfeatures           \(trap.features)\n"))
    // The model says how to read tables.
    let again = try place.run(
      "evaluate t.csv --model m.json"
        + (trap.options.contains("--weights") ? " --weights w" : "")
        + (trap.name == "blanks" ? " --delimiter space" : ""))
    #expect(
      again.status == 0 && again.output.hasPrefix("rows               \(trap.rows), "), "\(again)")
  }

  @Test func labelsThatTheModelNeverSaw() throws {
    func table(_ labels: String...) -> String {
      "x,y\n" + (0..<20).map { "\($0 % 7),\(labels[$0 % labels.count])\n" }.joined()
    }
    let place = try ModelWorkplace([
      "t.csv": table(">50K", "<=50K"), "dot.csv": table(">50K.", "<=50K."),
      "more.csv": table(">50K", "<=50K", "maybe"), "negative.csv": table("<=50K"),
    ])
    _ = try place.tool.run(
      "fit", "t.csv", "--target", "y", "--positive", ">50K", "--model", "m.json")
    #expect(
      try place.run("evaluate dot.csv --model m.json")
        == .failure(
          65,
          #"dot.csv: column "y": no row has the positive label ">50K"; the labels are ">50K.", "#
            + #""<=50K.""#))
    #expect(
      try place.run("evaluate more.csv --model m.json")
        == .failure(
          65,
          #"more.csv: row 3 (line 4), column "y": the label "maybe" did not occur in "#
            + #"training; the "#
            + #"labels were ">50K", "<=50K"; correct it, or name the positive label "#
            + #"(--positive LABEL)"#
        ))
    let negative = try place.run("evaluate negative.csv --model m.json")
    #expect(negative.errors == "wce: note: negative.csv: no row is positive\n")
    // A model without the labels of training: one label may be right, two are not.
    let model = try place.text("m.json")
    let earlier = try Regex(#""labels" : \[[^\]]*\],\s*"#)
    try #require(model.contains(earlier))
    _ = try place.directory.write(model.replacing(earlier, with: ""), to: "m.json")
    #expect(try place.run("evaluate dot.csv --model m.json").status == 65)
    #expect(try place.run("evaluate negative.csv --model m.json").status == 0)
  }

  @Test func labelsThatCountAsNegative() throws {
    let rows = (0..<20).map { "\($0 % 7),\(["Yes", "yes", "no"][$0 % 3])\n" }
    let place = try ModelWorkplace(["t.csv": "x,y\n" + rows.joined()])
    let note =
      #"wce: note: t.csv: column "y": "yes" is positive; the 2 other labels count as negative: "#
      + "\"Yes\", \"no\"\n"
    #expect(
      try place.run("fit t.csv --target y --positive yes --model m.json").errors == note)
    #expect(try place.run("evaluate t.csv --model m.json").errors == "")
    let json = try place.run("evaluate t.csv --model m.json --positive Yes --json")
    #expect(json.errors.contains("\"Yes\" is positive") && json.output.contains("\"notes\" : ["))
  }

  @Test func headersOfDataFrames() throws {
    let numbered =
      "the first row, 0, 1, 2 and so on, was read as a header without names, and columns are "
      + "counted from 1; if it is data, use --no-header"
    let place = try ModelWorkplace([
      "a.csv": "0,1\n2,1\n-3,0\n", "b.csv": ",0,1\n0,2,1\n1,-3,0\n", "c.csv": "2,1\n-3,0\n",
    ])
    let expected = try place.succeed("loss c.csv:1 c.csv:2")
    for (file, columns) in [("a.csv", (1, 2)), ("b.csv", (2, 3))] {
      let outcome = try place.run("loss \(file):\(columns.0) \(file):\(columns.1)")
      #expect(outcome.output == expected)
      #expect(outcome.errors == "wce: note: \(file): \(numbered)\n")
    }
    #expect(
      try place.run("loss a.csv:0 a.csv:1")
        == .failure(65, "a.csv: columns are counted from 1; there is no column 0 of 2"))
    #expect(try place.succeed("loss a.csv:1 a.csv:2 --no-header").contains("elements         3"))
    #expect(try place.succeed("loss c.csv:2 c.csv:1 --header").contains("elements         1"))
  }
}
