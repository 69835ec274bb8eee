// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// Every error of data, settings and fits, with its exact text. Errors of tables are in
/// `FeatureEncodingTests` and `TargetColumnTests`, those of model files in `ClassifierFileTests`.
@Suite struct ClassificationErrorTests {
  private let features: FeatureMatrix
  private let targets: [Double] = [0, 1, 0, 1, 0]

  init() throws {
    features = try FeatureMatrix(
      columns: [.numbers([1, 5, 2, 3, 4]), .numbers([0, 1, 1, 0, 5])], names: ["size", "age"])
  }

  private func message(_ body: () throws -> Void) -> String? {
    classificationError(body).map { "\($0)" }
  }

  private func fitting(
    _ columns: [[Double]]? = nil, targets: [Double]? = nil, weights: [Double]? = nil,
    with settings: LogisticRegression = LogisticRegression()
  ) -> String? {
    message {
      let features =
        try columns.map { try FeatureMatrix(columns: $0.map { .numbers($0) }) } ?? self.features
      _ = try settings.fit(features, targets: targets ?? self.targets, weights: weights)
    }
  }

  @Test func shapes() throws {
    #expect(
      message { _ = try FeatureMatrix(columns: []) }
        == "there are no features: the data need a column besides the target and weights")
    #expect(
      message { _ = try FeatureMatrix(rowMajor: [1.0].span, columnCount: 0) }
        == "there are no features: the data need a column besides the target and weights")
    #expect(
      message { _ = try FeatureMatrix(rowMajor: [1.0, 2, 3, 4, 5].span, columnCount: 2) }
        == "expected 6 elements of a matrix with 2 columns, received 5")
    #expect(
      message { _ = try FeatureMatrix(columns: [.numbers([1])], names: ["a", "b"]) }
        == "expected 1 names of features, received 2")
    #expect(
      message {
        _ = try FeatureMatrix(columns: [.numbers([1, 2]), .indicator(codes: [1], code: 1)])
      }
        == "expected 2 values of the feature \"2\", received 1")
    #expect(fitting(targets: [0, 1]) == "expected 5 targets, received 2")
    #expect(fitting(weights: [1, 1]) == "expected 5 weights, received 2")
    let model = try LogisticRegression().fit(features, targets: targets)
    #expect(
      message { _ = try model.logits(FeatureMatrix(columns: [.numbers([1])])) }
        == "expected 2 features, received 1")
    #expect(
      message { _ = try Evaluation(logits: [1], targets: [1, 0]) }
        == "expected 1 targets, received 2")
    #expect(
      message { _ = try Evaluation(logits: [1, 2], targets: [1, 0], weights: [1]) }
        == "expected 2 weights, received 1")
    #expect(
      message {
        _ = try TradeoffStudy(
          features, targets: [0, 1], settings: TradeoffStudy.Settings(positiveWeights: [1]))
      } == "expected 5 targets, received 2")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e145, -1e300])
  func features(_ bad: Double) throws {
    let text = "row 4, column \"2\": features must be finite numbers below 1e145, received \(bad)"
    #expect(fitting([[1, 5, 2, 3, 4], [1, 2, 3, bad, 5]]) == text)
    // In a row of weight 0 too.
    #expect(fitting([[1, 5, 2, 3, 4], [1, 2, 3, bad, 5]], weights: [1, 1, 1, 0, 1]) == text)
    let model = try LogisticRegression().fit(features, targets: targets)
    if !bad.isFinite {
      #expect(
        message {
          _ = try model.logits(
            FeatureMatrix(
              columns: [.numbers([1, 2]), .numbers([1, bad])], names: ["size", "age"]))
        } == "row 2, column \"age\": features must be finite numbers below 1e145, received \(bad)")
    }
  }

  @Test func targetsAndWeights() {
    #expect(
      fitting(targets: [0, 1, 0, 1.5, 0]) == "row 4: targets must lie in [0, 1], received 1.5")
    #expect(
      fitting(targets: [0, 1, 0, .nan, 0]) == "row 4: targets must lie in [0, 1], received nan")
    #expect(
      fitting(targets: [-1, 1, 0, 1, 0])
        == "row 1: targets must lie in [0, 1], received -1.0; write classes -1 and 1 as 0 and 1")
    #expect(
      fitting(weights: [1, -2, 1, 1, 1])
        == "row 2: weights must be finite and at least 0, received -2.0")
    #expect(
      fitting(weights: [1, 1, .infinity, 1, 1])
        == "row 3: weights must be finite and at least 0, received inf")
    #expect(
      fitting(weights: [.nan, 1, 1, 1, 1])
        == "row 1: weights must be finite and at least 0, received nan")
    #expect(
      message { _ = try Evaluation(logits: [1, 2], targets: [1, 0.5]) }
        == "row 2: targets must be 0 or 1, received 0.5")
    #expect(
      message { _ = try Evaluation(logits: [.nan, 2], targets: [1, 0]) }
        == "row 1: logits must be finite, received nan")
    #expect(
      message { _ = try Evaluation(logits: [1, 2], targets: [1, 0], weights: [1, -1]) }
        == "row 2: weights must be finite and at least 0, received -1.0")
  }

  @Test func classesAndFeaturesThatDoNotVary() {
    #expect(
      fitting(targets: [0, 0, 0, 0, 0])
        == "the target has no positives: every row is negative; both classes are needed")
    #expect(
      fitting(targets: [1, 1, 1, 1, 1])
        == "the target has no negatives: every row is positive; both classes are needed")
    #expect(
      fitting(weights: [1, 0, 1, 0, 1])
        == "the target has no positives: every row of weight above 0 is negative; both classes "
        + "are needed"
    )
    #expect(fitting(weights: [0, 0, 0, 0, 0]) == "there are no rows, or all have weight 0")
    #expect(fitting([[]], targets: []) == "there are no rows, or all have weight 0")
    #expect(
      message { _ = try Evaluation(logits: [], targets: []) }
        == "there are no rows, or all have weight 0")
    #expect(
      message { _ = try Evaluation(logits: [1], targets: [1], weights: [0]) }
        == "there are no rows, or all have weight 0")
    #expect(
      fitting([[2, 2, 2, 2, 2], [7, 7, 7, 7, 7]])
        == "every feature is constant; add a feature that varies")
    #expect(
      message { _ = try LogisticRegression.balancedPositiveWeight(targets: [0, 0]) }
        == "the target has no positives: every row is negative; both classes are needed")
    #expect(
      message {
        _ = try LogisticRegression.balancedPositiveWeight(targets: [0, 1, 0], weights: [1, 0, 2])
      }
        == "the target has no positives: every row of weight above 0 is negative; both classes "
        + "are needed"
    )
    #expect(
      message {
        _ = try StratifiedFolds(targets: [0, 1, 1], weights: [0, 1, 2], count: 2, seed: 0)
      }
        == "the target has no negatives: every row of weight above 0 is positive; both classes "
        + "are needed"
    )
    #expect(
      message { _ = try StratifiedFolds(targets: [1, 1, 0, 0, 0], count: 3, seed: 0) }
        == "cannot divide 2 positive rows among 3 folds; use more data, or at most 2 folds")
    #expect(
      message { _ = try StratifiedFolds(targets: [1, 0, 0, 0], count: 3, seed: 0) }
        == "cannot divide 1 positive row among 3 folds; each class needs at least 2 rows")
  }

  @Test func settings() {
    #expect(
      fitting(with: LogisticRegression(positiveWeight: 0))
        == "the positive weight must be finite and above 0, received 0.0")
    #expect(
      fitting(with: LogisticRegression(positiveWeight: .infinity))
        == "the positive weight must be finite and above 0, received inf")
    #expect(
      fitting(with: LogisticRegression(positiveWeight: 1e308))
        == "the sum of the rows' weights, with the positive weight 1e+308, must be finite, "
        + "received inf"
    )
    #expect(
      fitting(with: LogisticRegression(l2: -1))
        == "the l2 penalty must be finite and at least 0, received -1.0")
    #expect(
      fitting(with: LogisticRegression(l2: .nan))
        == "the l2 penalty must be finite and at least 0, received nan")
    #expect(
      fitting(with: LogisticRegression(tolerance: 0))
        == "the tolerance must be between 0 and 1, received 0.0"
    )
    #expect(
      fitting(with: LogisticRegression(maximumIterations: 0))
        == "the number of iterations must be at least 1, received 0")
    #expect(
      fitting(with: LogisticRegression(threads: 0))
        == "the number of threads must be at least 1, received 0")
    #expect(
      message { _ = try Evaluation(logits: [1], targets: [1], threshold: 1.5) }
        == "the threshold must be in [0, 1], received 1.5")
    #expect(
      message { _ = try StratifiedFolds(targets: [1, 0], count: 1, seed: 0) }
        == "the number of folds must be at least 2, received 1")
    #expect(
      message { _ = try TradeoffGoal.recall(atLeast: 95) }
        == "the minimum recall must be above 0 and at most 1, received 95.0; 95 % is 0.95")
    #expect(
      message { _ = try TradeoffGoal.precision(atLeast: 0) }
        == "the minimum precision must be above 0 and at most 1, received 0.0")
    #expect(
      message {
        _ = try TradeoffStudy(
          features, targets: targets, settings: TradeoffStudy.Settings(positiveWeights: []))
      } == "the number of weights must be at least 1, received 0")
    #expect(
      message {
        _ = try TradeoffStudy(
          features, targets: targets,
          settings: TradeoffStudy.Settings(positiveWeights: [1, -3], folds: 2))
      } == "the positive weight must be finite and above 0, received -3.0")
  }

  @Test func training() {
    #expect(
      fitting([[1, 5, 2, 6, 3]], with: LogisticRegression(l2: 0))
        == "the classes are perfectly separable, so without a penalty the coefficients diverge; "
        + "use an l2 penalty above 0")
    #expect(
      "\(ClassificationError.separable(feature: "a\nb"))"
        == "column \"a\\nb\": some rows of one class are perfectly separable by this feature, "
        + "alone or with others, so without a penalty its coefficient diverges; use an l2 penalty "
        + "above 0")
    var certificate = ConvergenceCertificate(
      method: .newtonCholesky, iterations: 7, passes: 9, gradientNorm: 0.25, tolerance: 1e-10,
      remainingStep: 1, remainingDecrease: 1, objective: 3)
    #expect(
      "\(ClassificationError.notConverged(certificate))"
        == "the fit did not converge: after 7 iterations the gradient norm is 0.25, above the "
        + "tolerance 1e-10; "
        + "allow more iterations, or use a larger l2 penalty")
    certificate.gradientNorm = 1e-12
    #expect(
      "\(ClassificationError.notConverged(certificate))"
        == "the fit did not converge: after 7 iterations the next step would still change a "
        + "coefficient by 1.0; "
        + "allow more iterations, or use a larger l2 penalty")
    #expect(
      "\(ClassificationError.studyNotConverged(positiveWeight: 1e300, certificate))"
        == "the fit with the positive weight 1e300 did not converge: after 7 iterations the next "
        + "step would still change a coefficient by 1.0; use other weights, or a larger l2 penalty")
    #expect("\(ClassificationError.cancelled)" == "cancelled")
    #expect(
      "\(ClassificationError.newerModel(version: 3, supported: 1))"
        == "the model has format version 3, but this software reads versions up to 1; use a "
        + "newer version of the software"
    )
    #expect(
      "\(ClassificationError.loss(LossError("logistic_loss", .emptyMean)))"
        == "logistic_loss: the mean of no elements is undefined")
  }

  /// Errors have codes and fields that callers can use.
  @Test func codesAndFields() throws {
    let feature = classificationError {
      _ = try LogisticRegression().fit(
        FeatureMatrix(columns: [.numbers([1, .nan, 3])], names: ["size"]), targets: [0, 1, 0])
    }
    #expect(feature?.code == .invalidFeature && feature?.row == 2 && feature?.column == "size")
    let folds = ClassificationError.tooFewForFolds(positive: true, count: 2, folds: 3)
    #expect(folds.code == .tooFewForFolds && folds.limit == 2)
    #expect(ClassificationError.newerModel(version: 3, supported: 1).limit == 1)
    #expect(ClassificationError.separable(feature: "a").column == "a")
    let loss = ClassificationError.loss(LossError("logistic_loss", .emptyMean))
    #expect(loss.code == .loss && loss.lossError != nil)
    #expect("\(ClassificationError.Code.oneClass)" == "oneClass")
    let text = Array("a,y\n1,1\n,0\n".utf8)
    let missing = classificationError {
      _ = try TrainingTable(CSVTable(text, name: "t.csv"), target: TargetColumn(name: "y"))
    }
    #expect(missing?.code == .missingTrainingFeature && missing?.path == "t.csv")
    #expect(missing?.row == 2 && missing?.column == "a")
  }

  /// An unsupported instruction set is an error before the fit.
  @Test(arguments: InstructionSet.allCases.filter { !$0.isAvailable })
  func unavailableInstructionSet(_ instructionSet: InstructionSet) throws {
    let text = try #require(fitting(with: LogisticRegression(instructionSet: instructionSet)))
    #expect(text.contains("the instruction set \(instructionSet.rawValue) is not available here"))
  }
}
