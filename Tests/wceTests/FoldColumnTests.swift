// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// `--fold COLUMN`.
@Suite struct FoldColumnTests {
  let place: Workplace
  /// The target and the fold of each row.
  private let rows: [(target: Double, fold: Int)]

  init() throws {
    place = try Workplace()
    var generator = SeededGenerator(seed: 31)
    let numbers = generator.uniform(300, in: -1.0...1.0)
    let targets = numbers.enumerated().map { $1 + Double($0 % 7) / 3 > 1.4 ? 1.0 : 0 }
    let folds = try StratifiedFolds(targets: targets, count: 3, seed: 4).assignment
    rows = Array(zip(targets, folds.map { Int($0) }))
    try place.write(
      "x,y,site,t,p\n"
        + rows.indices.map {
          "\(numbers[$0]),\($0 % 11),site \(folds[$0]),\(Int(targets[$0])),\($0 % 10)e-1\n"
        }.joined(), to: "d.csv")
    try place.write(NPYFile("<f8", [300, 1], numbers).bytes, to: "x.npy")
    try place.write(NPYFile("<f8", [300], targets).bytes, to: "t.npy")
    try place.write(NPYFile("<i8", [300], folds.map(Int64.init)).bytes, to: "f.npy")
    try place.write(NPYFile("<f8", [300], folds.map { Double($0) + 0.5 }).bytes, to: "half.npy")
  }

  private func run(_ arguments: String) throws -> Outcome {
    try place.tool.run(arguments.split(separator: " ").map(String.init))
  }

  /// The folds are those of a seed, so the numbers are, too.
  @Test func study() throws {
    let options = "tradeoff d.csv --target t --pos-weights 1,4 --recall-at-least 0.8 --l2 auto"
    let given = try run(options + " --fold site --json given.json --report r.html")
    #expect(given.errors == "" && given.status == 0)
    #expect(given.output.contains("Held-out rows of the 3 folds of the data, l2 "))
    #expect(given.output.contains(" --fold site --model model.json"))
    #expect(try place.text("r.html").contains("in the 3 folds of the data."))
    let chance = options + " --folds 3 --seed 4 --exclude site --json chance.json"
    #expect(try run(chance).status == 0)
    func study(_ name: String) throws -> TradeoffStudy {
      try JSONDecoder().decode(TradeoffStudy.self, from: Data(place.text(name).utf8))
    }
    #expect(try study("given.json").weightPath == study("chance.json").weightPath)
    #expect(try study("given.json").penaltySearch == study("chance.json").penaltySearch)
    #expect(try study("given.json").settings.foldNames == ["site 0", "site 1", "site 2"])
  }

  @Test func penaltyOfAFit() throws {
    let table = try run("fit d.csv --target t --fold site --l2 auto --model m.json")
    #expect(table.errors == "" && table.status == 0)
    #expect(try Classifier.read(place.directory.file("m.json")).encoding.columns.count == 3)
    let matrix = try run("fit x.npy --targets t.npy --fold f.npy --l2 auto --model m.json")
    #expect(matrix.errors == "" && matrix.status == 0)
    let failure = try run("fit x.npy --targets t.npy --fold half.npy --l2 auto --model m.json")
    #expect(failure.status == 65 && failure.errors.contains("half.npy: row 1: folds must be int"))
  }

  @Test func calibrationOfScores() throws {
    let options = "tradeoff d.csv --target t --scores p --calibrate platt --json"
    #expect(try run(options + " given.json --fold site").status == 0)
    #expect(try run(options + " chance.json --folds 3 --seed 4").status == 0)
    #expect(try run(options + " other.json --folds 3").status == 0)
    func calibration(_ name: String) throws -> ThresholdStudy.Calibration? {
      struct Item: Decodable { var study: ThresholdStudy }
      return try JSONDecoder().decode([Item].self, from: Data(place.text(name).utf8))[0].study
        .calibration
    }
    // The seed is that of the resamples, too, so only the calibration is the same.
    #expect(try calibration("given.json") == calibration("chance.json"))
    #expect(try calibration("given.json") != calibration("other.json"))
  }

  @Test func errors() throws {
    func failure(_ cells: [String], _ options: String = "") throws -> Outcome {
      try place.write(
        "x,f,t\n" + cells.enumerated().map { "\($0),\($1)\n" }.joined(), to: "e.csv")
      return try run("tradeoff e.csv --target t --pos-weights 1 --fold f " + options)
    }
    #expect(
      try failure(["1,0", "1,1", "2,0", "2,0"])
        == .failure(
          65,
          #"e.csv: row 3 (line 4), column "f": the fold "2", which begins here, has no positives; "#
            + "each fold needs both classes; merge folds, or divide the rows by chance"))
    #expect(
      try failure(["1,0", "1,1"])
        == .failure(
          65,
          #"e.csv: column "f": at least 2 folds are needed, received 1: every row is in fold "1"; "#
            + "use other folds, or divide the rows by chance"))
    #expect(
      try failure(["1,0", "0.5,1"])
        == .failure(
          65,
          #"e.csv: row 2 (line 3), column "f": folds must be integers or texts, received 0.5"#))
    #expect(
      try failure(["a,0", ",1"]).errors.hasPrefix(
        #"wce: e.csv: row 2 (line 3), column "f": the cell is missing; a target, a weight or a "#))
    let dropped = try failure(
      ["a,0", ",1", "a,1", "b,0", "b,1", "a,0", "b,1"], "--missing drop")
    #expect(dropped.status == 0 && dropped.errors.contains("dropped 1 of 7 rows"))
    for (option, message) in [
      ("--folds 4", "--folds is for folds by chance; --fold gives the folds."),
      ("--seed 4", "--seed is for folds by chance; --fold gives the folds."),
    ] {
      let outcome = try failure(["a,0", "b,1"], option)
      #expect(outcome.status == 64 && outcome.errors.contains(message))
    }
    let same = try run("tradeoff e.csv --target t --fold t")
    #expect(
      same == .failure(64, #"e.csv: the column "t" cannot be both the target and the folds"#),
      "\(same)")
    let scores = try run("tradeoff e.csv --target t --scores x --fold f")
    #expect(scores.status == 64 && scores.errors.contains("--fold needs --calibrate"))
    let example = try run("tradeoff --fold a")
    #expect(example.status == 64 && example.errors.contains("--fold needs a table"))
  }
}
