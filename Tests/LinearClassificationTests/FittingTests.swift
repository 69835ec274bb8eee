// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TestSupport

/// The documented behaviour of a fit: data, settings and convergence.
@Suite struct FittingTests {
  private let synthetic = TestData.synthetic

  // Data

  @Test func weightIsRepetition() throws {
    let (features, targets) = TestData.problem(rows: 150, columns: 3, seed: 10)
    let weights = (0..<150).map { Double($0 % 3) + 1 }
    let repeated = (0..<150).flatMap { row in [Int](repeating: row, count: row % 3 + 1) }
    // Standardisation counts each row once, so the repetition's coefficients are compared in the
    // original units and without a penalty.
    let settings = LogisticRegression(positiveWeight: 3, l2: 0)
    let weighted = try settings.fit(features, targets: targets, weights: weights)
    let long = try settings.fit(features.rows(repeated), targets: repeated.map { targets[$0] })
    #expect(relativeDistance(weighted.originalCoefficients, long.originalCoefficients) < 1e-9)
    #expect(abs(weighted.originalIntercept - long.originalIntercept) < 1e-9)
  }

  @Test func softTargetIsTwoRows() throws {
    let (features, _, soft, _) = synthetic
    let settings = LogisticRegression(positiveWeight: 10)
    let model = try settings.fit(features, targets: soft)
    let rows = (0..<2 * soft.count).map { $0 % soft.count }
    let split = try settings.fit(
      features.rows(rows), targets: soft.map { _ in 1 } + soft.map { _ in 0 },
      weights: soft + soft.map { 1 - $0 })
    #expect(relativeDistance(model.theta, split.theta) < 1e-9)
  }

  @Test func rowsOfWeightZeroAreIgnored() throws {
    let (features, targets, _, weights) = synthetic
    let used = weights.indices.filter { weights[$0] > 0 }
    #expect(used.count < weights.count)
    var masked = targets
    for row in weights.indices where weights[row] == 0 { masked[row] = .nan }
    let settings = LogisticRegression(positiveWeight: 2)
    let model = try settings.fit(features, targets: masked, weights: weights)
    let without = try settings.fit(
      features.rows(used), targets: used.map { targets[$0] }, weights: used.map { weights[$0] })
    #expect(relativeDistance(model.theta, without.theta) < 1e-12)
    #expect(relativeDistance(model.standardization.means, without.standardization.means) < 1e-14)
  }

  @Test func constantColumnsAreDropped() throws {
    let model = try LogisticRegression().fit(synthetic.features, targets: synthetic.target)
    #expect(model.constantFeatures == [2])
    #expect(model.coefficients[2] == 0)
    #expect(model.originalCoefficients[2] == 0)
    #expect(model.standardization.deviations[2] == 0)
    #expect(model.standardization.means[2] == 0.1)
  }

  /// A plain sum would not give the exact mean of equal numbers.
  @Test(arguments: [0.1, -1e-300, 3e100, 1 / 3.0, 123456.789])
  func constantsOfAnyLengthAreRecognised(_ value: Double) throws {
    let rows = 20_000
    let (features, targets) = TestData.problem(rows: rows, columns: 1, seed: 11)
    let matrix = try FeatureMatrix(
      columns: features.columns + [.numbers([Double](repeating: value, count: rows))])
    let weights = (0..<rows).map { Double($0 % 7) }
    for weights in [nil, weights] {
      let model = try LogisticRegression().fit(matrix, targets: targets, weights: weights)
      #expect(model.constantFeatures == [1])
      #expect(model.standardization.means[1] == value)
    }
  }

  @Test func smallVariationFarFromZeroIsNotConstant() throws {
    let (features, targets) = TestData.problem(rows: 5000, columns: 1, seed: 12)
    let far = try FeatureMatrix(columns: [
      .numbers((0..<5000).map { 1e9 + features.columns[0][$0] })
    ])
    let model = try LogisticRegression().fit(far, targets: targets)
    let plain = try LogisticRegression().fit(features, targets: targets)
    #expect(model.constantFeatures.isEmpty)
    // The offset 1e9 leaves seven digits for the variation.
    #expect(abs(model.coefficients[0] - plain.coefficients[0]) < 1e-5)
  }

