// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@Suite struct PredictCommandTests {
  /// The model of the six patients, in a directory with them.
  private func patientsPlace(_ files: [String: String] = [:], options: String = "") throws
    -> ModelWorkplace
  {
    let place = try ModelWorkplace(files.merging(["a.csv": patients]) { $1 })
    _ = try place.succeed("fit a.csv --target ill --positive yes \(options) --model m.json")
    return place
  }

  /// Predictions are σ of the original coefficients times the columns as they are.
  @Test(arguments: [
    ("--raw", 0.0, 0.5), ("--calibrated", log(20), 1.0 / 21), ("", log(20), 1.0 / 21),
  ])
  func coefficientsByHand(option: String, shift: Double, threshold: Double) throws {
    let place = try ModelWorkplace()
    let digits = ModelWorkplace.example("digits.csv")
    _ = try place.succeed("fit \(digits) --target is_eight --pos-weight 20 --model m.json")
    let model = try place.json("m.json")
    let coefficients = try model["features"].elements.map {
      try #require($0["originalCoefficient"].number)
    }
    let intercept = try #require(model["originalIntercept"].number)
    let pixels = try place.columns(ofTable: String(contentsOfFile: digits, encoding: .utf8))
    let output = try place.columns(
      ofTable: place.succeed("predict --model m.json \(digits) \(option)"))
    #expect(output[0].count == 1797)
    for row in output[0].indices {
      let logit = zip(coefficients, pixels).reduce(intercept - shift) { $0 + $1.0 * $1.1[row] }
      let expected = 1 / (1 + exp(-logit))
      #expect(abs(output[0][row] - expected) <= 1e-12 * expected)
      #expect(output[1][row] == (output[0][row] >= threshold ? 1 : 0))
    }
  }

  @Test func decisionsDoNotDependOnTheCalibration() throws {
    let place = try patientsPlace(options: "--pos-weight 2")
    let raw = try place.columns(ofTable: place.succeed("predict --model m.json a.csv --raw"))
    let calibrated = try place.columns(ofTable: place.succeed("predict --model m.json a.csv"))
    #expect(raw[1] == calibrated[1])
    #expect(zip(raw[0], calibrated[0]).allSatisfy { $0 > $1 })
  }

  @Test func threshold() throws {
    let place = try patientsPlace()
    func decisions(_ threshold: Double) throws -> [Double] {
      try place.columns(
        ofTable: place.succeed("predict --model m.json a.csv --threshold \(threshold)"))[1]
    }
    let probabilities = try place.columns(ofTable: place.succeed("predict --model m.json a.csv"))[0]
    #expect(try decisions(0) == [1, 1, 1, 1, 1, 1])
    #expect(try decisions(1) == [0, 0, 0, 0, 0, 0])
    // Equal is enough.
    #expect(try decisions(probabilities[4]) == [0, 0, 0, 0, 1, 1])
    #expect(
      try place.run("predict --model m.json a.csv --threshold 1.5")
        == .failure(64, "the threshold must be in [0, 1], received 1.5; 1.5 % is 0.015"))
    #expect(
      try place.run("predict --model m.json a.csv --threads 0")
        == .failure(64, "the number of threads must be at least 1, received 0"))
  }

  @Test func columnsAreFoundByName() throws {
    let place = try patientsPlace([
      "other.csv": "note;city;age\nx;Oslo;20\ny;Turin;30\nz;Oslo;40\n",
      "less.csv": "city,years\nOslo,20\n", "words.csv": "age,city\nyoung,Oslo\n",
    ])
    let expected = try place.succeed("predict --model m.json a.csv").split(separator: "\n").prefix(
      4)
    #expect(
      try place.succeed("predict --model m.json other.csv").split(separator: "\n")
        == Array(expected))
    #expect(
      try place.run("predict --model m.json less.csv")
        == .failure(65, #"less.csv: there is no column "age"; the columns are "city", "years""#))
    #expect(
      try place.run("predict --model m.json words.csv")
        == .failure(
          65,
          #"words.csv: row 1 (line 2), column "age": the model expects numbers in this column, "#
            + #"received "young""#
        ))
  }

  /// A name that looks like a number is not a number: column "3" is not the third column.
  @Test func namesThatLookLikeNumbers() throws {
    let place = try ModelWorkplace(["t.csv": "3,z\n1,0\n2,1\n3,1\n", "new.csv": "a,b,c\n1,2,3\n"])
    _ = try place.succeed("fit t.csv --target z --model m.json")
    #expect(
      try place.run("predict --model m.json new.csv")
        == .failure(65, #"new.csv: there is no column "3"; the columns are "a", "b", "c""#))
  }

  /// The first row of a table for such a model is data, not names.
  @Test func modelsOfTablesWithoutAHeader() throws {
    let place = try ModelWorkplace([
      "t.csv": "2,1,0\n1,2,1\n3,5,0\n4,4,1\n", "new.csv": "2,1\n1,2\n",
    ])
    _ = try place.succeed("fit t.csv --no-header --target 3 --model m.json")
    let known = try place.succeed("predict --model m.json t.csv").split(separator: "\n")
    #expect(known.count == 5)
    #expect(
      try place.succeed("predict --model m.json new.csv").split(separator: "\n")
        == Array(known.prefix(3)))
  }

  @Test func unseenLabels() throws {
    let place = try patientsPlace(["new.csv": "age,city\n20,Oslo\n45,Rome\n"])
    #expect(
      try place.run("predict --model m.json new.csv")
        == .failure(
          65,
          #"new.csv: row 2 (line 3), column "city": the label "Rome" did not occur in training; "#
            + #"correct it, or encode unseen labels as zeros (--unseen zero)"#
        ))
    let output = try place.columns(
      ofTable: place.succeed("predict --model m.json new.csv --unseen zero"))
    let model = try place.json("m.json")
    let age = try #require(model["features"].elements[0]["originalCoefficient"].number)
    let intercept = try #require(model["originalIntercept"].number)
    #expect(abs(output[0][1] - 1 / (1 + exp(-(intercept + 45 * age)))) < 1e-14)
  }

  /// é as one or as two scalars is the same label, name and positive label, in training and
  /// prediction.
  @Test func spellingsOfTheSameText() throws {
    let (composed, decomposed) = ("Jos\u{E9}", "Jose\u{301}")
    func rows(_ spellings: [String], _ targets: [String]) -> String {
      (0..<40).map {
        "\($0 % 3 == 0 ? "Ana" : spellings[$0 % spellings.count]),\($0 * 7 % 11),"
          + "\($0 % 5 < 2 ? targets[$0 % targets.count] : "no")\n"
      }.joined()
    }
    let mixed = "c,\(decomposed),y\n" + rows([composed, decomposed], [decomposed, composed])
    let place = try ModelWorkplace([
      "mixed.csv": mixed, "one.csv": "c,\(composed),y\n" + rows([composed], [composed]),
    ])
    for (table, positive) in [("mixed", composed), ("one", decomposed)] {
      let outcome = try place.tool.run(
        "fit", "\(table).csv", "--target", "y", "--positive", positive, "--model", "\(table).json")
      #expect(outcome.status == 0 && outcome.errors == "")
    }
    let model = try place.json("mixed.json")
    #expect(
      model["features"].elements.map(\.["name"].string)
        == ["c=Ana", "c=\(decomposed)", decomposed])
    #expect(model["training"]["positiveCount"].number == 16)
    let expected = try place.succeed("predict --model one.json one.csv")
    for (model, table) in [("one", "mixed"), ("mixed", "one"), ("mixed", "mixed")] {
      #expect(try place.succeed("predict --model \(model).json \(table).csv") == expected)
      #expect(
        try place.succeed("evaluate --model \(model).json \(table).csv")
          == place.succeed("evaluate --model one.json one.csv"))
    }
  }

  @Test func missingCells() throws {
    let table = ["new.csv": "age,city\n20,Oslo\n,\n", "filled.csv": "age,city\n20,Oslo\n45,Oslo\n"]
    for policy in ["error", "drop"] {
      let place = try patientsPlace(table, options: "--missing \(policy)")
      #expect(
        try place.run("predict --model m.json new.csv")
          == .failure(
            65,
            #"new.csv: row 2 (line 3), column "age": the cell is missing; the model does not "#
              + #"fill missing cells; give it a value, or fit the model so that it fills them "#
              + #"with the mean (wce fit --missing mean)"#
          ))
    }
    let place = try patientsPlace(table, options: "--missing mean")
    #expect(
      try place.succeed("predict --model m.json new.csv")
        == place.succeed("predict --model m.json filled.csv"))
  }

  @Test func outputFiles() throws {
    let place = try patientsPlace(["p.csv": "old"])
    let printed = try place.succeed("predict --model m.json a.csv")
    #expect(try place.succeed("predict --model m.json a.csv --output p.csv") == "")
    #expect(try place.text("p.csv") == printed)
    _ = try place.succeed("predict --model m.json a.csv --output p.npy")
    let bytes = try place.directory.read("p.npy")
    #expect(bytes.count == 128 + 6 * 8)
    let numbers = bytes.dropFirst(128).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    #expect(try numbers == place.columns(ofTable: printed)[0])
    for (options, message) in [
      ("--output a.csv", "--output and the data name the same file."),
      (
        "--output q.npy --threshold 0.2",
        "--threshold needs a .csv output; a .npy file has no decisions."
      ),
    ] {
      let outcome = try place.run("predict --model m.json a.csv \(options)")
      #expect(outcome.status == 64)
      #expect(outcome.errors.hasPrefix("Error: \(message)\n"))
    }
    #expect(try place.text("a.csv") == patients)
  }

  @Test func nothingIsWrittenAfterAnError() throws {
    let place = try patientsPlace(["new.csv": "age,city\n20,Oslo\n45,Rome\n", "p.csv": "old"])
    #expect(try place.run("predict --model m.json new.csv --output p.csv").status == 65)
    #expect(try place.text("p.csv") == "old")
    #expect(try place.directory.names() == ["a.csv", "m.json", "new.csv", "p.csv"])
    #expect(
      try place.run("predict --model m.json a.csv --output no/p.csv")
        == .failure(73, "no/p.csv: cannot be written: its directory does not exist"))
  }

  @Test func modelsThatAreNone() throws {
    let place = try patientsPlace(["list.json": "[]", "empty.json": ""])
    let model = try place.text("m.json")
    _ = try place.directory.write(String(model.prefix(300)), to: "cut.json")
    for (name, old, new) in [
      ("newer", "\"version\" : 1", "\"version\" : 3"),
      ("other", "\"format\" : \"", "\"format\" : \"x"),
      ("deviation", "\"standardDeviation\" : 0.5", "\"standardDeviation\" : -1"),
      ("name", "\"name\" : \"city=Oslo\"", "\"name\" : \"city=Rome\""),
      ("weight", "\"positiveWeight\" : 1", "\"positiveWeight\" : 0"),
      ("member", "\"originalIntercept\"", "\"x\""),
    ] {
      try #require(model.contains(old))
      _ = try place.directory.write(model.replacing(old, with: new), to: "\(name).json")
    }
    let notUsable = "this is not a usable model"
    for (name, status, message) in [
      ("none", 66, "no such file"), ("empty", 65, "\(notUsable): it is not JSON"),
      ("cut", 65, "\(notUsable): it is not JSON"),
      (
        "newer", 65,
        "the model has format version 3, but this software reads versions up to 2; use a "
          + "newer version of the software"
      ),
      (
        "other", 65,
        "\(notUsable): it is a \"xweighted-cross-entropy linear classifier\", not a "
          + "\"weighted-cross-entropy linear classifier\""
      ),
      (
        "deviation", 65,
        "\(notUsable): the standard deviation of the feature \"city=Oslo\" must be at least 0, "
          + "received -1.0"
      ),
      ("name", 65, "\(notUsable): the features do not match the columns"),
      ("weight", 65, "\(notUsable): the positive weight must be above 0, received 0.0"),
    ] as [(String, Int32, String)] {
      #expect(
        try place.run("predict --model \(name).json a.csv")
          == .failure(status, "\(name).json: \(message)"))
    }
    try FileManager.default.createDirectory(
      atPath: place.directory.file("d.json"), withIntermediateDirectories: false)
    #expect(
      try place.run("predict --model d.json a.csv")
        == .failure(66, "d.json: cannot be read: it is a directory, not a file"))
    #expect(
      try place.run("predict --model m.json/x.json a.csv")
        == .failure(66, "m.json/x.json: no such file: a part of the path is not a directory"))
    let list = try place.run("predict --model list.json a.csv")
    #expect(list.status == 65)
    #expect(list.errors.hasPrefix("wce: list.json: \(notUsable): "))
    // The coefficients in original units are information; the tool does not need them.
    #expect(try place.run("predict --model member.json a.csv").status == 0)
  }

  @Test func matrices() throws {
    let place = try patientsPlace()
    try place.writeArray([1, 5, 2, 3, 3, 9, 4, 1], shape: [4, 2], to: "x.npy")
    try place.writeArray([1, 2, 3], shape: [1, 3], to: "wide.npy")
    try place.writeArray([1, 2, 3, .infinity], shape: [2, 2], to: "infinite.npy")
    try place.writeArray([0, 1, 0, 1], shape: [4, 1], to: "z.npy")
    _ = try place.succeed("fit x.npy --targets z.npy --model x.json")
    #expect(try place.columns(ofTable: place.succeed("predict --model x.json x.npy"))[0].count == 4)
    #expect(
      try place.run("predict --model x.json wide.npy")
        == .failure(65, "wide.npy: expected 2 features, received 3"))
    #expect(
      try place.run("predict --model x.json infinite.npy")
        == .failure(
          65,
          #"infinite.npy: row 2, column "2": features must be finite numbers below 1e145, "#
            + #"received inf"#
        ))
    #expect(
      try place.run("predict --model x.json a.csv")
        == .failure(
          65,
          "a.csv: the model x.json was fitted to a matrix of 2 columns and needs a matrix, FILE.npy"
        ))
    #expect(
      try place.run("predict --model m.json x.npy")
        == .failure(
          65, "x.npy: the model m.json was fitted to a table and needs a table, FILE.csv"))
  }
}
