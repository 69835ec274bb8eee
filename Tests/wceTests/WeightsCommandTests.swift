// SPDX-License-Identifier: Apache-2.0
import Testing

/// `wce weights`, and `wce loss` with its file.
@Suite struct WeightsCommandTests {
  let place: Workplace
  init() throws {
    place = try Workplace()
    try place.write(
      NPYFile("|u1", [4, 3], [0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0] as [UInt8]).bytes, to: "k.npy")
  }

  @Test func weightsOfAMatrix() throws {
    #expect(
      try place.tool.run("weights", "k.npy")
        == Outcome(
          output: """
            class  positives  negatives    weight
                1          1          3         3
                2          3          1  0.333333
                3          0          4         1

            """, errors: "wce: note: k.npy: the class 3 has no positive rows; its weight is 1\n"))
  }

  @Test func weightsOfColumns() throws {
    #expect(
      try place.tool.run(
        "weights", "t.csv:label", "z.npy", "--rule", "effective", "--beta", "0.5", "--cap", "1"
      )
      .status == 65)
    try place.write("a,b\n1,0\n0,0\n0,0\n0,1\n0,1\n", to: "ab.csv")
    #expect(
      try place.tool.run("weights", "ab.csv:a", "ab.csv:b", "--rule", "sqrt")
        == Outcome(
          output: """
            class  positives  negatives   weight
                a          1          4        2
                b          2          3  1.22474

            """))
    #expect(
      try place.tool.run("weights", "ab.csv:a", "--rule", "effective", "--beta", "0.5").output
        .hasSuffix("    a          1          4   1.875\n"))
    #expect(
      try place.tool.run("weights", "ab.csv:a", "--cap", "3").output.hasSuffix(
        "    a          1          4       3\n"))
  }

  @Test(arguments: ["w.json", "w.npy"]) func lossWithTheFile(_ file: String) throws {
    try place.write(NPYFile("<f8", [4, 3], [Double](repeating: 0, count: 12)).bytes, to: "l.npy")
    #expect(try place.tool.run("weights", "k.npy", "--output", file).status == 0)
    let run = try place.loss("l.npy k.npy --pos-weights \(file) --axis -1 --reduction sum")
    let list = try place.loss(
      "l.npy k.npy --pos-weights 3,0.3333333333333333,1 --axis -1 --reduction sum")
    #expect(run.status == 0 && run == list)
  }

  @Test func errors() throws {
    try place.write("{}", to: "bad.json")
    try place.write("a,b\n1,0\n0,7\n", to: "ab.csv")
    for (arguments, status, line) in [
      (
        ["weights", "x.npy"], 65,
        "x.npy: row 1, column \"3\": targets must lie in [0, 1], received -1.0; write classes -1 "
          + "and 1 as 0 and 1"
      ),
      (
        ["weights", "ab.csv:b"], 65,
        "ab.csv: row 2 (line 3), column \"b\": targets must lie in [0, 1], received 7.0"
      ),
      (["weights", "k.npy", "ab.csv:a"], 65, "ab.csv:a: expected 4 rows, as in k.npy, received 2"),
      (
        ["weights", "k.npy", "--cap", "0.5"], 64,
        "the cap must be finite and at least 1, received 0.5"
      ),
      (
        ["weights", "k.npy", "--rule", "effective", "--beta", "1"], 64,
        "β must be at least 0 and below 1, received 1.0"
      ),
      (
        ["loss", "x.npy", "z.npy", "--axis", "0", "--pos-weights", "bad.json"], 65,
        "bad.json: this is not a usable file of class weights: it lacks \"format\": "
          + "\"weighted-cross-entropy class weights\""
      ),
      (
        ["loss", "x.npy", "z.npy", "--axis", "0", "--pos-weights", "none.json"], 66,
        "none.json: no such file"
      ),
    ] as [([String], Int32, String)] {
      #expect(try place.tool.run(arguments) == .failure(status, line))
    }
    #expect(try place.tool.run("weights", "k.npy", "--beta", "0.5").status == 64)
  }

  @Test func probabilities() throws {
    try place.write(NPYFile("<f8", [4], [0.5, 0.5, 0, 1] as [Double]).bytes, to: "p.npy")
    try place.write(NPYFile("<f8", [4], [1, 0, 0, 1] as [Double]).bytes, to: "y.npy")
    try place.write(
      NPYFile("<f8", [4], [0, 0, -.infinity, .infinity] as [Double]).bytes,
      to: "l.npy")
    let run = try place.loss("p.npy y.npy --probabilities --pos-weight 3 --reduction none")
    #expect(run.status == 0)
    #expect(run == (try place.loss("l.npy y.npy --pos-weight 3 --reduction none")))
    // A table, and a note if the flag is missing.
    try place.write("p,y\n0.5,1\n0.1,0\n", to: "p.csv")
    let mean = try place.loss("p.csv:p p.csv:y --probabilities")
    #expect(mean.errors == "" && mean.output.hasPrefix("mean loss        0.399253"))
    #expect(
      try place.loss("p.csv:p p.csv:y").errors
        == "wce: note: p.csv:p: every logit lies in [0, 1]; if they are probabilities, "
        + "use --probabilities\n")
    #expect(
      try place.loss("x.npy z.npy --probabilities")
        == .failure(65, "x.npy: element 2: probabilities must lie in [0, 1], received -1.0"))
    #expect(
      try place.loss("t.csv:logit t.csv:label --probabilities")
        == .failure(
          65,
          "t.csv: row 3 (line 4), column \"logit\": probabilities must lie in [0, 1], received -1.0"
        ))
    // 0 and 1 alone are not taken for probabilities.
    #expect(try place.loss("y.npy y.npy").errors == "")
  }
}
