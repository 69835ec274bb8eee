// SPDX-License-Identifier: Apache-2.0

/// The held-out logits of cross-validated models: that of each row comes from the model that was
/// fitted without the row's fold.
///
/// Calls may be repeated. Each fit starts from the model with the nearest setting so far, which
/// takes about five passes over the rows. The rows of a fold have weight 0 in its fits, so they
/// affect neither the model nor the standardisation, and the features are not copied.
struct HeldOutLogits {
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

  private let rowCount: Int
  private let folds: [Fold]
  private let monitor: TrainingMonitor
  /// For each setting the models of the folds.
  private var models: [Setting: [LogisticModel]] = [:]

  private struct Fold {
    var problem: StandardizedProblem
    var rows: [Int]
  }

  /// - Parameters:
  ///   - fitting: The settings of each fit other than the positive weight and the penalty.
  ///   - monitor: Receives the number of complete fits, and may cancel.
  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, fitting: LogisticRegression,
    division: StratifiedFolds, monitor: TrainingMonitor
  ) throws(ClassificationError) {
    rowCount = targets.count
    self.monitor = monitor
    var folds: [Fold] = []
    for fold in 0..<division.count {
      // Weight 0 excludes rows without a copy of the matrix.
      let foldWeights = division.assignment.indices.map { row in
        division.assignment[row] == fold ? 0 : weights.map { $0[row] } ?? 1
      }
      folds.append(
        Fold(
          problem: try StandardizedProblem(
            features, targets: targets, weights: foldWeights, settings: fitting),
          rows: division.rows(inFold: fold)))
    }
    self.folds = folds
  }

  /// For each setting the held-out logit of every row.
  ///
  /// - Parameter further: The settings that later calls will need at most, for the progress.
  mutating func callAsFunction(
    _ settings: [Setting], further: Int = 0
  ) throws(ClassificationError) -> [Setting: [Double]] {
    let settings = Set(settings).sorted { ($0.l2, $0.positiveWeight) < ($1.l2, $1.positiveWeight) }
    let quiet = TrainingMonitor(isCancelled: monitor.isCancelled)
    let total = (models.count + settings.filter { models[$0] == nil }.count + further) * folds.count
    var done = models.count * folds.count
    var logits: [Setting: [Double]] = [:]
    for setting in settings {
      let nearest = models.keys.min {
        ($0.distance(to: setting), $0.positiveWeight, $0.l2)
          < ($1.distance(to: setting), $1.positiveWeight, $1.l2)
      }
      var fitted: [LogisticModel] = []
      var heldOut = [Double](repeating: 0, count: rowCount)
      for (index, fold) in folds.enumerated() {
        let model: LogisticModel
        if let known = models[setting] {
          model = known[index]
        } else {
          model = try Self.fit(
            fold.problem, setting, startingFrom: nearest.flatMap { models[$0]?[index] }, quiet)
          done += 1
          monitor.progress(.fits(done: done, total: total))
        }
        fitted.append(model)
        let all = fold.problem.logits(model)
        for row in fold.rows { heldOut[row] = all[row] }
      }
      models[setting] = fitted
      logits[setting] = heldOut
    }
    return logits
  }

  private static func fit(
    _ problem: StandardizedProblem, _ setting: Setting, startingFrom start: LogisticModel?,
    _ monitor: TrainingMonitor
  ) throws(ClassificationError) -> LogisticModel {
    do throws(ClassificationError) {
      return try problem.fit(
        positiveWeight: setting.positiveWeight, l2: setting.l2, startingFrom: start,
        monitor: monitor)
    } catch {
      guard error.code == .notConverged, let certificate = error.certificate else { throw error }
      throw .studyNotConverged(positiveWeight: setting.positiveWeight, certificate)
    }
  }
}
