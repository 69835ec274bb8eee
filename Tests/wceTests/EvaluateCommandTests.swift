// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@Suite struct EvaluateCommandTests {
  /// Fitting, predicting and evaluating agree with each other on real data.
  @Test func roundTrip() throws {
    let place = try ModelWorkplace()
    let digits = ModelWorkplace.example("digits.csv")
    _ = try place.succeed("fit \(digits) --target is_eight --pos-weight balanced --model m.json")
    #expect(
      try place.succeed("evaluate --model m.json \(digits)") == """
        rows               1797, 174 of them positive
        positive weight    9.327586206896552
        probabilities      calibrated
        threshold          0.09682804674457429

                           predicted positive  predicted negative
        positive                          171                   3
        negative                           90                1533

        precision          0.655172
        recall             0.982759
        specificity        0.944547
        F1                 0.786207
        balanced accuracy  0.963653
        MCC                0.778289
        ROC AUC            0.991516
        average precision  0.926936
        log loss           0.07275
        Brier score        0.0232818
        calibration error  0.0125497

        """)

    let training = try place.json("m.json")["training"]
    let predictions = try place.columns(
      ofTable: place.succeed("predict --model m.json \(digits) --raw"))
    let truth = try #require(
      try place.columns(ofTable: String(contentsOfFile: digits, encoding: .utf8)).last)
    let raw = try JSON(place.succeed("evaluate --model m.json \(digits) --raw --json"))
    for (name, prediction, target) in [
      ("truePositives", 1.0, 1.0), ("falsePositives", 1, 0), ("trueNegatives", 0, 0),
      ("falseNegatives", 0, 1),
    ] {
      let count = truth.indices.count { predictions[1][$0] == prediction && truth[$0] == target }
      #expect(raw["confusion"][name].number == Double(count))
    }
    let brier = zip(predictions[0], truth).reduce(0) { $0 + pow($1.0 - $1.1, 2) } / 1797
    #expect(abs(try #require(raw["metrics"]["brierScore"].number) - brier) < 1e-14)
    // The model file has the metrics of the training rows.
    #expect(
      raw["metrics"].value as! NSDictionary == training["raw"]["metrics"].value as! NSDictionary)
    #expect(raw["rowCount"].number == 1797)
    #expect(raw["positiveCount"].number == 174)
    #expect(raw["probabilities"].string == "raw")
    #expect(raw["threshold"].number == 0.5)
    // Calibration improves the probabilities and changes no decision.
    let calibrated = try JSON(place.succeed("evaluate --model m.json \(digits) --json"))
    #expect(
      calibrated["confusion"].value as! NSDictionary == raw["confusion"].value as! NSDictionary)
    for metric in ["logLoss", "brierScore", "calibrationError"] {
      let values = try (
        #require(calibrated["metrics"][metric].number), #require(raw["metrics"][metric].number)
      )
      #expect(values.0 < values.1)
    }
  }

  private func patientsPlace(_ files: [String: String] = [:]) throws -> ModelWorkplace {
    let place = try ModelWorkplace(files.merging(["a.csv": patients]) { $1 })
    _ = try place.succeed("fit a.csv --target ill --positive yes --model m.json")
    return place
  }

  @Test func undefinedMetrics() throws {
    let place = try patientsPlace(["well.csv": "age,city,ill\n20,Oslo,no\n30,Turin,no\n"])
    let outcome = try place.run("evaluate --model m.json well.csv")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "wce: note: well.csv: no row is positive\n")
    #expect(
      outcome.output.contains(
        """
        precision          undefined
        recall             undefined
        specificity        1
        F1                 undefined
        balanced accuracy  undefined
        MCC                undefined
        ROC AUC            undefined
        average precision  undefined
        log loss           0.
        """))
    let metrics = try JSON(place.run("evaluate --model m.json well.csv --json").output)["metrics"]
    #expect(metrics["recall"].isNull && metrics["rocAUC"].isNull)
    #expect(metrics["specificity"].number == 1)
  }

  @Test func thresholds() throws {
    let place = try patientsPlace()
    for (threshold, cells) in [("0", ["3", "0", "3", "0"]), ("1", ["0", "3", "0", "3"])] {
      let output = try place.succeed("evaluate --model m.json a.csv --threshold \(threshold)")
      let words = output.split(separator: "\n").filter {
        $0.hasPrefix("positive  ") || $0.hasPrefix("negative")
      }
      .flatMap { $0.split(separator: " ").dropFirst().map(String.init) }
      #expect(words == cells)
    }
  }

  @Test func otherTargets() throws {
    let place = try patientsPlace([
      "new.csv": "age,city,sick,w\n20,Oslo,0,1\n30,Turin,1,2\n60,Oslo,1,0.5\n70,Turin,2,0\n",
      "labels.csv": "age,city,ill\n20,Oslo,YES\n30,Turin,no\n",
    ])
    #expect(
      try place.run("evaluate --model m.json new.csv")
        == .failure(
          65, #"new.csv: there is no column "ill"; the columns are "age", "city", "sick", "w""#))
    #expect(
      try place.run("evaluate --model m.json new.csv --target sick")
        == .failure(
          65,
          #"new.csv: row 4 (line 5), column "sick": the target must be 0 or 1, received 2; if "#
            + #"another value is positive, name it (--positive LABEL)"#
        ))
    let weighted = try JSON(
      place.succeed(
        "evaluate --model m.json new.csv --target sick --positive 1 --weights w --threshold "
          + "0.7 --json"
      ))
    #expect(weighted["confusion"]["truePositives"].number == 0.5)
    #expect(weighted["rowCount"].number == 3 && weighted["positiveCount"].number == 2)
    #expect(weighted["confusion"]["falseNegatives"].number == 2)
    #expect(weighted["confusion"]["trueNegatives"].number == 1)
    let labels = try place.succeed("evaluate --model m.json labels.csv --positive YES")
    #expect(labels.hasPrefix("rows               2, 1 of them positive\n"))
  }

  @Test func errors() throws {
    let place = try patientsPlace([
      "hole.csv": "age,city,ill\n20,Oslo,no\n30,Turin,\n",
      "numbers.csv": "age,city,ill\n20,Oslo,1\n",
      "minus.csv": "age,city,ill,w\n20,Oslo,no,-1\n",
    ])
    for (options, status, message) in [
      (
        "hole.csv", 65,
        #"hole.csv: row 2 (line 3), column "ill": the cell is missing; a row without its "#
          + #"target or weight cannot be evaluated; give it a value, or remove the row"#
      ),
      (
        "numbers.csv", 65,
        #"numbers.csv: column "ill": no row has the positive label "yes"; the labels are "1""#
      ),
      (
        "minus.csv --weights w", 65,
        #"minus.csv: row 1 (line 2), column "w": weights must be finite and at least 0, "#
          + #"received -1"#
      ),
      (
        "a.csv --weights ill", 64,
        #"a.csv: the column "ill" cannot be both the target and the weights"#
      ),
      ("a.csv --threshold -0.1", 64, "the threshold must be in [0, 1], received -0.1"),
      ("b.csv", 66, "b.csv: no such file"),
    ] as [(String, Int32, String)] {
      #expect(try place.run("evaluate --model m.json \(options)") == .failure(status, message))
    }
    for (options, message) in [
      ("x.npy", "A matrix needs --targets FILE."),
      (
        "x.npy --targets z.npy --target z",
        "--target is for tables; the targets of a matrix come from --targets FILE."
      ),
      ("a.csv --targets z.npy", "--targets is for a matrix; for a table use --target COLUMN."),
    ] {
      let outcome = try place.run("evaluate --model m.json \(options)")
      #expect(outcome.status == 64)
      #expect(outcome.errors.hasPrefix("Error: \(message)\n"))
    }
  }

  @Test func matrices() throws {
    let place = try ModelWorkplace()
    try place.writeArray([1, 5, 2, 3, 3, 9, 4, 1], shape: [4, 2], to: "x.npy")
    try place.writeArray([0, 1, 0, 1], shape: [4], to: "z.npy")
    try place.writeArray([0, 1, 0, 7], shape: [4], to: "seven.npy")
    try place.writeArray([0, 1, 0], shape: [3], to: "short.npy")
    try place.writeArray([1, 1, 0, 3], shape: [4], to: "w.npy")
    _ = try place.succeed("fit x.npy --targets z.npy --model m.json")
    let report = try JSON(
      place.succeed("evaluate --model m.json x.npy --targets z.npy --weights w.npy --json"))
    #expect(report["confusion"]["truePositives"].number == 4)
    #expect(report["rowCount"].number == 3 && report["positiveCount"].number == 2)
    #expect(report["confusion"]["trueNegatives"].number == 1)
    #expect(
      try place.run("evaluate --model m.json x.npy --targets seven.npy")
        == .failure(65, "seven.npy: row 4: targets must be 0 or 1, received 7.0"))
    #expect(
      try place.run("evaluate --model m.json x.npy --targets short.npy")
        == .failure(
          65,
          "short.npy: expected targets of shape [4], one for each row of the matrix, "
            + "received shape [3]"
        ))
  }
}
