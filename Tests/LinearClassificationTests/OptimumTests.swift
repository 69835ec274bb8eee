// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import WeightedCrossEntropy
import _TestSupport

/// A fit by scikit-learn.
struct ReferenceFit: Decodable, Sendable, CustomTestStringConvertible {
  var table: String
  var targets: String
  var weighted: Bool
  var positiveWeight: Double
  var l2: Double
  var coefficients: [Double]
  var intercept: Double

  var testDescription: String {
    "\(table), \(targets)\(weighted ? " with weights" : ""), q = \(positiveWeight), λ = \(l2)"
  }

  static let all: [ReferenceFit] = TestData.fixture("fits.json")

  /// Its features, targets and weights.
  var data: (features: FeatureMatrix, targets: [Double], weights: [Double]?) {
    if table == "digits" { return (TestData.digits.features, TestData.digits.targets, nil) }
    let synthetic = TestData.synthetic
    return (
      synthetic.features, targets == "soft" ? synthetic.soft : synthetic.target,
      weighted ? synthetic.weights : nil
    )
  }
}

/// Fits reach the optimum of the documented objective.
@Suite struct OptimumTests {
  @Test(arguments: ReferenceFit.all)
  func sameOptimumAsScikitLearn(_ reference: ReferenceFit) throws {
    let (features, targets, weights) = reference.data
    let model = try LogisticRegression(positiveWeight: reference.positiveWeight, l2: reference.l2)
      .fit(features, targets: targets, weights: weights)
    #expect(model.coefficients.count == reference.coefficients.count)
    for (column, (ours, theirs)) in zip(model.coefficients, reference.coefficients).enumerated() {
      #expect(abs(ours - theirs) <= 1e-5 * abs(theirs), "coefficient \(column): \(ours), \(theirs)")
    }
    #expect(abs(model.intercept - reference.intercept) <= 1e-5 * abs(reference.intercept))
    #expect(model.certificate.gradientNorm <= 1e-10)
    #expect(model.certificate.method == .newtonCholesky)
    let objective = NaiveObjective(
      features, targets: targets, weights: weights, positiveWeight: reference.positiveWeight,
      l2: reference.l2)
    // The norm agrees with the certificate up to the rounding of the sums.
    #expect(objective.gradientNorm(model.theta) <= model.certificate.tolerance + 1e-12)
    let value = objective.value(model.theta)
    #expect(abs(model.certificate.objective - value) <= 1e-11 * value)
  }

  /// Every instruction set and both methods of a Newton step give the same optimum.
  @Test(arguments: InstructionSet.available, [64, 513])
  func variantsAgree(_ instructionSet: InstructionSet, columns: Int) throws {
    let (features, targets) = TestData.problem(rows: 700, columns: columns, seed: 3)
    let model = try LogisticRegression(positiveWeight: 5, l2: 2, instructionSet: instructionSet)
      .fit(features, targets: targets)
    let objective = NaiveObjective(
      features, targets: targets, weights: nil, positiveWeight: 5, l2: 2)
    #expect(objective.gradientNorm(model.theta) <= model.certificate.tolerance + 1e-12)
    #expect(
      model.certificate.method == (columns == 64 ? .newtonCholesky : .newtonConjugateGradient))
  }

  @Test func noNeighbourIsBetter() throws {
    let (features, targets) = TestData.problem(rows: 200, columns: 3, seed: 4)
    let model = try LogisticRegression(positiveWeight: 3, l2: 0.5).fit(features, targets: targets)
    let objective = NaiveObjective(
      features, targets: targets, weights: nil, positiveWeight: 3, l2: 0.5)
    let best = objective.value(model.theta)
    for index in model.theta.indices {
      for step in [-1e-3, 1e-3] {
        var moved = model.theta
        moved[index] += step
        #expect(objective.value(moved) > best)
      }
    }
  }

  @Test func coefficientsInOriginalUnitsGiveTheSameLogits() throws {
    let (features, targets, _, weights) = TestData.synthetic
    let model = try LogisticRegression(positiveWeight: 10).fit(
      features, targets: targets, weights: weights)
    let logits = try model.logits(features)
    for row in 0..<features.rowCount {
      let logit = zip(model.originalCoefficients, features.columns)
        .reduce(model.originalIntercept) { $0 + $1.0 * $1.1[row] }
      // The feature "far" is 5,000 away from 0 and varies by 0.03: the sum loses about five digits.
      #expect(abs(logit - logits[row]) < 1e-8)
    }
  }

  @Test func unitsOfTheFeaturesDoNotMatter() throws {
    let (features, targets) = TestData.problem(rows: 300, columns: 4, seed: 5)
    let rescaled = try FeatureMatrix(
      columns: features.columns.enumerated().map { index, column in
        .numbers(
          (0..<300).map { column[$0] * [1e-9, 3, 1e6, -2][index] + [0, 1e3, -5, 0.1][index] })
      })
    let settings = LogisticRegression(positiveWeight: 4)
    let model = try settings.fit(features, targets: targets)
    let other = try settings.fit(rescaled, targets: targets)
    #expect(abs(model.certificate.objective - other.certificate.objective) < 1e-9)
    #expect(abs(model.coefficients[3] + other.coefficients[3]) < 1e-9)
  }
}
