// SPDX-License-Identifier: Apache-2.0

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
}
