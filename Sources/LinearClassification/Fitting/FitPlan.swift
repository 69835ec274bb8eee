// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels

/// The fits of any number of models to the same rows, without the rows: a value that states which
/// sums it needs next, and receives them (*reverse communication*).
///
/// The rows may be anywhere, as long as the sums of each request are of all its rows. One pass over
/// them serves all models.
struct FitPlan: Sendable {
  /// Whether the Hessian is computed and factorised. A pass over n rows takes n p² operations for p
  /// coefficients, and the factorisation p³/3.
  static func isPossible(columnCount: Int) -> Bool { columnCount <= 512 }

  /// One of the fits.
  struct Model: Sendable {
    let positiveWeight: Double
    /// The fold whose rows are held out; nil for all rows.
    let heldOut: Int?
    /// The standardisation of the fit's rows, if it differs from that of all rows.
    let change: CoordinateChange?
    /// The point for all rows that the fit starts from.
    let start: [Double]
    var iteration: NewtonIteration
    fileprivate var factor: CholeskyFactor?
    var failure: ClassificationError?

    /// - Parameter iteration: It starts from any point; the plan replaces it by `start`.
    init(
      positiveWeight: Double, heldOut: Int? = nil, change: CoordinateChange? = nil,
      start: [Double], iteration: (_ start: [Double]) -> NewtonIteration
    ) {
      self.positiveWeight = positiveWeight
      self.heldOut = heldOut
      self.change = change
      self.start = start
      self.iteration = iteration(change?.point(toPart: start) ?? start)
    }

    fileprivate var isActive: Bool { !iteration.isDone && failure == nil }

    /// The coefficients for all rows.
    var point: [Double] { change?.point(fromPart: iteration.point) ?? iteration.point }
  }

  private(set) var models: [Model]
  /// What is needed next; empty if all fits have ended.
  private(set) var requests: [SumRequest] = []
  /// The models that each request is for.
  private var receivers: [[Int]] = []
  private let kernels: MatrixKernelTable

  init(_ models: [Model], kernels: MatrixKernelTable) {
    self.models = models
    self.kernels = kernels
    // Models that hold out different folds share their first point, so the sums of each fold serve
    // all of them.
    var shared: [Double: [Int]] = [:]
    for (index, model) in models.enumerated() where model.change?.isInvertible == true {
      shared[model.positiveWeight, default: []].append(index)
    }
    for index in models.indices {
      let group = (shared[models[index].positiveWeight] ?? []).filter {
        models[$0].start == models[index].start
      }
      if group.count < 2 || !group.contains(index) {
        request(for: index)
      } else if group[0] == index {
        append(index, point: models[index].start, rows: .eachFold, receivers: group)
      }
    }
  }

  /// Receives the sums of each request: one, or one for each fold.
  mutating func receive(_ answers: [[ObjectiveSums]]) {
    for (parts, indices) in zip(answers, receivers) {
      for index in indices {
        let own =
          parts.count == 1
          ? parts : parts.indices.filter { $0 != models[index].heldOut }.map { parts[$0] }
        do throws(ClassificationError) {
          try models[index].receive(own.dropFirst().reduce(own[0], +), kernels: kernels)
        } catch {
          models[index].failure = error
        }
      }
    }
    (requests, receivers) = ([], [])
    // The first failure counts, so later models need not continue.
    let end = models.firstIndex { $0.failure != nil } ?? models.count
    for index in 0..<end where models[index].isActive { request(for: index) }
  }

  private mutating func request(for index: Int) {
    let model = models[index]
    append(
      index, point: model.change?.point(fromPart: model.iteration.trial) ?? model.iteration.trial,
      rows: model.heldOut.map { .allExcept(fold: $0) } ?? .all, receivers: [index])
  }

  private mutating func append(
    _ index: Int, point: [Double], rows: SumRequest.Rows, receivers indices: [Int]
  ) {
    requests.append(
      SumRequest(
        positiveWeight: models[index].positiveWeight, point: point, rows: rows,
        wantsHessian: models[index].iteration.wantsHessian,
        wantsMargins: models[index].iteration.l2 == 0))
    receivers.append(indices)
  }
}

extension FitPlan.Model {
  fileprivate mutating func receive(
    _ sums: ObjectiveSums, kernels: MatrixKernelTable
  ) throws(ClassificationError) {
    var sums = change?.sums(toPart: sums) ?? sums
    sums.addPenalty(iteration.l2, at: iteration.trial)
    guard try iteration.receive(sums) else { return }
    let isExact = !sums.hessian.isEmpty
    if isExact { factor = CholeskyFactor(sums, kernels: kernels) }
    guard let factor else { return }
    try iteration.advance(along: factor.step(sums.gradient), isExact: isExact)
    if iteration.isDone { self.factor = nil }
  }
}
