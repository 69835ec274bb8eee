// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// The fits of a study share passes over the rows. Each ends where a fit of its own ends.
@Suite struct HeldOutLogitsTests {
  /// A table with hard targets, and its folds.
  private struct Study {
    var features: FeatureMatrix
    var targets: [Double]
    var weights: [Double]?
    var folds: StratifiedFolds
    var fitting = LogisticRegression()

    init(
      rows: Int, columns: Int, folds count: Int = 3, weighted: Bool = false, seed: UInt64
    ) throws {
      (features, targets) = TestData.problem(rows: rows, columns: columns, rate: 0.3, seed: seed)
      if weighted { weights = (0..<rows).map { Double($0 % 4) / 2 } }
      folds = try StratifiedFolds(targets: targets, weights: weights, count: count, seed: seed)
    }

    func heldOut(_ monitor: TrainingMonitor = TrainingMonitor()) throws -> HeldOutLogits {
      try HeldOutLogits(
        features, targets: targets, weights: weights, fitting: fitting, division: folds,
        monitor: monitor)
    }

    /// The same logits from one fit for each fold.
    func separately(_ setting: HeldOutLogits.Setting) throws -> [Double] {
      var result = [Double](repeating: .nan, count: targets.count)
      for fold in 0..<folds.count {
        var fitting = fitting
        (fitting.positiveWeight, fitting.l2) = (setting.positiveWeight, setting.l2)
        let model = try fitting.fit(
          features, targets: targets,
          weights: targets.indices.map { row in
            folds.assignment[row] == fold ? 0 : weights.map { $0[row] } ?? 1
          })
        let logits = try model.logits(features)
        for row in folds.rows(inFold: fold) { result[row] = logits[row] }
      }
      return result
    }

    /// The largest difference of logits, relative to the largest logit.
    func difference(_ settings: [HeldOutLogits.Setting]) throws -> Double {
      var heldOut = try heldOut()
      try heldOut.fit(settings)
      let logits = try settings.map { try heldOut($0) }
      #expect(logits.count == settings.count)
      return try zip(logits, settings).map {
        relativeDistance($0, try separately($1))
      }.max() ?? .nan
    }
  }

  private static let weights = [1e-12, 1e-3, 0.5, 1, 20, 1e6, 1e12]

  private func settings(_ weights: [Double], l2: [Double] = [1]) -> [HeldOutLogits.Setting] {
    l2.flatMap { l2 in weights.map { .init(positiveWeight: $0, l2: l2) } }
  }

  @Test(arguments: [(150, 3, 2, false), (300, 4, 5, true), (700, 2, 7, false), (400, 2, 9, true)])
  func manyModelsEndWhereEachEnds(
    rows: Int, columns: Int, folds: Int, weighted: Bool
  ) throws {
    let study = try Study(
      rows: rows, columns: columns, folds: folds, weighted: weighted, seed: UInt64(70 + columns))
    #expect(try study.difference(settings([0.1, 1, 7, 30], l2: [0, 0.5, 100])) < 1e-8)
  }

  @Test func extremeWeights() throws {
    let study = try Study(rows: 200, columns: 3, seed: 74)
    #expect(try study.difference(settings(Self.weights)) < 1e-7)
  }

  /// Columns that are constant everywhere, or only outside a fold; and one that a single row
  /// dominates, for which the standardisation of all rows would lose digits.
  @Test(arguments: [1, 1e4, 1e9])
  func unusualColumns(size: Double) throws {
    var study = try Study(rows: 200, columns: 2, seed: 75)
    let first = study.folds.rows(inFold: 0)
    var flag = [Double](repeating: 0, count: 200)
    for row in first.prefix(20) { flag[row] = 1 }
    var spike = (0..<200).map { study.features.columns[0][$0] * 1e-3 }
    spike[first[3]] = size
    study.features = try FeatureMatrix(
      columns: study.features.columns + [
        .numbers([Double](repeating: 0.1, count: 200)), .numbers(flag), .numbers(spike),
        .indicator(codes: flag.map { Int32($0) }, code: 1),
      ])
    #expect(try study.difference(settings([0.2, 1, 15], l2: [0.1, 1])) < 1e-8)
  }

  @Test func conjugateGradients() throws {
    let study = try Study(rows: 60, columns: 513, folds: 2, seed: 76)
    #expect(try study.difference(settings([1, 5])) < 1e-7)
  }

