// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Six rows with numbers and text.
let patients = """
  age,city,ill
  20,Oslo,no
  30,Turin,no
  40,Oslo,yes
  50,Turin,no
  60,Oslo,yes
  70,"Aix, en",yes

  """

@Suite struct FitCommandTests {
  @Test func summary() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    let output = try place.succeed(
      "fit a.csv --target ill --positive yes --pos-weight 2 --model m.json")
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines.prefix(4) == [
        "rows               6, 3 of them positive", "features           4", "positive weight    2",
        "l2 penalty         1",
      ])
    #expect(lines[4].wholeMatch(of: /iterations         \d+/) != nil)
    #expect(lines[5].wholeMatch(of: /gradient norm      [0-9.e-]+/) != nil)
    #expect(
      lines[6...9] == [
        "model              m.json", "", "On the training rows, calibrated, threshold 0.333333:",
        "precision          1",
      ])
    #expect(lines.count == 21)
    #expect(try place.directory.names() == ["a.csv", "m.json"])
  }

  @Test func noticesGoToStandardError() throws {
    let place = try ModelWorkplace()
    let digits = ModelWorkplace.example("digits.csv")
    let outcome = try place.run(
      "fit \(digits) --target is_eight --pos-weight balanced --model m.json")
    #expect(
      outcome.errors
        == "wce: note: \(digits): dropped 3 features that are constant: \"pixel_0_0\", "
        + "\"pixel_4_0\", \"pixel_4_7\"\n"
    )
    #expect(outcome.output.contains("rows               1797, 174 of them positive\n"))
    #expect(outcome.output.contains("features           61, 3 constant dropped\n"))
    #expect(outcome.output.contains("positive weight    9.327586206896552 (balanced)\n"))
    #expect(try place.json("m.json")["positiveWeight"].number == 1623.0 / 174)
  }

  /// A cell that makes a numeric column text is easily overlooked, and changes the model.
  @Test(arguments: [
    ("1;2;oops", "row 3 (line 4) contains \"oops\"; each of its 3 labels became a feature"),
    ("1;2;3", nil), ("a1;b2;c3", nil), ("red;green;7", nil),
  ]) func textThatLooksLikeNumbers(cells: String, notice: String?) throws {
    let rows = zip(cells.split(separator: ";"), [0, 1, 1]).map { "\($0);\($1)\n" }
    let place = try ModelWorkplace(["t.csv": "x;z\n" + rows.joined()])
    let outcome = try place.run("fit t.csv --target z --model m.json")
    #expect(outcome.status == 0)
    #expect(
      outcome.errors
        == (notice.map { "wce: note: t.csv: column \"x\" was read as text because \($0)\n" } ?? ""))
  }

  @Test func headerOfNumbers() throws {
    let place = try ModelWorkplace(["t.csv": "0.5,1\n1,0\n2,1\n3,0\n"])
    let outcome = try place.run("fit t.csv --target 2 --model m.json")
    #expect(
      outcome.output.hasPrefix("rows               4, 2 of them positive\n") && outcome.errors == ""
    )
    let named = try place.run("fit t.csv --target 2 --header --model m.json")
    #expect(named.output.hasPrefix("rows               3, 1 of them positive\n"))
  }

  @Test func modelToStandardOutput() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    let options = "fit a.csv --target ill --positive yes --model"
    _ = try place.succeed("\(options) m.json")
    try FileManager.default.createSymbolicLink(
      atPath: place.directory.file("link.json"), withDestinationPath: "/dev/stdout")
    for name in ["/dev/stdout", "/dev/fd/1", "link.json"] {
      #expect(try place.succeed("\(options) \(name)") == place.text("m.json"), "\(name)")
    }
    let redirected = try place.tool.shell("wce \(options) r.json > r.json; cmp m.json r.json")
    #expect(redirected == Outcome())
  }

  @Test func closedStreamsLeaveTheModelAlone() throws {
    // The constant column gives a note on standard error.
    let place = try ModelWorkplace(["t.csv": "x,c,z\n1,5,0\n2,5,1\n3,5,0\n"])
    let outcome = try place.tool.shell(
      """
      wce fit t.csv --target z --model m.json > /dev/null 2>&1
      wce fit t.csv --target z --model n.json > /dev/null <&- 2>&- && cmp m.json n.json
      wce info >&- 2> errors; echo $?; cat errors
      """)
    #expect(
      outcome == Outcome(output: "74\nwce: /dev/stdout: writing failed: bad file descriptor\n"))
  }

  /// Without a penalty the odds of a group are the group's own, times q.
  @Test(arguments: ["x,z\n", ""]) func coefficientsOfAnIndicator(header: String) throws {
    let rows = ["0,1", "0,0", "0,0", "0,0", "0,0", "1,1", "1,1", "1,1", "1,0", "1,0"]
    let place = try ModelWorkplace(["t.csv": header + rows.joined(separator: "\n")])
    let options = header.isEmpty ? "--target 2 --no-header" : "--target z"
    _ = try place.succeed("fit t.csv \(options) --pos-weight 3 --l2 0 --model m.json")
    try expectOddsOfGroups(place.json("m.json"))
  }

  @Test func weightsCountRows() throws {
    let place = try ModelWorkplace(["t.csv": "x;w;z\n0;1;1\n0;4;0\n1;3;1\n1;2;0\n9;0;1\n"])
    let summary = try place.succeed(
      "fit t.csv --target z --weights w --pos-weight 3 --l2 0 --model m.json")
    #expect(
      summary.hasPrefix("rows               4, 2 of them positive\n"), "a row of weight 0 is none")
    try expectOddsOfGroups(place.json("m.json"))
    _ = try place.succeed("fit t.csv --target z --weights w --pos-weight balanced --model m.json")
    #expect(try place.json("m.json")["positiveWeight"].number == 6.0 / 4)
  }

  @Test func rowWeightsDoNotEnterTheStandardisation() throws {
    let place = try ModelWorkplace([
      "w.csv": "x,w,z\n1,1,0\n2,1,1\n3,1,0\n7,2,1\n", "t.csv": "x,z\n1,0\n2,1\n3,0\n7,1\n7,1\n",
    ])
    func slopes(l2: Int) throws -> (weighted: Double, twice: Double) {
      _ = try place.succeed("fit w.csv --target z --weights w --l2 \(l2) --model w.json")
      _ = try place.succeed("fit t.csv --target z --l2 \(l2) --model t.json")
      let slopes = try ["w.json", "t.json"].map {
        try #require(place.json($0)["features"].elements.first?["originalCoefficient"].number)
      }
      return (slopes[0], slopes[1])
    }
    let (weighted, twice) = try slopes(l2: 1)
    #expect(abs(weighted - twice) > 1e-3)
    let free = try slopes(l2: 0)
    #expect(abs(free.weighted - free.twice) < 1e-8)
    #expect(
      try place.succeed("fit --help").replacing("\n", with: " ").contains(
        "Row weights do not enter the standardisation: with a penalty, a row of weight 2 is "
          + "not exactly the same as two rows."
      ))
  }

  private func expectOddsOfGroups(_ model: JSON) throws {
    let feature = try #require(model["features"].elements.first)
    #expect(abs(try #require(feature["originalCoefficient"].number) - log(6)) < 1e-9)
    #expect(abs(try #require(model["originalIntercept"].number) - log(0.75)) < 1e-9)
  }

  @Test func columnsThatAreNoFeatures() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    _ = try place.succeed("fit a.csv --target ill --positive yes --exclude 2 --model m.json")
    #expect(try place.json("m.json")["features"].elements.map(\.["name"].string) == ["age"])
  }

  @Test func labelsOfTheTarget() throws {
    for (negative, positive, option) in [
      ("0", "1", ""), ("false", "true", ""), ("FALSE", "True", ""), ("2", "10", "--positive 10"),
      ("a", "b", "--positive b"), ("0.0", "1e0", ""),
    ] {
      let place = try ModelWorkplace(["t.csv": "z,x\n\(negative),1\n\(positive),2\n\(negative),3\n"]
      )
      _ = try place.succeed("fit t.csv --target z \(option) --model m.json")
      #expect(try place.json("m.json")["training"]["positiveCount"].number == 1, "\(positive)")
    }
  }

  @Test func missingCells() throws {
    let text = "age,city,z\n20,Oslo,0\n,Turin,0\n40,,1\n30,Oslo,1\n"
    let place = try ModelWorkplace(["t.csv": text])
    #expect(
      try place.run("fit t.csv --target z --model m.json")
        == .failure(
          65,
          "t.csv: row 2 (line 3), column \"age\": the cell is missing; fill missing cells "
            + "with the mean, or drop their rows (--missing mean or --missing drop)"
        ))
    let filled = try place.run("fit t.csv --target z --missing mean --model m.json")
    #expect(filled.status == 0)
    #expect(filled.errors.split(separator: "\n").count == 2)
    let columns = try place.json("m.json")["columns"].elements
    #expect(columns[0]["fill"].number == 30)
    #expect(columns[1]["fill"].string == "Oslo")
    let dropped = try place.run("fit t.csv --target z --missing drop --model m.json")
    #expect(
      dropped.errors == """
        wce: note: t.csv: dropped 2 of 4 rows because a cell was missing
        wce: note: t.csv: dropped the feature "city=Oslo": it is constant

        """)
    #expect(dropped.output.hasPrefix("rows               2, 1 of them positive\n"))
  }

  @Test func fromAPipe() throws {
    let place = try ModelWorkplace(["a.csv": patients])
    let outcome = try place.tool.shell(
      "cat a.csv | wce fit /dev/stdin --target ill --positive yes --model m.json >/dev/null"
        + " && wce fit a.csv --target ill --positive yes --model n.json >/dev/null && cmp "
        + "m.json n.json"
    )
    #expect(outcome == Outcome())
  }

  @Test func matrix() throws {
    let place = try ModelWorkplace(["t.csv": "1,2,z\n1,5,0\n2,3,1\n3,9,0\n4,1,1\n5,7,1\n"])
    try place.writeArray([1, 5, 2, 3, 3, 9, 4, 1, 5, 7], shape: [5, 2], to: "x.npy")
    try place.writeArray([0, 1, 0, 1, 1], shape: [5], to: "z.npy")
    _ = try place.succeed("fit x.npy --targets z.npy --pos-weight 4 --model m.json")
    _ = try place.succeed("fit t.csv --target z --pos-weight 4 --model t.json")
    let (matrix, table) = try (place.json("m.json"), place.json("t.json"))
    #expect(matrix["features"].value as! NSArray == table["features"].value as! NSArray)
    #expect(matrix["originalIntercept"].number == table["originalIntercept"].number)
    #expect(matrix["target"].isNull)
  }

  @Test func threadsDoNotMatter() throws {
    let place = try ModelWorkplace()
    let digits = ModelWorkplace.example("digits.csv")
    for threads in [1, 3] {
      _ = try place.succeed(
        "fit \(digits) --target is_eight --threads \(threads) --model \(threads).json")
    }
    #expect(try place.directory.read("1.json") == place.directory.read("3.json"))
  }
}
