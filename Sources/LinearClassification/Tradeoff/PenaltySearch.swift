// SPDX-License-Identifier: Apache-2.0
/// The choice of the penalty λ with the least held-out log loss.
///
/// The loss is that of unweighted models on the rows of the folds that each was fitted without. The
/// search tries a penalty for each decade from 10⁻³ to 10⁵, and then four in equal ratios between
/// the neighbours of the best. If the best is 10⁻³ or 10⁵, the last of these are 2.15 · 10⁻⁴ or
/// 4.64 · 10⁵.
public struct PenaltySearch: Codable, Hashable, Sendable {
  /// A penalty that was tried.
  public struct Point: Codable, Hashable, Sendable {
    /// λ.
    public let l2: Double
    /// The log loss of all held-out rows together.
    public let logLoss: Double
  }

  /// The penalties that were tried, in ascending order.
  public let path: [Point]
  /// The penalty with the least log loss; of equals the largest.
  public let l2: Double

  /// Whether the best penalty is the first or the last one, so that others may be better.
  public var isAtAnEnd: Bool { l2 == path.first?.l2 || l2 == path.last?.l2 }

  static let decades = (-3...5).map { Double($0).powerOfTen }
  /// The number of settings that a search fits.
  static let count = decades.count + 4

  /// Chooses a penalty for a table, in its folds if it has a column of them.
  ///
  /// - Throws: ``ClassificationError``, as the search for a matrix, with the row numbers of the
  ///   table.
  public init(
    _ table: TrainingTable, folds: Int = 5, seed: UInt64 = 0, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        table.features, targets: table.targets, weights: table.weights, folds: folds, seed: seed,
        givenFolds: table.folds, threads: threads, monitor: monitor)
    } catch { throw table.located(error) }
  }

  /// Chooses a penalty for a matrix.
  ///
  /// - Parameters:
  ///   - features: n rows.
  ///   - targets: n numbers, 0 or 1.
  ///   - weights: n numbers, finite and at least 0; by default 1 each.
  ///   - folds: The number of folds.
  ///   - seed: The seed of the division into folds; the division is that of a ``TradeoffStudy``.
  ///   - givenFolds: The fold of each row, if they are given; then `folds` and `seed` do not count.
  ///   - threads: The maximum number of threads; nil means all processors.
  ///   - monitor: Receives the number of complete fits, and may cancel the search.
  /// - Throws: ``ClassificationError``, as a study.
  public init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]? = nil, folds: Int = 5,
    seed: UInt64 = 0, givenFolds: Folds? = nil, threads: Int? = nil,
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    let division = try StratifiedFolds(
      checking: features, givenFolds, targets: targets, weights: weights, count: folds, seed: seed)
    var heldOut = try HeldOutLogits(
      features, targets: targets, weights: weights, fitting: LogisticRegression(threads: threads),
      division: division, monitor: monitor)
    try self.init(&heldOut, targets: targets, weights: weights)
  }

  /// - Parameter further: The settings that will be fitted after the search, for the progress.
  init(
    _ heldOut: inout HeldOutLogits, targets: [Double], weights: [Double]?, further: Int = 0
  ) throws(ClassificationError) {
    var path: [Point] = []
    func best(_ path: [Point]) -> Int? {
      path.indices.min { (path[$0].logLoss, -path[$0].l2) < (path[$1].logLoss, -path[$1].l2) }
    }
    for round in 0..<2 {
      var penalties = Self.decades
      if round == 1, let index = best(path) {
        let centre = path[index].l2.decimalLogarithm
        penalties = [-2, -1, 1, 2].map { step in
          (centre + step / 3).powerOfTen.rounded(significantDigits: 3)
        }
      }
      let settings = penalties.map { HeldOutLogits.Setting(positiveWeight: 1, l2: $0) }
      try heldOut.fit(
        settings, further: further + (round == 0 ? Self.count - Self.decades.count : 0))
      for setting in Set(settings) {
        // One at a time, because the logits of all take much memory.
        let logits = try heldOut(setting)
        let rows = try LabelledScores(logits: logits, targets: targets, weights: weights)
        path.append(Point(l2: setting.l2, logLoss: try rows.logLoss()))
      }
      path.sort { $0.l2 < $1.l2 }
    }
    self.path = path
    l2 = best(path).map { path[$0].l2 } ?? 1
  }
}
