// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The errors of `wce loss` and their exit statuses.
@Suite struct LossCommandErrorTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  /// Expects runs to fail with one line.
  private func expect(
    _ status: Int32, _ cases: KeyValuePairs<String, String>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let names = try place.directory.names()
    for (arguments, line) in cases {
      #expect(
        try place.loss(arguments) == .failure(status, line), "\(arguments)",
        sourceLocation: sourceLocation)
    }
    #expect(try place.directory.names() == names, "no file appears", sourceLocation: sourceLocation)
  }

  @Test func missingInputs() throws {
    try FileManager.default.createDirectory(
      atPath: place.directory.file("d.npy"), withIntermediateDirectories: false)
    try expect(
      66,
      [
        "none.npy z.npy": "none.npy: no such file",
        "x.npy none.csv:a": "none.csv: no such file",
        "x.npy z.npy --weights none.npy": "none.npy: no such file",
        "x.npy z.npy --pos-weights none.npy --axis 0": "none.npy: no such file",
        "x.npy/z.npy z.npy": "x.npy/z.npy: no such file: a part of the path is not a directory",
        "d.npy z.npy": "d.npy: cannot be read: it is a directory, not a file",
        "x.npy d.npy": "d.npy: cannot be read: it is a directory, not a file",
      ])
  }

  @Test func damagedArrays() throws {
    let whole = NPYFile("<f4", [2, 3], Workplace.logits).bytes
    try place.write([], to: "empty.npy")
    try place.write("hello world\n", to: "text.npy")
    try place.write(Array(whole.prefix(40)), to: "head.npy")
    try place.write(whole.dropLast(5), to: "cut.npy")
    try place.write(whole[..<6] + [9, 0] + whole[8...], to: "version.npy")
    try place.write(whole[..<6] + [2, 0, 0, 0, 0, 128] + whole[10...], to: "huge.npy")
    try place.write(NPYFile("<f4", [9_999_999_999, 3], Workplace.logits).bytes, to: "long.npy")
    try place.write(NPYFile("<f4", [1 << 40, 1 << 40], Workplace.logits).bytes, to: "overflow.npy")
    try place.write(NPYFile("<f4", [-2, 3], Workplace.logits).bytes, to: "negative.npy")
    try expect(
      65,
      [
        "empty.npy z.npy": "empty.npy: not a complete .npy file: it ends inside the first 6 bytes",
        "text.npy z.npy": #"text.npy: not a .npy file: it does not begin with \x93NUMPY"#,
        "head.npy z.npy":
          "head.npy: not a complete .npy file: the header has 118 bytes, the file has 30 more",
        "cut.npy z.npy":
          "cut.npy: the data is cut short: shape [2, 3] of float32 takes 24 bytes, the file has 19",
        "version.npy z.npy":
          "version.npy: version 9.0 of the .npy format is not supported; 1.0, 2.0 and 3.0 are",
        "huge.npy z.npy":
          "huge.npy: not a complete .npy file: the header has 2147483648 bytes, the file "
          + "has 142 more",
        "long.npy z.npy":
          "long.npy: the data is cut short: shape [9999999999, 3] of float32 takes "
          + "119999999988 bytes, "
          + "the file has 24",
        "overflow.npy z.npy":
          "overflow.npy: the .npy header is malformed: shape [1099511627776, 1099511627776] "
          + "takes more than 2^63 - 1 bytes as numbers of 8 bytes",
        "x.npy negative.npy":
          "negative.npy: the .npy header is malformed: the shape has a negative length",
      ])
  }

  @Test func unsupportedTypes() throws {
    let supported =
      "is not supported; bool, int8 to int64, uint8 to uint64, float16, float32 and float64 are"
    try place.write(NPYFile("<i8", [6], Array(0..<6)).bytes, to: "i.npy")
    try place.write(NPYFile("|O", [6], Array(0..<6)).bytes, to: "o.npy")
    try place.write(NPYFile("<c16", [3], [0.0, 0, 0, 0, 0, 0]).bytes, to: "c.npy")
    let structured = String(decoding: NPYFile("#", [1], [0]).bytes, as: Unicode.ASCII.self)
      .replacing("'#'", with: "[('a', '<f4'), ('b', '<f4')]").unicodeScalars.map {
        $0.value == 0xFFFD ? 0x93 : UInt8($0.value)
      }
    try place.write(Array(structured), to: "s.npy")
    try expect(
      65,
      [
        "i.npy z.npy": "i.npy: logits must be float16, float32 or float64; this file has int64",
        "z.npy z.npy": "z.npy: logits must be float16, float32 or float64; this file has bool",
        "o.npy z.npy": #"o.npy: the object dtype "|O" \#(supported)"#,
        "x.npy o.npy": #"o.npy: the object dtype "|O" \#(supported)"#,
        "c.npy z.npy": #"c.npy: the complex dtype "<c16" \#(supported)"#,
        "s.npy z.npy": #"s.npy: the structured dtype "[('a', '<f4'), ('b', '<f4')]" \#(supported)"#,
      ])
  }

  @Test func valuesOutOfRange() throws {
    try place.write(NPYFile("<f4", [2, 3], [0, 1, 0, 1, 1.5, 1] as [Float]).bytes, to: "z2.npy")
    try place.write(NPYFile("<f4", [2, 3], [0, 1, 0, 1, .nan, 1] as [Float]).bytes, to: "zn.npy")
    try place.write(NPYFile("|i1", [2, 3], [0, 1, -1, 1, 0, 1] as [Int8]).bytes, to: "zi.npy")
    try place.write(NPYFile("<f4", [2, 3], [0, .nan, 0, 1, 1, 1] as [Float]).bytes, to: "xn.npy")
    try place.write(NPYFile("<f4", [2, 3], [0, 1, 1, -0.5, 1, 1] as [Float]).bytes, to: "wn.npy")
    try place.write(
      NPYFile("<f4", [2, 3], [0, 1, 1, .infinity, 1, 1] as [Float]).bytes, to: "wi.npy")
    try place.write(NPYFile("<f4", [2, 3], [Float](repeating: 0, count: 6)).bytes, to: "w0.npy")
    try place.write(NPYFile("<f4", [0], [Float]()).bytes, to: "e.npy")
    try place.write("logit,label\n1,1\n2,2\n", to: "two.csv")
    try place.write("logit,label\n", to: "none.csv")
    try place.write(
      "label,w,t\n0,1,\n1,1,\nnan,1,\"two\nlines\"\n1,inf,\n-1,1,\n1,1,\n", to: "six.csv")
    try place.write("1,1\n2,7\n", to: "plain.csv")
    try place.write(NPYFile("<f8", [6], [Double](repeating: 1, count: 6)).bytes, to: "x1.npy")
    let targets = "logistic_loss: targets must lie in [0, 1], received"
    let weights = "logistic_loss: weights must be finite and at least 0, received"
    try expect(
      65,
      [
        "x.npy z2.npy": "z2.npy: \(targets) 1.5 at index 4",
        "x.npy zn.npy": "zn.npy: \(targets) nan at index 4",
        "x.npy zi.npy":
          "zi.npy: \(targets) -1.0 at index 2; write classes -1 and 1 as 0 and 1",
        "two.csv:logit two.csv:label":
          "two.csv: row 2 (line 3), column \"label\": \(targets) 2.0",
        "x1.npy six.csv:1": "six.csv: row 3 (line 4), column \"label\": \(targets) nan",
        "six.csv:label x1.npy":
          "six.csv: row 3 (line 4), column \"label\": logistic_loss: the logit "
          + "is NaN and no weight of 0 masks it",
        "x1.npy x1.npy --weights six.csv:w":
          "six.csv: row 4 (line 6), column \"w\": \(weights) inf",
        "x1.npy x1.npy --weights six.csv:w --name a_at_index_3":
          "six.csv: row 4 (line 6), column \"w\": a_at_index_3: weights must be finite and "
          + "at least 0, received inf",
        "plain.csv:1 plain.csv:2":
          "plain.csv: row 2 (line 2), column \"2\": \(targets) 7.0",
        "xn.npy z.npy":
          "xn.npy: logistic_loss: the logit at index 1 is NaN and no weight of 0 masks it",
        "x.npy z.npy --weights wn.npy": "wn.npy: \(weights) -0.5 at index 3",
        "x.npy z.npy --weights wi.npy": "wi.npy: \(weights) inf at index 3",
        "x.npy z.npy --weights w0.npy --normalize weights":
          "w0.npy: logistic_loss: a weighted mean needs weights whose sum is positive and finite, "
          + "received the sum 0.0",
        "e.npy e.npy": "e.npy: logistic_loss: the mean of no elements is undefined",
        "none.csv:logit none.csv:label":
          "none.csv: logistic_loss: the mean of no elements is undefined",
      ])
  }

  @Test func inexactConversions() throws {
    try place.write(NPYFile("<f8", [2, 3], [0, 1, 0.1, 1, 0, 1]).bytes, to: "z8.npy")
    try place.write(NPYFile("<i8", [2, 3], [1, 1, 1, 16_777_217, 1, 1]).bytes, to: "wi.npy")
    try expect(
      65,
      [
        "x.npy z8.npy":
          "z8.npy: element 2: the float64 value 0.1 cannot be represented exactly in float32",
        "x.npy z.npy --weights wi.npy":
          "wi.npy: element 3: the int64 value 16777217 cannot be represented exactly in float32",
      ])
  }

  @Test func shapesThatDiffer() throws {
    try place.write(NPYFile("|b1", [3, 2], Workplace.targets).bytes, to: "z32.npy")
    try place.write(NPYFile("<f4", [6], Workplace.weights).bytes, to: "w6.npy")
    try place.write("a,b\n0,0\n1,1\n", to: "two.csv")
    let targets = "logistic_loss: logits and targets must have the same shape, received"
    try expect(
      65,
      [
        "x.npy z32.npy": "z32.npy: \(targets) [2, 3] and [3, 2]",
        "x.npy z.npy --weights w6.npy":
          "w6.npy: logistic_loss: logits and weights must have the same shape, received [2, "
          + "3] and [6]",
        "t.csv:logit two.csv:b": "two.csv: \(targets) [6] and [2]",
        "two.csv:a t.csv:label": "t.csv: \(targets) [2] and [6]",
        // The same number of elements is not the same shape.
        "t.csv:logit z.npy": "z.npy: \(targets) [6] and [2, 3]",
        "x.npy t.csv:label": "t.csv: \(targets) [2, 3] and [6]",
        "x.npy z.npy --weights t.csv:w":
          "t.csv: logistic_loss: logits and weights must have the same shape, received [2, "
          + "3] and [6]",
      ])
  }

  @Test func malformedTables() throws {
    try place.write("logit,label\n0,0\nabc,1\n", to: "bad.csv")
    try place.write("logit,label\n0,0\n,1\n", to: "gap.csv")
    try place.write("logit,label\n0,0\n1\n", to: "short.csv")
    try place.write("logit,label\n0,0\n1,1,1\n", to: "wide.csv")
    try place.write("logit,label\n1,\"2\n3,4\n", to: "quote.csv")
    try place.write("a,b,a\n1,2,3\n", to: "twice.csv")
    try place.write("", to: "empty.csv")
    try expect(
      65,
      [
        "t.csv:logits t.csv:label":
          #"t.csv: there is no column "logits"; the columns are "logit", "label", "w""#,
        "t.csv:4 t.csv:label":
          #"t.csv: there is no column "4"; the columns are "logit", "label", "w""#,
        "bad.csv:logit bad.csv:label":
          #"bad.csv: row 2 (line 3), column "logit": "abc" is not a number"#,
        "gap.csv:1 gap.csv:2": #"gap.csv: row 2 (line 3), column "logit": the cell is empty"#,
        "short.csv:logit short.csv:label":
          "short.csv: row 2 (line 3): the table has 2 columns, this row has only 1",
        "wide.csv:logit wide.csv:label":
          "wide.csv: row 2 (line 3): the table has 2 columns, this row has more",
        "quote.csv:logit quote.csv:label":
          #"quote.csv: row 1 (line 2), column "label": a quote is opened here and never closed"#,
        "twice.csv:a twice.csv:b":
          #"twice.csv: columns 1 and 3 are both named "a"; give the column by its number"#,
        "empty.csv:logit empty.csv:label": "empty.csv: the file is empty",
      ])
  }

  @Test func classWeightsThatDoNotFit() throws {
    try place.write(NPYFile("<f8", [3], [1, -2, 3.0]).bytes, to: "q.npy")
    try place.write(NPYFile("<f8", [2, 3], [1, 2, 3, 4, 5, 6.0]).bytes, to: "q23.npy")
    // A size that no memory holds: it is compared with the shape first.
    let terabyte = NPYFile("|i1", [1 << 40], [Int8]()).bytes
    try place.write(terabyte, to: "huge.npy")
    try #require(truncate(place.directory.file("huge.npy"), off_t(terabyte.count + 1 << 40)) == 0)
    let count = "logistic_loss: there must be one positive weight for each class along axis"
    try expect(
      65,
      [
        "x.npy z.npy --pos-weights 1,2,3 --axis 0":
          "\(count) 0 of logits of shape [2, 3], received 3",
        "x.npy z.npy --pos-weights 1,2 --axis -1":
          "\(count) -1 of logits of shape [2, 3], received 2",
        "t.csv:logit t.csv:label --pos-weights 1,2,3 --axis 0":
          "\(count) 0 of logits of shape [6], received 3",
        "x.npy z.npy --pos-weights huge.npy --axis 1":
          "\(count) 1 of logits of shape [2, 3], received \(1 << 40)",
        "x.npy z.npy --pos-weights q.npy --axis 1":
          "q.npy: logistic_loss: positive weights must be finite and at least 0, received "
          + "-2.0 for class 1",
        "x.npy z.npy --pos-weights q23.npy --axis 1":
          "q23.npy: positive weights must have one axis, that of the classes; received "
          + "shape [2, 3]",
      ])
  }

  @Test func argumentsOutOfRange() throws {
    let weights = "logistic_loss: positive weights must be finite and at least 0, received"
    try expect(
      64,
      [
        "x.npy z.npy --pos-weight -1": "\(weights) -1.0",
        "x.npy z.npy --pos-weight=nan": "\(weights) nan",
        "x.npy z.npy --pos-weight inf": "\(weights) inf",
        "x.npy z.npy --pos-weights 1,-2,3 --axis 1": "\(weights) -2.0 for class 1",
        "x.npy z.npy --pos-weights 1,2,3 --axis 2":
          "logistic_loss: axis 2 is out of range for logits of shape [2, 3]",
        "x.npy z.npy --pos-weights 1,2,3 --axis -3":
          "logistic_loss: axis -3 is out of range for logits of shape [2, 3]",
        "t.csv:logit t.csv:label --pos-weights 1,2,3 --axis 1":
          "logistic_loss: axis 1 is out of range for logits of shape [6]",
        "x.npy z.npy --label-smoothing 1.5":
          "logistic_loss: label smoothing must lie in [0, 1], received 1.5",
        "x.npy z.npy --label-smoothing -0.1":
          "logistic_loss: label smoothing must lie in [0, 1], received -0.1",
        "x.npy z.npy --threads 0":
          "logistic_loss: the number of threads must be at least 1, received 0",
        "x.npy z.npy --threads -2":
          "logistic_loss: the number of threads must be at least 1, received -2",
      ])
  }

  @Test(arguments: [
    ("", "Missing expected argument '<logits>'"),
    ("x.npy", "Missing expected argument '<targets>'"),
    ("x.npy z.npy w.npy", "Unexpected argument 'w.npy'"),
    ("x.npy z.npy --bogus", "Unknown option '--bogus'"),
    (
      "x.bin z.npy",
      "The value 'x.bin' is invalid for '<logits>': expected FILE.npy or FILE.csv:COLUMN, "
        + "with a column's name or number"
    ),
    (
      "t.csv t.csv:label",
      "The value 't.csv' is invalid for '<logits>': expected FILE.npy or FILE.csv:COLUMN, "
        + "with a column's name or number"
    ),
    ("x.npy z.npy --pos-weight abc", "The value 'abc' is invalid for '--pos-weight <Q>'"),
    (
      "x.npy z.npy --pos-weights 1,x --axis 1",
      "The value '1,x' is invalid for '--pos-weights <Q1,Q2,...|FILE>': expected numbers "
        + "separated by commas, FILE.npy, FILE.csv:COLUMN or FILE.json; \"x\" is not a number"
    ),
    (
      "x.npy z.npy --pos-weights 1,,2 --axis 1",
      "The value '1,,2' is invalid for '--pos-weights <Q1,Q2,...|FILE>': expected numbers "
        + "separated by commas, FILE.npy, FILE.csv:COLUMN or FILE.json; \"\" is not a number"
    ),
    (
      "x.npy z.npy --pos-weights 1,2",
      "--pos-weights needs --axis, the axis of the classes."
    ),
    ("x.npy z.npy --axis 1", "--axis needs --pos-weights."),
    (
      "x.npy z.npy --pos-weights 1,2 --axis 0 --pos-weight 2",
      "Give --pos-weight or --pos-weights, not both."
    ),
    ("x.npy z.npy --axis one", "The value 'one' is invalid for '--axis <A>'"),
    ("x.npy z.npy --normalize weights", "--normalize weights needs --weights."),
    (
      "x.npy z.npy --reduction max",
      "The value 'max' is invalid for '--reduction <reduction>'. Please provide one of "
        + "'mean', 'sum' or 'none'."
    ),
    (
      "x.npy z.npy --output o.bin",
      "The value 'o.bin' is invalid for '--output <FILE>': the name of an output must end "
        + "with .npy or .csv"
    ),
    (
      "x.npy z.npy --output o.npy --gradient ./o.npy",
      "--output and --gradient name the same file."
    ),
    ("/dev/stdin /dev/stdin", "Only one input can be standard input."),
    ("x.npy z.npy --output", "Missing value for '--output <FILE>'"),
  ])
  func usage(_ arguments: String, _ line: String) throws {
    let outcome = try place.loss(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: \(line)\n"), "\(outcome.errors)")
    #expect(
      outcome.errors.hasSuffix(
        "Usage: wce loss [<options>] <logits> <targets>\n  See 'wce loss --help' for more "
          + "information.\n"
      ))
  }

  @Test func weightsOutsideTheRangeOfTheType() throws {
    for (options, weight) in [
      ("--pos-weight 1e-60", "--pos-weight 1e-60"), ("--pos-weight 1e60", "--pos-weight 1e+60"),
      ("--pos-weights 1,1e-60,1 --axis 1", "--pos-weights 1e-60"),
    ] {
      #expect(
        try place.loss("x.npy z.npy \(options)")
          == .failure(64, "\(weight) is outside the range of float32, the type of the logits"))
    }
    #expect(try place.loss("t.csv:logit t.csv:label --pos-weight 1e-60").status == 0)
    #expect(try place.loss("x.npy z.npy --pos-weight 0").status == 0)
  }
}
