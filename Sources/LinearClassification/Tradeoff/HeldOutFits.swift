// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import _MatrixKernels

/// The fits of cross-validated models, without the rows. All fits of a batch share their passes.
/// Each starts from the model with the nearest setting so far, and those of the first batch from
/// one fit to all rows.
struct HeldOutFits: Sendable {
  /// What differs between the models of a study.
  struct Setting: Hashable, Sendable {
    /// q.
    var positiveWeight: Double
    /// λ.
    var l2: Double

    /// The distance for warm starts: in the logarithms of q and λ.
    fileprivate func distance(to other: Self) -> Double {
      abs((positiveWeight / other.positiveWeight).logarithm)
        + (l2 == other.l2 ? 0 : abs((l2 / other.l2).logarithm))
    }
  }

  /// Folds whose models are fitted to rows with one standardisation.
  struct Part: Sendable {
    let standardization: Standardization
    let folds: [Int]
    /// Nil if the rows have the standardisation of the only fold.
    fileprivate let changes: [CoordinateChange]?
    /// For each setting the points of the folds.
    fileprivate(set) var points: [Setting: [[Double]]] = [:]

    var columnCount: Int { standardization.active.count + 1 }

    /// The points of a setting for the rows of each fold; nil for the folds of other parts.
    func points(of setting: Setting, foldCount: Int) -> [[Double]?] {
      var all = [[Double]?](repeating: nil, count: foldCount)
      for (fold, point) in zip(folds, points[setting] ?? []) { all[fold] = point }
      return all
    }
  }

  /// Fits of one part.
  private struct Batch {
    let part: Int
    let settings: [Setting]
  }

  private(set) var parts: [Part] = []
  /// The number of complete fits.
  private(set) var doneCount = 0
  let foldCount: Int
  private let fitting: LogisticRegression
  private let names: [String]
  private let kernels: MatrixKernelTable
  private let allSums: ClassSums
  /// The sums of the rows that the models of each fold are fitted to.
  private let sums: [ClassSums]
  private var queue: [Batch] = []
  private var pilot: FitPlan?
  private var fits: FitPlan?
  /// The fits of the current batch at their start.
  private(set) var models: [FitPlan.Model] = []

  /// The bound on the elements of the Hessians that are in memory at a time.
  private static let largestMemory = 4 << 20

  /// - Parameters:
  ///   - fitting: The settings of each fit other than the positive weight and the penalty.
  ///   - standardizing: A complete one, with the folds.
  init(
    _ standardizing: StandardizationPlan, names: [String], fitting: LogisticRegression,
    kernels: MatrixKernelTable
  ) throws(ClassificationError) {
    self.fitting = fitting
    self.names = names
    self.kernels = kernels
    let ofFolds = standardizing.classes
    foldCount = ofFolds.count
    allSums = ofFolds.reduce(ClassSums(), +)
    sums = ofFolds.indices.map { fold in
      ofFolds.indices.reduce(ClassSums()) { $1 == fold ? $0 : $0 + ofFolds[$1] }
    }
    let all = standardizing.standardization()
    var shared: [(fold: Int, change: CoordinateChange)] = []
    for fold in 0..<foldCount {
      let standardization = standardizing.standardization(without: fold)
      guard !standardization.active.isEmpty else { throw .onlyConstantFeatures }
      if FitPlan.isPossible(columnCount: all.active.count + 1),
        let change = CoordinateChange(from: standardization, to: all)
      {
        shared.append((fold, change))
      } else {
        parts.append(Part(standardization: standardization, folds: [fold], changes: nil))
      }
    }
    if !shared.isEmpty {
      parts.append(
        Part(standardization: all, folds: shared.map(\.fold), changes: shared.map(\.change)))
    }
  }

  /// The settings whose models are fitted.
  var known: Set<Setting> { Set(parts[0].points.keys) }

