// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

/// Rows of weight 0 take no part in anything, and are kept in outputs.
@Suite struct RowsOfWeightZeroTests {
  let place: ModelWorkplace
  private static let rows = (0..<40).map { "\($0 % 7),\(Double($0 % 9) / 9),1,\($0 % 2)\n" }

  init() throws {
    place = try ModelWorkplace([
      "t.csv": "x,p,w,y\noops,none,0,maybe\n" + Self.rows.joined() + "more,high,0,\n",
      "good.csv": "x,p,w,y\n" + Self.rows.joined(),
    ])
    _ = try place.succeed("fit t.csv --target y --weights w --exclude p --model m.json")
    _ = try place.succeed(
      "tradeoff good.csv --scores p --target y --calibrate platt --model s.json")
  }

  @Test(arguments: ["", " --scores p"]) func predictions(_ scores: String) throws {
    let model = scores.isEmpty ? "m.json" : "s.json"
    let known = try place.succeed("predict good.csv --model \(model)\(scores)").split(
      separator: "\n")
    #expect(
      try place.succeed("predict t.csv --model \(model) --weights w\(scores)").split(
        separator: "\n")
        == [known[0], ","] + known.dropFirst() + [","])
    let kept = try place.succeed(
      "predict t.csv --model \(model) --weights w --keep x,w\(scores)"
    ).split(separator: "\n")
    #expect(kept.count == 43 && kept[1] == "oops,0,," && kept[42] == "more,0,,")
    _ = try place.succeed("predict t.csv --model \(model) --weights w\(scores) --output a.npy")
    _ = try place.succeed("predict good.csv --model \(model)\(scores) --output b.npy")
    let (all, some) = try (place.directory.read("a.npy"), place.directory.read("b.npy"))
    #expect(all.count == some.count + 16)
    #expect(all.dropFirst(128 + 8).dropLast(8).elementsEqual(some.dropFirst(128)))
  }

  @Test func withoutWeightsEachCellCounts() throws {
    #expect(
      try place.run("predict t.csv --model m.json")
        == .failure(
          65,
          #"t.csv: row 1 (line 2), column "x": the model expects numbers in this column, "#
            + #"received "oops""#))
    #expect(
      try place.run("predict t.csv --model m.json --weights x")
        == .failure(
          65, #"t.csv: row 1 (line 2), column "x": weights must be numbers, received "oops""#))
    try place.writeArray([1, 2], shape: [2, 1], to: "x.npy")
    let matrix = try place.run("predict x.npy --model m.json --weights w")
    #expect(matrix.status == 64 && matrix.errors.hasPrefix("Error: --weights is for tables.\n"))
  }

  @Test func scores() throws {
    for command in [
      "evaluate @ --scores p --target y --json",
      "tradeoff @ --scores p --target y --recall-at-least 0.5 --json /dev/stdout",
    ] {
      func run(_ file: String) throws -> String {
        try place.succeed(command.replacing("@", with: file) + " --weights w")
      }
      #expect(try run("t.csv") == run("good.csv"))
    }
  }

  @Test func weightsThatOverflow() throws {
    let table = try place.text("good.csv").replacing(",1,", with: ",1e308,")
    _ = try place.directory.write(table, to: "large.csv")
    for command in [
      "evaluate large.csv --scores p --target y", "tradeoff large.csv --scores p --target y",
      "evaluate large.csv --model m.json", "tradeoff large.csv --target y --exclude p",
      "fit large.csv --target y --exclude p --model l.json",
    ] {
      #expect(
        try place.run(command + " --weights w")
          == .failure(
            65,
            "large.csv: the sum of the rows' weights exceeds the largest number; divide the "
              + "weights by their largest"))
    }
  }
}
