// SPDX-License-Identifier: Apache-2.0
import _MatrixKernels
import _WorkerThreads

/// The means and standard deviations of the features over the training rows.
///
/// The standard deviation is that of the population (divided by n). It is unweighted, like
/// scikit-learn's `StandardScaler`: each row of weight above 0 counts once, and a row of weight 0
/// does not count. A feature is constant, and ignored by the model, if its standard deviation is 0
/// or within the rounding error of its mean. A standard deviation below about 1e-162 counts as 0,
/// because its square underflows.
public struct Standardization: Codable, Hashable, Sendable {
  /// The mean of each feature.
  public let means: [Double]
  /// The standard deviation of each feature; 0 if it is constant.
  public let deviations: [Double]

  /// The features that are not constant.
  var active: [Int] { deviations.indices.filter { deviations[$0] > 0 } }

  init(means: [Double], deviations: [Double]) {
    self.means = means
    self.deviations = deviations
  }

  /// The statistics of the rows of weight above 0, and those without each fold.
  static func make(
    _ features: FeatureMatrix, weights: [Double]?, folds: StratifiedFolds? = nil, threads: Int,
    kernels: MatrixKernelTable
  ) throws(ClassificationError) -> (all: Self, withoutFold: [Self]) {
    let rows = RowOrder(rowCount: features.rowCount, weights: weights, folds: folds)
    let moments = WorkerThreads.map(features.columns, threads: threads) { column in
      Moments.ofFolds(column, rows: rows, kernels: kernels)
    }
    for (column, moments) in moments.enumerated() where moments.contains(where: { !$0.isFinite }) {
      for row in 0..<features.rowCount where !(abs(features.columns[column][row]) < Moments.limit) {
        throw .invalidFeature(
          value: features.columns[column][row], row: row + 1, feature: features.names[column])
      }
    }
    func merged(without excluded: Int?) -> Self {
      let merged = moments.map { folds in
        folds.indices.reduce(into: Moments()) { if $1 != excluded { $0.merge(folds[$1]) } }
      }
      return Self(means: merged.map(\.mean), deviations: merged.map(\.standardDeviation))
    }
    return (merged(without: nil), (0..<(folds?.count ?? 0)).map { merged(without: $0) })
  }
}
