// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import LinearClassification

@Suite struct ScoreModelTests {
  static let models: [ScoreModel] = {
    let reference = ReferenceCalibration.all[1]
    let maps = ScoreCalibration.Method.allCases.map {
      try! ScoreCalibration(
        $0, logits: reference.logits, targets: reference.targets, weights: reference.weights)
    }
    return (maps + [nil]).flatMap { map in
      ScoreKind.allCases.map { ScoreModel(scoreKind: $0, calibration: map, threshold: 0.1) }
    }
  }()

  @Test(arguments: models) func filesReadBackTheSame(_ model: ScoreModel) throws {
    #expect(try ScoreModel(json: Array(model.json().utf8)) == model)
    let directory = try TemporaryDirectory()
    try model.write(to: directory.file("m.json"))
    #expect(try ScoreModel.read(directory.file("m.json")) == model)
  }

  @Test(arguments: models) func probabilities(_ model: ScoreModel) throws {
    let scores = [0.25, 0.5, 1]
    let logits = try model.scoreKind.logits(scores)
    let expected =
      model.calibration?.probabilities(logits)
      ?? (model.scoreKind == .probabilities ? scores : LogisticModel.probabilities(logits))
    #expect(try model.probabilities(scores) == expected)
    let error = #expect(throws: ClassificationError.self) {
      try model.probabilities([0.5, model.scoreKind == .probabilities ? 2 : .infinity])
    }
    #expect(error?.row == 2)
  }

  @Test func damagedFiles() throws {
    func problem(_ calibration: String, version: Int = 1) -> ClassificationError? {
      #expect(throws: ClassificationError.self) {
        try ScoreModel(
          json: Array(
            """
            {"format": "weighted-cross-entropy score model", "version": \(version), \
            "scores": "probabilities", "threshold": 0.5, "calibration": {\(calibration)}}
            """.utf8))
      }
    }
    func damaged(_ reason: String) -> ClassificationError {
      .damagedModel(reason, noun: "model of scores")
    }
    #expect(
      problem(#""method": "platt", "slope": 1"#)
        == damaged(#"calibration: the member "intercept" is missing"#))
    for (scores, probabilities) in [
      ("[]", "[]"), ("[1, 1]", "[0, 1]"), ("[1, 2]", "[1, 0]"), ("[1, 2]", "[0]"),
      ("[1, 2]", "[0, 1.5]"),
    ] {
      #expect(
        problem(
          #""method": "isotonic", "scores": \#(scores), "probabilities": \#(probabilities)"#)
          == damaged("the scores must ascend, and so must their probabilities in [0, 1]"))
    }
    #expect(
      problem("", version: 2) == .newerModel(version: 2, supported: 1, noun: "model of scores"))
    #expect(
      problem(#""method": "platt", "slope": 1, "slope": 2, "intercept": 1"#)
        == damaged(#"the key "slope" occurs twice in an object"#))
    let other = #expect(throws: ClassificationError.self) {
      try ScoreModel(json: Array("{}".utf8))
    }
    #expect(
      other == damaged(#"it lacks "format": "weighted-cross-entropy score model""#))
  }
}
