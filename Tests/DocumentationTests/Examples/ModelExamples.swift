// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// The examples of the catalog of LinearClassification.
@Suite struct ModelExamples {
  private static let data = Documentation.root.appending(path: "Examples/digits.csv").path
  private static let directory = try? TemporaryDirectory()

  @Test func overview() throws {
    let data = Self.data
    // example
    let digits = try TrainingTable(contentsOf: data, target: TargetColumn(name: "is_eight"))
    let eights = try Classifier(digits, settings: LogisticRegression(positiveWeight: 9))
    let isEight = try eights.predictions(for: digits.features).isPositive(8)  // true
    // end
    try expectShown(isEight)
  }

  @Test func table() throws {
    let data = Self.data
    let newData = data
    let model = try #require(Self.directory).file("model.json")
    var printed: [String] = []
    func print(_ value: some Any) { printed.append("\(value)") }
    // example
    let table = try TrainingTable(contentsOf: data, target: TargetColumn(name: "is_eight"))
    let weight = try LogisticRegression.balancedPositiveWeight(targets: table.targets)
    let classifier = try Classifier(table, settings: LogisticRegression(positiveWeight: weight))
    for notice in table.notices + classifier.notices { print(notice) }
    // dropped 3 features that are constant: "pixel_0_0", "pixel_4_0", "pixel_4_7"
    // end
    // example
    let features = try classifier.features(contentsOf: newData)
    let predictions = try classifier.predictions(for: features)
    let labels = try classifier.labels(contentsOf: newData)
    let evaluation = try predictions.evaluation(of: labels)
    let recall = evaluation[.recall]
    let falseAlarms = evaluation.confusion.falsePositives
    // end
    // example
    let study = try TradeoffStudy(
      table,
      settings: TradeoffStudy.Settings(
        positiveWeights: [1, 10, 100], goal: .recall(atLeast: 0.9)))
    if let recommendation = study.recommendation, recommendation.verdict == .threshold {
      print(recommendation.threshold?.threshold ?? 0)  // 0.1207
    }
    // end
    // example
    try classifier.write(to: model)
    let same = try Classifier.read(model) == classifier  // true
    // end
    #expect(printed.count == 2)
    for text in printed { try expectShown(text) }
    try expectShown(same)
    #expect(recall == classifier.training.raw[.recall])
    #expect(falseAlarms == classifier.training.raw.confusion.falsePositives)
  }

  @Test func matrix() throws {
    var printed = ""
    func print(_ error: any Error) { printed = "\(error)" }
    // example
    let matrix = try FeatureMatrix(
      columns: [.numbers([0.5, 1.5, 2, 3.5, 1, 4]), .numbers([1, 0, 1, 1, 0, 0])],
      names: ["dose", "age"])
    let fit = try LogisticRegression(l2: 0.1).fit(matrix, targets: [0, 0.5, 1, 1, 0, 1])
    let probabilities = LogisticModel.probabilities(try fit.logits(matrix))
    // end
    #expect(probabilities.count == 6 && probabilities[0] < 0.5 && probabilities[5] > 0.5)
    // example
    do {
      _ = try LogisticRegression(positiveWeight: 0).fit(matrix, targets: [0, 0, 1, 1, 0, 1])
    } catch {
      if error.code == .invalidSetting { print(error) }
      // the positive weight must be finite and above 0, received 0.0
    }
    // end
    try expectShown(printed)
  }
}
