// SPDX-License-Identifier: Apache-2.0

/// The first two passes of a fit: the weights of the classes, and the standardisation.
struct StandardizationPlan: PassSequence {
  private let areIndicators: [Bool]
  private var moments: MomentSums?
  private var means: [[Double]] = []
  private var deviations: [[ExactAccumulator]]?

  init(_ shape: PlanSchema.Shape) { areIndicators = shape.areIndicators }

  var content: PlanContent? {
    if moments == nil { return .moments }
    return deviations == nil
      ? .deviations(means: zip(areIndicators, means).map { $0 ? [] : $1 }) : nil
  }

  mutating func receive(_ sums: PlanSums) throws(ClassificationError) {
    switch sums {
    case .moments(let sums):
      try sums.classes.reduce(ClassSums(), +).checkClasses(isWeighted: sums.hasZeroWeights)
      moments = sums
      means = zip(areIndicators, sums.columns).map { isIndicator, column in
        zip(column, sums.counts).map { Moments.mean(sum: $0, count: $1, isIndicator: isIndicator) }
      }
      if !areIndicators.contains(false) { deviations = areIndicators.map { _ in [] } }
    case .deviations(let sums): deviations = sums
    case .sums: throw .otherRequest
    }
  }

  /// The sums of each fold.
  var classes: [ClassSums] { moments?.classes ?? [] }

  /// The standardisation of all rows, or of those without a fold.
  func standardization(without excluded: Int? = nil) -> Standardization {
    let counts = moments?.counts ?? []
    let merged = areIndicators.indices.map { column in
      counts.indices.reduce(into: Moments()) { merged, fold in
        guard fold != excluded, counts[fold] > 0 else { return }
        let mean = means[column][fold]
        merged.merge(
          Moments(
            count: Double(counts[fold]), mean: mean,
            squaredDeviation: areIndicators[column]
              ? (moments?.columns[column][fold].value ?? 0) * (1 - mean)
              : deviations?[column][fold].value ?? 0))
      }
    }
    return Standardization(means: merged.map(\.mean), deviations: merged.map(\.standardDeviation))
  }
}
