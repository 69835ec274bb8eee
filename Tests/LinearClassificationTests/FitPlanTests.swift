// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// A plan of fits, driven by sums over rows.
@Suite struct FitPlanTests {
  private let kernels = InstructionSet.baseline.matrixKernels

  private func pass(
    _ features: FeatureMatrix, _ targets: [Double], _ standardization: Standardization,
    folds: StratifiedFolds? = nil
  ) -> RowPass {
    RowPass(
      rows: StandardizedRows(features, standardization, folds: folds, kernels: kernels, threads: 1),
      targets: targets, weights: nil, instructionSet: .baseline)
  }

  /// The certificate of a model that shares rows with others is that of its own objective, with the
  /// standardisation of its own rows.
  @Test func certificates() throws {
    let (features, targets) = TestData.problem(rows: 400, columns: 3, seed: 91)
    let folds = try StratifiedFolds(targets: targets, count: 4, seed: 91)
    let rows = InMemoryRows(
      features: features, targets: targets, weights: nil, folds: folds, instructionSet: .baseline,
      threads: 1)
    var standardizing = StandardizationPlan(PlanSchema.Shape(features, foldCount: 4))
    while let content = standardizing.content { try standardizing.receive(rows.sums(content)) }
    let all = standardizing.standardization()
    let pass = pass(features, targets, all, folds: folds)
    var models: [FitPlan.Model] = []
    for fold in 0..<4 {
      let change = try #require(
        CoordinateChange(from: standardizing.standardization(without: fold), to: all))
      let others = targets.indices.filter { folds.assignment[$0] != fold }
      let sums = try ClassSums(targets: others.map { targets[$0] }, weights: nil)
      for weight in [1.0, 9] {
        models.append(
          try LogisticRegression().model(
            names: features.names, sums: sums, positiveWeight: weight, l2: 2, start: [0, 0, 0, 0],
            heldOut: fold, change: change))
      }
    }
    // Models that start at the same point share sums for each fold.
    var plan = FitPlan(models, kernels: kernels)
    #expect(plan.requests.count == 2)
    while !plan.requests.isEmpty {
      plan.receive(try pass.answers(plan.requests, isCancelled: { false }))
    }
    for model in plan.models {
      let others = targets.indices.filter { Int(folds.assignment[$0]) != model.heldOut }
      let objective = NaiveObjective(
        features.rows(others), targets: others.map { targets[$0] }, weights: nil,
        positiveWeight: model.positiveWeight, l2: 2)
      let certificate = model.iteration.certificate
      #expect(certificate.gradientNorm <= 1e-10 && certificate.remainingStep <= 1e-8)
      #expect(objective.gradientNorm(model.iteration.point) <= 1e-10 + 1e-13)
      let value = objective.value(model.iteration.point)
      #expect(abs(certificate.objective - value) <= 1e-11 * value)
    }
  }

  /// Gradients, Hessians and logits in both coordinates.
  @Test func changesOfCoordinates() throws {
    let all = Standardization(means: [1, -2, 7], deviations: [2, 0.5, 3])
    let part = Standardization(means: [1.5, -2, 6], deviations: [1, 0.25, 0])
    let change = try #require(CoordinateChange(from: part, to: all))
    #expect(!change.isInvertible)
    let point = [0.3, -4, 0, 2]
    let shared = change.point(fromPart: point)
    #expect(relativeDistance(change.point(toPart: shared), point) < 1e-15)
    let row = [3.0, -1, 100]
    func logit(_ standardization: Standardization, _ point: [Double]) -> Double {
      (0..<3).reduce(point[3]) {
        let deviation = standardization.deviations[$1]
        return deviation > 0
          ? $0 + point[$1] * (row[$1] - standardization.means[$1]) / deviation : $0
      }
    }
    #expect(abs(logit(part, point) - logit(all, shared)) < 1e-14)
    #expect(
      CoordinateChange(from: part, to: Standardization(means: [1, -2, 7], deviations: [40, 1, 1]))
        == nil)
    #expect(CoordinateChange(from: all, to: part) == nil)
  }

  /// A step is rejected if the objective does not fall, and then shortened.
  @Test func lineSearch() throws {
    var iteration = NewtonIteration(
      from: [0, 0], method: .newtonCholesky, l2: 1, tolerance: 1e-10, maximumIterations: 5,
      weightSum: 1, names: ["a"])
    func sums(_ value: Double) -> ObjectiveSums { ObjectiveSums(value: value, gradient: [1, 0]) }
    #expect(iteration.wantsHessian)
    #expect(try iteration.receive(sums(10)))
    try iteration.advance(along: [-0.2, 0], isExact: true)
    #expect(iteration.trial == [-0.2, 0])
    // A short step: the next gradient may do without a Hessian.
    #expect(!iteration.wantsHessian)
    #expect(try !iteration.receive(sums(11)))
    #expect(iteration.trial == [-0.1, 0])
    #expect(iteration.wantsHessian)
    #expect(try iteration.receive(sums(9)))
    // The steps of an old Hessian do not shrink, so a new one is needed.
    try iteration.advance(along: [-0.08, 0], isExact: false)
    #expect(iteration.wantsHessian)
    #expect(iteration.certificate.passes == 3 && iteration.certificate.iterations == 1)
    for value in 0..<4 {
      #expect(try iteration.receive(sums(8 - Double(value))))
      if value < 3 {
        try iteration.advance(along: [-1, 0], isExact: true)
        #expect(iteration.wantsHessian)
      }
    }
    #expect(throws: ClassificationError.self) {
      try iteration.advance(along: [-1, 0], isExact: true)
    }
  }
}
