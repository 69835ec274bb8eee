// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The errors of `wce fit`. No error leaves a file behind.
@Suite struct FitErrorTests {
  /// A command without `--model`, its exit status and its message.
  struct Failure {
    var command: String
    var status: Int32 = 65
    var message: String
    var table = patients
  }

  @Test(arguments: [
    Failure(
      command: "a.csv --target sick",
      message: #"a.csv: there is no column "sick"; the columns are "age", "city", "ill""#),
    Failure(command: "b.csv --target ill", status: 66, message: "b.csv: no such file"),
    Failure(
      command: "a.csv --target ill",
      message:
        #"a.csv: column "ill": the labels are "no", "yes"; name the positive one, and all "#
        + #"others are negative (--positive LABEL)"#
    ),
    Failure(
      command: "a.csv --target ill --positive maybe",
      message:
        #"a.csv: column "ill": no row has the positive label "maybe"; the labels are "no", "yes""#),
    Failure(
      command: "a.csv --target age",
      message:
        #"a.csv: row 1 (line 2), column "age": the target must be 0 or 1, received 20; if another "#
        + #"value is positive, name it (--positive LABEL)"#
    ),
    Failure(
      command: "a.csv --target z",
      message:
        "a.csv: the target has no positives: every row is negative; both classes are needed",
      table: "x,z\n1,0\n2,0\n"),
    Failure(
      command: "a.csv --target z --pos-weight balanced",
      message:
        "a.csv: the target has no negatives: every row is positive; both classes are needed",
      table: "x,z\n1,1\n2,1\n"),
    Failure(
      command: "a.csv --target z --weights w",
      message:
        "a.csv: the target has no positives: every row of weight above 0 is negative; both "
        + "classes are needed",
      table: "x,w,z\n1,1,0\n2,0,1\n3,1,0\n"),
    Failure(
      command: "a.csv --target z",
      message:
        "a.csv: row 2 (line 3): the table has 1 column, this row has more; "
        + "is the first row the header, and is the delimiter right? (--delimiter C)",
      table: "x:z\n1:0\n2,5:1\n"),
    Failure(
      command: #"a.csv --target z"#,
      message:
        #"a.csv: column "n \"0\"": it has 101 distinct labels (limit 100), because it was read "#
        + #"as text: row 1 (line 2) contains "t0"; group the rare labels, or exclude the column "#
        + #"(--rare other, --exclude 'n "0"')"#,
      table: "\"n \"\"0\"\"\",z\n" + (0...100).map { "t\($0),\($0 % 2)\n" }.joined()),
    Failure(
      command: "a.csv --target z",
      message:
        #"a.csv: row 2 (line 3), column "z": the cell is missing; a target, a weight or a fold "#
        + #"cannot be filled; drop such rows (--missing mean drops only these)"#,
      table: "x,z\n1,1\n2,\n3,0\n"),
    Failure(
      command: "a.csv --target z --missing drop",
      message: "a.csv: every row has a missing cell, so no row is left",
      table: "x,z\n1,\n,0\n"),
    Failure(
      command: "a.csv --target ill --positive yes --weights city",
      message: #"a.csv: row 1 (line 2), column "city": weights must be numbers, received "Oslo""#),
    Failure(
      command: "a.csv --target z --weights w --missing drop",
      message:
        #"a.csv: row 3 (line 4), column "w": weights must be finite and at least 0, received -0.5"#,
      table: "x,w,z\n1,1,1\n2,,0\n3,-0.5,0\n"),
    Failure(
      command: "a.csv --target z --weights w",
      message: "a.csv: there are no rows, or all have weight 0",
      table: "x,w,z\n1,0,1\n2,0,0\n"),
    Failure(
      command: "a.csv --target ill --positive yes --weights ill", status: 64,
      message: #"a.csv: the column "ill" cannot be both the target and the weights"#),
    Failure(
      command: "a.csv --target ill --positive yes --exclude age --exclude city",
      message: "a.csv: there are no features: the data need a column besides the target and weights"
    ),
    Failure(
      command: "a.csv --target z",
      message: "a.csv: every feature is constant; add a feature that varies",
      table: "x,z\n1,0\n1,1\n"),
    Failure(
      command: "a.csv --target z",
      message: #"a.csv: columns 1 and 2 have the same name "x"; give them different names, or "#
        + "exclude one by its number (--exclude NUMBER)",
      table: "x,x,z\n1,2,0\n2,3,1\n"),
    Failure(
      command: "a.csv --target z",
      message: "a.csv: row 2 (line 3): the table has 2 columns, this row has only 1",
      table: "x,z\n1,0\n2\n"),
    Failure(
      command: "a.csv --target z", message: "a.csv: there are no rows, or all have weight 0",
      table: "x,z\n"),
    Failure(
      command: "a.csv --target z --l2 0",
      message:
        "a.csv: the classes are perfectly separable, so without a penalty the coefficients "
        + "diverge; use an l2 penalty above 0 (--l2 L)",
      table: "x,z\n1,0\n2,0\n3,1\n4,1\n"),
    Failure(
      command: "a.csv --target z",
      message:
        #"a.csv: column "x": it has 101 distinct labels (limit 100), because it was read as "#
        + #"text: row 1 (line 2) contains "label 0"; group the rare labels, or exclude the "#
        + #"column (--rare other, --exclude x)"#,
      table: "x,z\n" + (0...100).map { "label \($0),\($0 % 2)\n" }.joined()),
    Failure(
      command: "a.csv --target z",
      message:
        #"a.csv: column "x": it has 151 distinct labels (limit 100), because it was read as "#
        + #"text: row 78 (line 79) contains "oops"; group the rare labels, or exclude the "#
        + #"column (--rare other, --exclude x)"#,
      table: "x,z\n" + (1...151).map { "\($0 == 78 ? "oops" : "\($0)"),\($0 % 2)\n" }.joined()),
    Failure(
      command: "a.csv --target ill --positive yes --pos-weight 0", status: 64,
      message: "the positive weight must be finite and above 0, received 0.0"),
    Failure(
      command: "a.csv --target ill --positive yes --pos-weight -3", status: 64,
      message: "the positive weight must be finite and above 0, received -3.0"),
    Failure(
      command: "a.csv --target ill --positive yes --l2 -1", status: 64,
      message: "the l2 penalty must be finite and at least 0, received -1.0"),
    Failure(
      command: "z.npy --targets z.npy",
      message:
        "z.npy: features must have two dimensions, rows and columns, received shape [3]"),
    Failure(
      command: "x.npy --targets y.npy",
      message:
        "y.npy: expected targets of shape [3], one for each row of the matrix, received shape [2]"),
    Failure(
      command: "x.npy --targets a.csv:z",
      message: "a.csv:z: expected 3 targets, one for each row of the matrix, received 2",
      table: "z\n1\n0\n"),
    Failure(
      command: "x.npy --targets half.npy",
      message: "half.npy: row 3: targets must be 0 or 1, received 0.5"),
    Failure(
      command: "x.npy --targets z.npy --weights minus.npy",
      message: "minus.npy: row 1: weights must be finite and at least 0, received -1.0"),
    Failure(
      command: "nan.npy --targets z.npy",
      message:
        #"nan.npy: row 2, column "1": features must be finite numbers below 1e145, received nan"#),
  ])
  func errors(failure: Failure) throws {
    let place = try ModelWorkplace(["a.csv": failure.table, "m.json": "the old model"])
    try place.writeArray([1, 2, 3], shape: [3, 1], to: "x.npy")
    try place.writeArray([1, 0, 1], shape: [3], to: "z.npy")
    try place.writeArray([1, 0], shape: [2], to: "y.npy")
    try place.writeArray([1, 0, 0.5], shape: [3], to: "half.npy")
    try place.writeArray([-1, 0, 1], shape: [3], to: "minus.npy")
    try place.writeArray([1, .nan, 3], shape: [3, 1], to: "nan.npy")
    let names = try place.directory.names()
    #expect(
      try place.run("fit \(failure.command) --model m.json")
        == .failure(failure.status, failure.message))
    #expect(try place.text("m.json") == "the old model")
    #expect(try place.directory.names() == names)
  }

  /// Text in Latin-1, in a cell, in the target or in the header.
  @Test(arguments: [
    ("c,y\nx,0\nJos#,1\n", "row 2 (line 3), column \"c\": \"Jos\u{FFFD}\" is not UTF-8"),
    ("c,y\n1,no\n2,Jos#\n", "row 2 (line 3), column \"y\": \"Jos\u{FFFD}\" is not UTF-8"),
    ("Jos#,y\n1,0\n2,1\n", "line 1: the name of column 1, \"Jos\u{FFFD}\", is not UTF-8"),
  ])
  func otherEncodings(text: String, message: String) throws {
    let place = try ModelWorkplace()
    _ = try place.directory.write(
      text.utf8.map { $0 == UInt8(ascii: "#") ? 0xE9 : $0 }, to: "a.csv")
    #expect(
      try place.run("fit a.csv --target y --model m.json")
        == .failure(65, "a.csv: \(message); save the file as UTF-8"))
  }

  @Test func aFileNameCannotBreakTheLine() throws {
    let name = "a\n\u{1B}[2J.csv"
    let place = try ModelWorkplace([name: "x,w,z\n1,1,0\n2,5,\n"])
    for (target, message) in [
      (
        "x",
        #"row 2 (line 3), column "x": the target must be 0 or 1, received 2; if another value is "#
          + #"positive, name it (--positive LABEL)"#
      ),
      (
        "z",
        #"row 2 (line 3), column "z": the cell is missing; a target, a weight or a fold cannot be "#
          + #"filled; drop such rows (--missing mean drops only these)"#
      ),
    ] {
      #expect(
        try place.tool.run("fit", name, "--target", target, "--exclude", "z", "--model", "m.json")
          == .failure(65, #"a\n\u{1B}[2J.csv: \#(message)"#))
    }
  }

  /// Names and values from files and arguments reach no terminal as they are.
  @Test func messagesAreOnePrintableLine() throws {
    let name = "a\n\u{1B}[2J.csv"
    let place = try ModelWorkplace([name: "x,c,z\n1,5,0\n2,5,1\n3,5,0\n"])
    #expect(
      try place.tool.run("fit", name, "--target", "z", "--model", "m.json").errors
        == #"wce: note: a\n\u{1B}[2J.csv: dropped the feature "c": it is constant\#n"#)
    for member in ["missing", "kind"] {
      let model = try place.text("m.json").replacing(
        try Regex("\"\(member)\" : \"\\w+\""), with: #""\#(member)" : "\u001b[2J\n""#)
      _ = try place.directory.write(model, to: "bad.json")
      let outcome = try place.tool.run("predict", name, "--model", "bad.json")
      #expect(outcome.status == 65 && outcome.errors.hasPrefix("wce: bad.json: "))
      #expect(!outcome.errors.dropLast().contains { $0.isNewline || $0 == "\u{1B}" }, "\(member)")
    }
    let usage = try place.tool.run(
      "fit", name, "--target", "z", "--l2", "\u{1B}c", "--model", "m.json")
    #expect(usage.status == 64 && usage.errors.hasPrefix(#"Error: The value '\u{1B}c' is invalid"#))
  }

  /// Rows are counted as in the file, also if some are dropped.
  @Test func rowsAfterDroppedOnes() throws {
    let place = try ModelWorkplace(["a.csv": "x,z\n1,1\n,0\ninf,1\n4,0\n"])
    let outcome = try place.run("fit a.csv --target z --missing drop --model m.json")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors == """
        wce: note: a.csv: dropped 1 of 4 rows because a cell was missing
        wce: a.csv: row 3 (line 4), column "x": features must be finite numbers below 1e145, \
        received inf

        """)
    #expect(try place.directory.names() == ["a.csv"])
  }

  @Test func notConverged() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    let outcome = try place.run(
      "fit a.csv --target ill --positive yes --max-iterations 1 --model m.json")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.wholeMatch(
        of:
          try Regex(
            #"wce: a.csv: the fit did not converge: after 1 iteration the gradient norm is "#
              + #"0\.04\d+, "#
              + #"above the tolerance 1e-10; allow more iterations, or use a larger l2 penalty "#
              + #"\(--max-iterations N, --l2 L\)\n"#)
      ) != nil)
  }

  @Test(arguments: [
    ("a.csv", "A table needs --target COLUMN, the column to predict."),
    (
      "a.csv --target z --targets z.npy",
      "--targets is for a matrix; for a table use --target COLUMN."
    ),
    ("x.npy", "A matrix needs --targets FILE."),
    (
      "x.npy --targets z.npy --missing drop",
      "--missing is for tables; the targets of a matrix come from --targets FILE."
    ),
    (
      "x.npy --targets z.npy --weights w",
      "expected FILE.npy or FILE.csv:COLUMN, with a column's name or number"
    ),
    ("m.json --target z", "--model and the data name the same file."),
    ("./m.json --target z", "--model and the data name the same file."),
    ("a.csv --target z --delimiter ab", "The value 'ab' is invalid for '--delimiter <C>'"),
    (
      "a.csv --target z --pos-weight heavy",
      "The value 'heavy' is invalid for '--pos-weight <Q|balanced>'"
    ),
  ])
  func usage(options: String, message: String) throws {
    let outcome = try ModelWorkplace().run("fit \(options) --model m.json")
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix("Error: \(message)\n"))
  }

  @Test func modelsReplaceNoOtherKindOfFile() throws {
    let place = try ModelWorkplace(["a.csv": patients, "test.csv": "kept"])
    let outcome = try place.run("fit a.csv --target ill --positive yes --model test.csv")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors.hasPrefix(
        "Error: The value 'test.csv' is invalid for '--model <MODEL.json>': the name of an "
          + "output must end with .json\n"
      ))
    #expect(try place.text("test.csv") == "kept")
    _ = try place.succeed("fit a.csv --target ill --positive yes --model M.JSON")
  }

  @Test func modelThatCannotBeCreated() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    #expect(
      try place.run("fit a.csv --target ill --positive yes --model no/m.json")
        == .failure(73, "no/m.json: cannot be written: its directory does not exist"))
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGQUIT, SIGABRT, SIGUSR1, SIGALRM, SIGXCPU])
  func interrupted(signal: Int32) throws {
    let place = try ModelWorkplace(["m.json": "the old model"])
    // The program waits for data from a pipe. The pipe can be opened once the program reads it.
    let path = place.directory.file("a.csv")
    try #require(mkfifo(path, 0o600) == 0)
    let running = try place.tool.start(["fit", "a.csv", "--target", "z", "--model", "m.json"])
    var writer: Int32 = -1
    defer { close(writer) }
    try running.wait {
      writer = open(path, O_WRONLY | O_NONBLOCK)
      return writer >= 0
    }
    running.signal(signal)
    #expect(try running.wait() == Outcome(status: 128 + signal))
    #expect(try place.directory.names() == ["a.csv", "m.json"])
    #expect(try place.text("m.json") == "the old model")
  }
}