  @Test func indicatorsAreZerosAndOnes() throws {
    let (features, targets) = TestData.problem(rows: 600, columns: 2, seed: 13)
    let codes = (0..<600).map { Int32($0 * 7 % 5 % 3) }
    let indicators = try FeatureMatrix(
      columns: features.columns + [
        .indicator(codes: codes, code: 0), .indicator(codes: codes, code: 1),
      ])
    let numbers = try FeatureMatrix(
      columns: features.columns + [0, 1].map { code in .numbers(codes.map { $0 == code ? 1 : 0 }) })
    let weights = (0..<600).map { Double($0 % 4) }
    let settings = LogisticRegression(positiveWeight: 7)
    let model = try settings.fit(indicators, targets: targets, weights: weights)
    let other = try settings.fit(numbers, targets: targets, weights: weights)
    #expect(relativeDistance(model.theta, other.theta) < 1e-11)
    #expect(relativeDistance(try model.logits(indicators), try other.logits(numbers)) < 1e-11)
  }

  @Test func aMatrixFromRowMajorElementsIsTheSame() throws {
    let (features, targets) = TestData.problem(rows: 90, columns: 4, seed: 14)
    let elements = (0..<90).flatMap { row in features.columns.map { $0[row] } }
    let matrix = try FeatureMatrix(rowMajor: elements.span, columnCount: 4)
    #expect(matrix.rowCount == 90)
    #expect(matrix.names == ["1", "2", "3", "4"])
    let settings = LogisticRegression()
    #expect(
      try settings.fit(matrix, targets: targets) == settings.fit(features, targets: targets))
  }

  @Test func balancedWeight() throws {
    #expect(try LogisticRegression.balancedPositiveWeight(targets: [1, 0, 0, 0]) == 3)
    #expect(
      try LogisticRegression.balancedPositiveWeight(targets: [1, 0, 0], weights: [4, 1, 3]) == 1)
    #expect(try LogisticRegression.balancedPositiveWeight(targets: [0.25, 0.25]) == 3)
    #expect(
      try LogisticRegression.balancedPositiveWeight(targets: TestData.digits.targets) == 1623.0
        / 174)
  }

  /// At the optimum of a balanced fit the weighted mean probability is 1/2.
  @Test func balancedFitPredictsHalf() throws {
    let (features, targets) = TestData.problem(rows: 500, columns: 3, rate: 0.05, seed: 15)
    let q = try LogisticRegression.balancedPositiveWeight(targets: targets)
    let model = try LogisticRegression(positiveWeight: q).fit(features, targets: targets)
    let probabilities = LogisticModel.probabilities(try model.logits(features))
    let counts = targets.map { $0 == 1 ? q : 1 }
    let mean = zip(probabilities, counts).reduce(0) { $0 + $1.0 * $1.1 } / counts.reduce(0, +)
    #expect(abs(mean - 0.5) < 1e-9)
  }

  // Convergence

  /// More rows than one chunk, with a remainder in tiles and chunks.
  @Test(arguments: [3, 520])
  func bitsDoNotDependOnTheThreads(columns: Int) throws {
    let rows = columns == 3 ? 34_003 : 701
    let (features, targets) = TestData.problem(rows: rows, columns: columns, rate: 0.1, seed: 16)
    let weights = (0..<rows).map { Double($0 % 5) / 2 }
    let models = try [1, 2, 3, 8].map { threads in
      try LogisticRegression(positiveWeight: 10, threads: threads)
        .fit(features, targets: targets, weights: weights)
    }
    #expect(models.allSatisfy { $0 == models[0] })
    let logits = try [1, 2, 5].map { try models[0].logits(features, threads: $0) }
    #expect(logits.allSatisfy { $0 == logits[0] })
  }

  @Test func warmStartsEndAtTheSameOptimumSooner() throws {
    let (features, targets, _, _) = synthetic
    let cold = try LogisticRegression(positiveWeight: 12).fit(features, targets: targets)
    let near = try LogisticRegression(positiveWeight: 10).fit(features, targets: targets)
    let warm = try LogisticRegression(positiveWeight: 12).fit(
      features, targets: targets, startingFrom: near)
    #expect(relativeDistance(warm.theta, cold.theta) < 1e-9)
    #expect(warm.certificate.iterations < cold.certificate.iterations)
    let again = try LogisticRegression(positiveWeight: 12).fit(
      features, targets: targets, startingFrom: cold)
    #expect(again.certificate.iterations == 0)
    #expect(again.theta == cold.theta)
  }

  /// A gradient that is small relative to the sum of huge weights does not prove an optimum.
  @Test(arguments: [1e-12, 1e-6, 1e6, 1e12, 1e15])
  func extremeWeights(_ q: Double) throws {
    let (features, targets, _, _) = synthetic
    let settings = LogisticRegression(positiveWeight: q)
    let cold = try settings.fit(features, targets: targets)
    let far = try LogisticRegression(positiveWeight: 1).fit(features, targets: targets)
    let warm = try settings.fit(features, targets: targets, startingFrom: far)
    #expect(relativeDistance(cold.theta, warm.theta) < 1e-7)
    // The intercept has no penalty. Therefore the weighted sum of the predictions equals that of
    // the targets, for every weight.
    let expected = zip(LogisticModel.probabilities(try cold.logits(features)), targets)
      .reduce((negative: 0.0, positive: 0.0)) { sums, row in
        row.1 == 1 ? (sums.0, sums.1 + q * (1 - row.0)) : (sums.0 + row.0, sums.1)
      }
    if q <= 1e6 { #expect(abs(expected.negative / expected.positive - 1) < 1e-6) }
  }

  @Test func theCertificateIsOfTheModel() throws {
    let settings = LogisticRegression(positiveWeight: 578, tolerance: 1e-8)
    let certificate = try settings.fit(synthetic.features, targets: synthetic.target).certificate
    #expect(certificate.tolerance == 1e-8)
    #expect(certificate.gradientNorm <= 1e-8)
    #expect(certificate.remainingStep < 1e-8)
    #expect(certificate.remainingDecrease >= 0 && certificate.remainingDecrease < 1e-8)
    #expect((1...30).contains(certificate.iterations))
    #expect(certificate.passes > certificate.iterations)
  }

  @Test func monitorReceivesTheProgress() throws {
    var seen: [TrainingMonitor.Progress] = []
    let model = try LogisticRegression().fit(
      synthetic.features, targets: synthetic.target,
      monitor: TrainingMonitor(progress: { seen.append($0) }))
    let norms = seen.enumerated().map { index, progress in
      guard case .iteration(index, let norm, 1e-10) = progress else { return Double.nan }
      return norm
    }
    #expect(norms.count == model.certificate.iterations + 1)
    #expect(norms.last == model.certificate.gradientNorm)
  }

  @Test(arguments: [3, 520])
  func cancelling(columns: Int) throws {
    let (features, targets) = TestData.problem(rows: 300, columns: columns, seed: 17)
    var asked = 0
    let monitor = TrainingMonitor(isCancelled: {
      asked += 1
      return asked > 2
    })
    #expect(throws: ClassificationError.cancelled) {
      try LogisticRegression().fit(features, targets: targets, monitor: monitor)
    }
  }

  // No optimum

  @Test func separableWithoutPenalty() throws {
    let features = try FeatureMatrix(columns: [.numbers([1, 2, 3, 4]), .numbers([5, 1, 5, 2])])
    #expect(throws: ClassificationError.separable(feature: nil)) {
      try LogisticRegression(l2: 0).fit(features, targets: [0, 0, 1, 1])
    }
    // With a penalty or a soft target there is an optimum.
    #expect(
      try LogisticRegression(l2: 1e-6).fit(features, targets: [0, 0, 1, 1]).coefficients[0] > 5)
  }

  /// Above a threshold of the second feature all rows are positive, but below it there are both
  /// classes: only this coefficient diverges.
  @Test(arguments: [20, 1000, 30_000], [0.1, 1, 578])
  func partlySeparableWithoutPenalty(rows: Int, q: Double) throws {
    let (features, targets) = TestData.problem(rows: rows, columns: 1, rate: 0.4, seed: 18)
    var flag = [Double](repeating: 0, count: rows)
    flag[targets.firstIndex(of: 1)!] = 1
    let matrix = try FeatureMatrix(
      columns: features.columns + [.numbers(flag)], names: ["a", "flag"])
    #expect(throws: ClassificationError.separable(feature: "flag")) {
      try LogisticRegression(positiveWeight: q, l2: 0).fit(matrix, targets: targets)
    }
    #expect(throws: Never.self) {
      try LogisticRegression(positiveWeight: q, l2: 1e-3).fit(matrix, targets: targets)
    }
  }

  @Test func dependentFeaturesWithoutPenalty() throws {
    let (features, targets) = TestData.problem(rows: 200, columns: 2, seed: 19)
    let sum = FeatureMatrix.Column.numbers(
      (0..<200).map { features.columns[0][$0] - features.columns[1][$0] })
    let model = try LogisticRegression(l2: 0).fit(
      FeatureMatrix(columns: features.columns + [sum]), targets: targets)
    let plain = try LogisticRegression(l2: 0).fit(features, targets: targets)
    #expect(abs(model.certificate.objective - plain.certificate.objective) < 1e-9)
  }

  @Test func outOfIterations() throws {
    let error = classificationError {
      _ = try LogisticRegression(maximumIterations: 1).fit(
        synthetic.features, targets: synthetic.target)
    }
    #expect(error?.code == .notConverged)
    let certificate = try #require(error?.certificate)
    #expect(certificate.iterations == 1)
    #expect(certificate.gradientNorm > certificate.tolerance)
  }
}
