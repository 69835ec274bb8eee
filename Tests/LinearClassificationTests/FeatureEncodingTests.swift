// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import Testing
import _TestSupport

/// The encoding of columns as features, in training and in prediction.
@Suite struct FeatureEncodingTests {
  private let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func table(_ text: String, header: Bool = true, text columns: Set<String> = []) throws
    -> CSVTable
  {
    try CSVTable(
      contentsOf: directory.write(text, to: "t.csv"), format: CSVFormat(hasHeader: header),
      textColumns: columns)
  }

  private func training(
    _ text: String, target: TargetColumn = TargetColumn(name: "y"), weights: String? = nil,
    missing: FeatureEncoding.MissingPolicy = .error
  ) throws -> TrainingTable {
    try TrainingTable(table(text), target: target, weights: weights, missing: missing)
  }

  private func values(_ features: FeatureMatrix) -> [[Double]] {
    features.columns.map { column in (0..<features.rowCount).map { column[$0] } }
  }

  /// The message of the error, without the path of the file.
  private func message(_ body: () throws -> Void) -> String? {
    classificationError(body).map { "\($0)".replacing(directory.file("t.csv"), with: "T") }
  }

  private let missingFeature =
    "the cell is missing; the model does not fill missing cells; give it a value, "
    + "or fit the model so that it fills them with the mean"
  private let mixed = "a,city,y,b\n0.5,Oslo,1,-1\n2.5,Turin,0,0\n3,Oslo,0,7e3\n"