  /// A later call starts from the models of the earlier ones, and does not change them.
  @Test func repeatedCalls() throws {
    let study = try Study(rows: 250, columns: 3, seed: 77)
    var done: [TrainingMonitor.Progress] = []
    var heldOut = try study.heldOut(TrainingMonitor(progress: { done.append($0) }))
    try heldOut.fit(settings([1, 10]), further: 2)
    let before = try heldOut(settings([1])[0])
    try heldOut.fit(settings([1, 3, 10.5]))
    #expect(try heldOut(settings([1])[0]) == before)
    for setting in settings([3, 10.5]) {
      let logits = try heldOut(setting)
      #expect(relativeDistance(logits, try study.separately(setting)) < 1e-8)
    }
    #expect(done == (1...12).map { .fits(done: $0, total: 12) })
  }

  /// More than one chunk, with tiles of each fold.
  @Test func bitsDoNotDependOnTheThreads() throws {
    var study = try Study(rows: 6001, columns: 2, weighted: true, seed: 78)
    let logits = try [1, 2, 3, 8].map { threads in
      study.fitting.threads = threads
      var heldOut = try study.heldOut()
      try heldOut.fit(settings([0.5, 1, 20]))
      return try settings([0.5, 1, 20]).map { try heldOut($0) }
    }
    #expect(logits.allSatisfy { $0 == logits[0] })
  }

  @Test(arguments: InstructionSet.available)
  func instructionSetsAgree(_ instructionSet: InstructionSet) throws {
    var study = try Study(rows: 300, columns: 3, seed: 79)
    study.fitting.instructionSet = instructionSet
    var heldOut = try study.heldOut()
    let setting = settings([6])[0]
    try heldOut.fit([setting])
    let logits = try heldOut(setting)
    study.fitting.instructionSet = nil
    #expect(relativeDistance(logits, try study.separately(setting)) < 1e-9)
  }

  // Errors

  /// The first failure in the order of the folds and the weights is thrown, as the fit throws it.
  @Test func separableClasses() throws {
    var study = try Study(rows: 60, columns: 1, seed: 80)
    let column = FeatureMatrix.Column.numbers(study.targets.map { $0 * 2 + 1 })
    study.features = try FeatureMatrix(columns: study.features.columns + [column])
    var heldOut = try study.heldOut()
    #expect(throws: ClassificationError.separable(feature: nil)) {
      try heldOut.fit(settings([1, 5], l2: [0]))
    }
    #expect(try study.difference(settings([1, 5], l2: [1e-3])) < 1e-7)
  }

  /// A column that separates the classes except in one fold.
  @Test func separableOutsideOneFold() throws {
    var study = try Study(rows: 60, columns: 1, seed: 81)
    var flag = study.targets
    for row in study.folds.rows(inFold: 1) { flag[row] = 1 - flag[row] }
    study.features = try FeatureMatrix(columns: study.features.columns + [.numbers(flag)])
    var heldOut = try study.heldOut()
    #expect(throws: ClassificationError.separable(feature: nil)) {
      try heldOut.fit(settings([1], l2: [0]))
    }
  }

  @Test func errorsAreThoseOfTheFits() throws {
    var study = try Study(rows: 80, columns: 2, seed: 82)
    var heldOut = try study.heldOut()
    let overflow = classificationError { try heldOut.fit(settings([1, 1e308])) }
    #expect(overflow?.code == .invalidSetting)
    #expect(overflow == classificationError { _ = try study.separately(settings([1e308])[0]) })

    study.fitting.maximumIterations = 1
    var short = try study.heldOut()
    let error = classificationError { try short.fit(settings([1, 40])) }
    #expect(error?.code == .studyNotConverged)
    #expect(error?.certificate?.iterations == 1)
    #expect("\(try #require(error))".contains("weight 1 "))

    study.features = try FeatureMatrix(columns: [
      .numbers(study.targets.indices.map { study.folds.assignment[$0] == 2 ? Double($0) : 4 })
    ])
    #expect(throws: ClassificationError.onlyConstantFeatures) { try study.heldOut() }
    study.features = try FeatureMatrix(columns: [.numbers([.infinity] + study.targets.dropFirst())])
    #expect(classificationError { _ = try study.heldOut() }?.code == .invalidFeature)
  }

  @Test func cancelling() throws {
    let study = try Study(rows: 200, columns: 2, seed: 83)
    var isComplete = false
    for limit in 0..<100 where !isComplete {
      var asked = 0
      var heldOut = try study.heldOut(
        TrainingMonitor(isCancelled: {
          asked += 1
          return asked > limit
        }))
      do {
        try heldOut.fit(settings([0.5, 10]))
        isComplete = true
      } catch { #expect(error == .cancelled) }
    }
    #expect(isComplete)
  }
}