  /// Adds fits of settings that have no models yet.
  mutating func add(_ settings: [Setting]) throws(ClassificationError) {
    let new = Set(settings).sorted {
      ($0.l2, $0.positiveWeight) < ($1.l2, $1.positiveWeight)
    }.filter { parts[0].points[$0] == nil }
    for (index, part) in parts.enumerated() {
      let columns = RowBlocks(rowCount: 0, columnCount: part.columnCount).tileColumns
      // Without Hessians the models are fitted one after the other.
      let batch =
        FitPlan.isPossible(columnCount: part.columnCount)
        ? max(1, Self.largestMemory / (columns * columns * part.folds.count)) : 1
      for first in stride(from: 0, to: new.count, by: batch) {
        queue.append(
          Batch(part: index, settings: Array(new[first..<min(first + batch, new.count)])))
      }
    }
    try begin()
  }

  /// The part whose rows are needed next; nil if all fits are complete.
  var part: Int? { queue.first?.part }

  /// The sums that are needed of that part; empty if its models are too large for Hessians.
  var requests: [SumRequest] { (pilot ?? fits)?.requests ?? [] }

  /// The number of complete fits, including those of the current batch.
  var progress: Int { doneCount + (fits?.models.count { $0.iteration.isDone } ?? 0) }

  /// Receives the sums of the requests.
  mutating func receive(_ answers: [[ObjectiveSums]]) throws(ClassificationError) {
    if pilot != nil {
      pilot?.receive(answers)
      try endPilot()
    } else {
      fits?.receive(answers)
      if let fits, fits.requests.isEmpty { try receive(fitted: fits.models) }
    }
  }

  /// Receives the models of the current batch, complete.
  mutating func receive(fitted models: [FitPlan.Model]) throws(ClassificationError) {
    for model in models {
      guard let error = model.failure else { continue }
      guard error.code == .notConverged, let certificate = error.certificate else { throw error }
      throw .studyNotConverged(positiveWeight: model.positiveWeight, certificate)
    }
    let batch = queue.removeFirst()
    for (offset, setting) in batch.settings.enumerated() {
      parts[batch.part].points[setting] = parts[batch.part].folds.indices.map {
        models[$0 * batch.settings.count + offset].point
      }
    }
    doneCount += models.count
    fits = nil
    try begin()
  }

  /// Begins the first batch.
  private mutating func begin() throws(ClassificationError) {
    guard let batch = queue.first else { return }
    let part = parts[batch.part]
    guard part.points.isEmpty, part.changes != nil else { return try beginFits(from: nil) }
    // A point near the optimum of all rows for q = 1, to start from.
    let model = try fitting.model(
      names: activeNames(part), sums: allSums, positiveWeight: 1, l2: batch.settings[0].l2,
      start: nil)
    pilot = FitPlan([model], kernels: kernels)
    try endPilot()
  }

  private mutating func endPilot() throws(ClassificationError) {
    guard let pilot else { return }
    let model = pilot.models[0]
    guard pilot.requests.isEmpty || model.iteration.certificate.remainingStep <= 0.1 else { return }
    self.pilot = nil
    try beginFits(from: model.failure == nil ? model.iteration.trial : nil)
  }

  private mutating func beginFits(from pilot: [Double]?) throws(ClassificationError) {
    let batch = queue[0]
    let part = parts[batch.part]
    models = []
    for (position, fold) in part.folds.enumerated() {
      for setting in batch.settings {
        var start = pilot
        var positiveWeight = 1.0
        if let nearest = nearest(to: setting, part) {
          start = part.points[nearest]?[position]
          positiveWeight = nearest.positiveWeight
        }
        // A weight moves the log odds of well-specified data by its logarithm.
        start?[part.columnCount - 1] += (setting.positiveWeight / positiveWeight).logarithm
        models.append(
          try fitting.model(
            names: activeNames(part), sums: sums[fold], positiveWeight: setting.positiveWeight,
            l2: setting.l2, start: start, heldOut: fold, change: part.changes?[position]))
      }
    }
    if FitPlan.isPossible(columnCount: part.columnCount) {
      fits = FitPlan(models, kernels: kernels)
    }
  }

  private func activeNames(_ part: Part) -> [String] {
    part.standardization.active.map { names[$0] }
  }

  private func nearest(to setting: Setting, _ part: Part) -> Setting? {
    part.points.keys.min {
      ($0.distance(to: setting), $0.positiveWeight, $0.l2)
        < ($1.distance(to: setting), $1.positiveWeight, $1.l2)
    }
  }
}