  @Test func numbersAndCategories() throws {
    let table = try training(mixed)
    #expect(table.features.names == ["a", "city=Oslo", "city=Turin", "b"])
    #expect(values(table.features) == [[0.5, 2.5, 3], [1, 0, 1], [0, 1, 0], [-1, 0, 7000]])
    #expect(table.targets == [1, 0, 0])
    #expect(table.weights == nil)
    #expect(table.notices == [])
    #expect(
      table.encoding.columns.map(\.content) == [
        .number(fill: 2), .categories(["Oslo", "Turin"], fill: "Oslo"), .number(fill: 2333),
      ])
  }

  @Test func weightsAreNotAFeature() throws {
    let table = try training("a,w,y\n1,0.5,1\n2,2,0\n", weights: "w")
    #expect(table.features.names == ["a"])
    #expect(table.weights == [0.5, 2])
  }

  @Test func columnsWithoutAHeaderAreNumbered() throws {
    let table = try TrainingTable(
      table("5,x,1\n6,y,0\n", header: false), target: TargetColumn(name: "3"))
    #expect(table.features.names == ["1", "2=x", "2=y"])
    #expect(table.target == TargetColumn(name: "3"))
  }

  @Test func aTargetGivenByNumberIsRememberedByName() throws {
    #expect(try training(mixed, target: TargetColumn(name: "3")).target.name == "y")
  }

  // Prediction

  @Test func predictionFindsColumnsByName() throws {
    let encoding = try training(mixed).encoding
    let features = try encoding.features(table("city,extra,b,a\nTurin,9,1,2\nOslo,9,3,4\n"))
    #expect(features.names == encoding.featureNames)
    #expect(values(features) == [[2, 4], [0, 1], [1, 0], [1, 3]])
    #expect(
      message { _ = try encoding.features(table("city,b\nOslo,1\n")) }
        == "T: there is no column \"a\"; the columns are \"city\", \"b\"")
  }

  @Test func categoriesThatTrainingDidNotSee() throws {
    let encoding = try training(mixed).encoding
    let text = "a,city,b\n1,Oslo,1\n1,Bergen,1\n1,Rome,1\n"
    #expect(
      message { _ = try encoding.features(table(text)) }
        == "row 2 (line 3), column \"city\": the label \"Bergen\" did not occur in "
        + "training; correct "
        + "it, or encode unseen labels as zeros"
    )
    #expect(
      values(try encoding.features(table(text), unseen: .zero))[1...2] == [[1, 0, 0], [0, 0, 0]])
  }

  @Test func labelsThatLookLikeNumbersAreReadAsText() throws {
    let trained = try Classifier(
      TrainingTable(
        table("zip,y\n01,1\n1,0\n02,0\n", text: ["zip"]), target: TargetColumn(name: "y")),
      settings: LogisticRegression())
    #expect(trained.encoding.featureNames == ["zip=01", "zip=1", "zip=02"])
    let path = try directory.write("zip\n1\n02\n", to: "p.csv")
    #expect(values(try trained.features(contentsOf: path)) == [[0, 0], [1, 0], [0, 1]])
    #expect(
      message { _ = try trained.encoding.features(CSVTable(contentsOf: path)) }
        == "column \"zip\": the model expects labels in this column, but it was read as numbers")
  }

  @Test func textWhereNumbersAreExpected() throws {
    let encoding = try training(mixed).encoding
    #expect(
      message { _ = try encoding.features(table("a,city,b\n1,Oslo,2\nbig,Oslo,3\n")) }
        == "row 2 (line 3), column \"a\": the model expects numbers in this column, "
        + "received \"big\""
    )
  }

  // Missing cells

  private let holes = "a,city,y\n1,Oslo,1\n,Turin,0\n4,,0\n7,Oslo,1\n"

  @Test func missingIsAnError() throws {
    #expect(
      message { _ = try training(holes) }
        == "T: row 2 (line 3), column \"a\": the cell is missing; fill missing cells with the "
        + "mean, or drop their rows"
    )
    let encoding = try training(mixed).encoding
    #expect(
      message { _ = try encoding.features(table("a,city,b\n1,Oslo,2\n1,,3\n")) }
        == "T: row 2 (line 3), column \"city\": \(missingFeature)")
  }

  @Test func missingIsFilled() throws {
    let table = try training(holes, missing: .mean)
    #expect(values(table.features) == [[1, 4, 4, 7], [1, 0, 1, 1], [0, 1, 0, 0]])
    #expect(
      table.notices == [
        "filled 1 missing cell of column \"a\"", "filled 1 missing cell of column \"city\"",
      ])
    // Prediction uses the fills of training.
    let features = try table.encoding.features(self.table("a,city\n,Turin\n100,\n"))
    #expect(values(features) == [[4, 100], [0, 1], [1, 0]])
  }

  @Test func fewFilledColumnsAreNamedAndManyAreCounted() throws {
    func notices(_ count: Int) throws -> [String] {
      let names = (1...count).map { "c\($0)" }
      func row(_ cell: (Int) -> String, _ target: Int) -> String {
        ((1...count).map(cell) + ["\(target)"]).joined(separator: ",") + "\n"
      }
      // The first column has two missing cells.
      let text =
        (names + ["y"]).joined(separator: ",") + "\n" + row({ $0 == 1 ? "" : "\($0)" }, 0)
        + row({ _ in "" }, 1)
        + row({ "\($0 * 2)" }, 1)
      return try training(text, missing: .mean).notices
    }
    #expect(
      try notices(5) == ["filled 2 missing cells of column \"c1\""]
        + (2...5).map { "filled 1 missing cell of column \"c\($0)\"" })
    let six = (1...6).map { "\"c\($0)\"" }.joined(separator: ", ")
    #expect(try notices(6) == ["filled 7 missing cells of 6 columns: \(six)"])
    let ten = (1...10).map { "\"c\($0)\"" }.joined(separator: ", ")
    #expect(try notices(50) == ["filled 51 missing cells of 50 columns: \(ten) and 40 more"])
  }

  @Test func missingRowsAreDropped() throws {
    let table = try training(holes, missing: .drop)
    #expect(values(table.features) == [[1, 7], [1, 1]])
    #expect(table.features.names == ["a", "city=Oslo"])
    #expect(table.targets == [1, 1])
    #expect(table.notices == ["dropped 2 of 4 rows because a cell was missing"])
    #expect(
      message { _ = try table.encoding.features(self.table("a,city\n,Oslo\n")) }
        == "T: row 1 (line 2), column \"a\": \(missingFeature)")
    #expect(
      message { _ = try training("a,y\n,1\n,0\n", missing: .drop) }
        == "every row has a missing cell, so no row is left")
  }

  /// A missing target or weight is an error, or drops the row.
  @Test func missingTargetOrWeight() throws {
    let text = "a,w,y\n1,1,1\n2,,0\n3,1,\n4,1,0\n"
    for policy in [FeatureEncoding.MissingPolicy.drop, .mean] {
      let table = try training(text, weights: "w", missing: policy)
      #expect(table.targets == [1, 0])
      #expect(table.weights == [1, 1])
    }
    #expect(
      message { _ = try training(text, weights: "w") }
        == "T: row 2 (line 3), column \"w\": the cell is missing; a target, a weight or a fold "
        + "cannot be filled; drop such rows"
    )
  }

  @Test func dropWithoutHolesDropsNothing() throws {
    let table = try training(mixed, missing: .drop)
    #expect(table.targets.count == 3)
    #expect(table.notices == [])
  }

  @Test func rowsOfWeightZeroDoNotAffectFills() throws {
    let rows = "1,a,1,0\n3,a,2,1\n,,1,0\n"
    let table = try training(
      "x,c,w,y\n900,b,0,1\n" + rows + "-5,b,0,0\n", weights: "w", missing: .mean)
    #expect(
      table.encoding.columns.map(\.content)
        == [.number(fill: 2), .categories(["a"], fill: "a")])
    let without = try training("x,c,w,y\n3,b,1,1\n" + rows, weights: "w", missing: .mean)
    #expect(without.encoding.columns[0].content == .number(fill: 7.0 / 3))
    let unused = try training("x,c,w,y\n1,a,0,1\n2,b,1,0\n3,b,1,1\n", weights: "w", missing: .mean)
    #expect(unused.encoding.columns[0].content == .number(fill: 2.5))
    #expect(unused.encoding.columns[1].content == .categories(["b"], fill: "b"))
  }

  /// A constant column that is filled with its mean is still constant.
  @Test func filledConstant() throws {
    let text =
      "c,a,y\n"
      + (0..<3000).map { "\($0 == 5 ? "" : "0.1"),\($0 * 7 % 11),\($0 % 3 == 0 ? 1 : 0)\n" }
      .joined()
    let model = try Classifier(training(text, missing: .mean), settings: LogisticRegression())
    #expect(model.model.constantFeatures == [0])
  }

  @Test func excludedColumnsAreNotFeatures() throws {
    let table = try TrainingTable(
      table("id,a,note,y\nx1,1,,1\nx2,2,n,0\n"), target: TargetColumn(name: "y"),
      excluding: ["id", "3"],
      missing: .drop)
    #expect(table.features.names == ["a"])
    // A missing cell in an excluded column does not drop the row.
    #expect(table.targets == [1, 0])
    #expect(
      message {
        _ = try TrainingTable(
          self.table("a,y\n1,1\n2,0\n"), target: TargetColumn(name: "y"), excluding: ["b"])
      } == "T: there is no column \"b\"; the columns are \"a\", \"y\"")
  }

  // Limits and mistakes

  /// Errors name the rows of the table, even if rows were dropped.
  @Test func rowsAreThoseOfTheTable() throws {
    let table = try training("a,b,y\n1,,1\n2,3,0\n3,inf,1\n4,5,1\n", missing: .drop)
    #expect(
      message { _ = try Classifier(table, settings: LogisticRegression()) }
        == "row 3 (line 4), column \"b\": features must be finite numbers below 1e145, received inf"
    )
    #expect(
      message { _ = try training("a,w,y\n1,2,1\n2,-3,0\n", weights: "w") }
        == "row 2 (line 3), column \"w\": weights must be finite and at least 0, received -3")
  }

  @Test func oneHundredCategories() throws {
    func text(_ count: Int) -> String {
      "c,y\n" + (0..<count).map { "label\($0),\($0 % 2)\n" }.joined()
    }
    #expect(try training(text(100)).features.columns.count == 100)
    #expect(
      message { _ = try training(text(101)) }
        == "column \"c\": it has 101 distinct labels (limit 100), because it was read as text: "
        + "row 1 (line 2) contains \"label0\"; group the rare labels, or exclude the column"
    )
  }

  /// A column is text only if a cell is neither a number nor missing by the rules of the table,
  /// even if Swift reads the cell as a number.
  @Test(arguments: ["0x1F", "1\u{0}", "abc", "1e", "infinit"])
  func theCellThatMadeAColumnText(cell: String) throws {
    let numbers = (0..<3000).map { row in
      row == 2000 ? cell : row == 2 ? "7" : "\(Double((row * 37 + 11) % 3001) / 1024 - 0.58823)"
    }
    let rows = numbers.enumerated().map { "\($1),1,\($0 % 2)\n" }
    let label = "\"\(cell.replacing("\u{0}", with: "\\0"))\""
    #expect(
      try #require(message { _ = try training("a,b,y\n" + rows.joined()) })
        .hasPrefix(
          "column \"a\": it has 3000 distinct labels (limit 100), because it was read as text: "
            + "row 2001 (line 2002) contains " + label
            + (cell == "1e" ? ", which looks like a number but is not read as one" : "")
            + "; group the rare labels"))
    #expect(
      message { _ = try training("a,b,y\n" + rows.joined(), weights: "a") }
        == "row 2001 (line 2002), column \"a\": weights must be numbers, received \(label)")
    let encoding = try training("a,y\n1,1\n2,0\n").encoding
    #expect(
      message { _ = try encoding.features(table("a,b,y\n" + rows.joined())) }
        == "row 2001 (line 2002), column \"a\": the model expects numbers in this column, "
        + "received \(label)"
    )
  }

  @Test func columnsWithTheSameName() throws {
    #expect(
      message { _ = try training("a,a,y\n1,2,1\n1,2,0\n") }
        == "columns 1 and 2 have the same name \"a\"; give them different names, or exclude one "
        + "by its number")
    #expect(
      message { _ = try training("a,y\n1,1\n2,0\n", weights: "y") }
        == "the column \"y\" cannot be both the target and the weights")
    #expect(
      message { _ = try training("y\n1\n0\n") }
        == "there are no features: the data need a column besides the target and weights")
    #expect(message { _ = try training("a,y\n") } == "there are no rows, or all have weight 0")
    #expect(
      message { _ = try training(mixed, target: TargetColumn(name: "z")) }
        == "T: there is no column \"z\"; the columns are \"a\", \"city\", \"y\", \"b\"")
    #expect(
      message { _ = try training("a,w,y\n1,heavy,1\n2,3,0\n", weights: "w") }
        == "row 1 (line 2), column \"w\": weights must be numbers, received \"heavy\"")
  }

  /// A message stays on one line, whatever a name or a label contains.
  @Test func messagesStayOnOneLine() throws {
    let encoding = try training("a,\"c\nd\",y\n1,p,1\n2,q,0\n").encoding
    let text = try #require(
      message { _ = try encoding.features(table("a,\"c\nd\"\n1,\"x\u{1B}[2J\ny\"\n")) })
    #expect(
      text
        == "row 1 (line 3), column \"c\\nd\": the label \"x\\u{1B}[2J\\ny\" did not occur "
        + "in training; "
        + "correct it, or encode unseen labels as zeros"
    )
  }
}
