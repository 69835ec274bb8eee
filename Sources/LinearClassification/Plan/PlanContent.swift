// SPDX-License-Identifier: Apache-2.0

/// What a plan needs of all rows: one pass.
enum PlanContent: Sendable {
  /// The weight of each class in each fold, and the sum of each feature.
  case moments
  /// The squared deviations of the features from their means: for each feature those of the folds,
  /// and none for an indicator.
  case deviations(means: [[Double]])
  /// The terms of models of rows with this standardisation.
  case sums(Standardization, [SumRequest])
  /// Held-out rows by class and probability.
  case counts(Standardization, [CountRequest])
}

/// A request for the weights of the rows between thresholds, by fold and class.
struct CountRequest: Sendable {
  /// The point of the model for the rows of each fold; nil for a fold that is not counted.
  let points: [[Double]?]
  /// Thresholds on the probability σ(x), in ascending order.
  let thresholds: [Double]

  /// The number of sums: for each fold and class, one more than there are thresholds.
  var size: Int { points.count * 2 * (thresholds.count + 1) }
}

/// The answer to a ``PlanContent`` from some rows.
enum PlanSums: Sendable {
  case moments(MomentSums)
  case deviations([[ExactAccumulator]])
  case sums(PartialAnswer)

  /// Whether another answer is to the same request.
  private func matches(_ other: Self) -> Bool {
    switch (self, other) {
    case (.moments(let a), .moments(let b)):
      a.classes.count == b.classes.count && Self.areSimilar(a.columns, b.columns)
    case (.deviations(let a), .deviations(let b)): Self.areSimilar(a, b)
    case (.sums(let a), .sums(let b)):
      a.sums.groups == b.sums.groups && a.margins.count == b.margins.count
    default: false
    }
  }

  static func areSimilar(_ a: [[ExactAccumulator]], _ b: [[ExactAccumulator]]) -> Bool {
    a.map(\.count) == b.map(\.count)
  }

  /// Adds the answer to the same request from other rows.
  mutating func merge(_ other: Self) throws(ClassificationError) {
    guard matches(other) else { throw .otherRequest }
    switch (self, other) {
    case (.moments(var sums), .moments(let others)):
      sums.merge(others)
      self = .moments(sums)
    case (.deviations(var sums), .deviations(let others)):
      sums.merge(others)
      self = .deviations(sums)
    case (.sums(var sums), .sums(let others)):
      self = .moments(MomentSums(columns: []))
      sums.merge(others)
      self = .sums(sums)
    default: break
    }
  }
}

/// The sums of the first pass.
struct MomentSums: Sendable {
  /// The weight of each class in each fold.
  var classes: [ClassSums] = []
  /// The number of rows of weight above 0 in each fold.
  var counts: [Int] = []
  /// For each feature its sum in each fold.
  var columns: [[ExactAccumulator]]
  /// Whether a row has weight 0.
  var hasZeroWeights = false

  mutating func merge(_ other: Self) {
    for fold in classes.indices { classes[fold] = classes[fold] + other.classes[fold] }
    for fold in counts.indices { counts[fold] += other.counts[fold] }
    columns.merge(other.columns)
    hasZeroWeights = hasZeroWeights || other.hasZeroWeights
  }
}

extension [[ExactAccumulator]] {
  /// Adds the sums of other rows.
  mutating func merge(_ other: Self) {
    for column in indices {
      for fold in self[column].indices { self[column][fold].add(other[column][fold]) }
    }
  }
}
